import Foundation
import Kernels
import Schema
import Testing
import Venues

/// What one account of a synthetic perpetual book has, added up from its rows alone.
private struct Holder {
  var balance = 0.0
  var coin = 0.0
  var positions: [SyntheticPosition] = []

  /// Equity at t = 0 of everything but isolated positions.
  var sharedEquity: Double {
    positions.filter { $0.isolatedCollateral == nil }.reduce(balance + coin) { $0 + unrealised($1) }
  }
  /// Equity at t = 0, isolated positions included.
  var equity: Double { sharedEquity + isolatedEquities.reduce(0, +) }
  var isolatedEquities: [Double] {
    positions.compactMap { position in position.isolatedCollateral.map { $0 + unrealised(position) } }
  }
  var gross: Double { positions.reduce(0) { $0 + notional($1) } }
}

private func price(_ position: SyntheticPosition) -> Double {
  PerpetualFixture.instruments[position.instrument].asset.map { PerpetualFixture.prices[$0] } ?? 1
}

private func notional(_ position: SyntheticPosition) -> Double { abs(position.quantity) * price(position) }

private func unrealised(_ position: SyntheticPosition) -> Double {
  position.quantity * (price(position) - (position.entryPrice ?? .nan))
}

private func holders(_ book: SyntheticBook) -> [Holder] {
  var result = [Holder](repeating: Holder(), count: book.accounts.count)
  for position in book.positions {
    switch position.instrument {
    case 0: result[position.account].balance += position.quantity
    case 1: result[position.account].coin += position.quantity * price(position)
    default: result[position.account].positions.append(position)
    }
  }
  return result
}

@Suite("Synthetic perpetual books")
struct PerpetualBookTests {
  private let specification = PerpetualFixture.specification
  private let context = PerpetualFixture.context()

  private func made(_ specification: Literal, seed: UInt64 = 1) throws -> SyntheticBook {
    try draw(PerpetualBook.self, specification, in: context, seed: seed)
  }

  /// No margin and no depth stand in the way, so that every law shows as it is.
  private func unconstrained(_ specification: Literal, seed: UInt64 = 1) throws -> SyntheticBook {
    let free = PerpetualFixture.context { _, _ in TwoLevels(initial: 0, maintenance: 0) }
    return try draw(
      PerpetualBook.self, specification.setting("largestShareOfDailyVolume", to: 100), in: free, seed: seed)
  }

  @Test func sameSeedSameBook() throws {
    let first = try made(specification), again = try made(specification), other = try made(specification, seed: 2)
    #expect(first.accounts == again.accounts && first.positions == again.positions)
    #expect(first.aggregates == again.aggregates)
    #expect(first.positions != other.positions)
  }

  @Test func equityOfAnAccountDoesNotDependOnTheOthers() throws {
    let few = holders(try made(specification)), many = holders(try made(specification.setting("accounts", to: 3000)))
    for account in 0..<1993 { #expect(abs(few[account].equity / many[account].equity - 1) < 0.001) }
  }

  /// Longs equal shorts to the last digit of what is written: added up as decimals, without any rounding.
  @Test(arguments: [UInt64(1), 2, 3]) func everyMarketBalances(seed: UInt64) throws {
    let book = try made(specification, seed: seed)
    for instrument in 2...4 {
      let rows = book.positions.filter { $0.instrument == instrument }
      let sum = rows.reduce(Decimal(0)) { $0 + (Decimal(string: "\($1.quantity)") ?? .nan) }
      #expect(rows.count > 100)
      #expect(sum == 0)
    }
  }

  @Test(arguments: [50, 0]) func initialMarginIsMetWithItsBuffer(redraws: Int) throws {
    let eager = specification.setting("leverage.median", to: 12).setting("maximumRedraws", to: .scalar("\(redraws)"))
    for holder in holders(try made(eager)) {
      let shared = holder.positions.filter { $0.isolatedCollateral == nil }
      let needed = shared.reduce(0) { $0 + PerpetualFixture.requirement($1.instrument, notional($1)).initial }
      #expect(holder.sharedEquity - 0.2 * holder.coin >= 1.02 * needed)
      for (position, equity) in zip(holder.positions.filter { $0.isolatedCollateral != nil }, holder.isolatedEquities) {
        let needed = PerpetualFixture.requirement(position.instrument, notional(position)).initial
        #expect(equity >= 1.02 * needed && needed > 0)
      }
    }
  }

  @Test func equityFollowsItsLaw() throws {
    let book = try made(specification)
    let equities = holders(book).prefix(1993).map(\.equity)
    func body(_ x: Double) -> Double { normalCDF(log(x / 1000) / 2) }
    let distance = kolmogorovDistance(Array(equities)) { x in
      if x < 100_000 { return 0.97 * (body(x) - body(100)) / (body(100_000) - body(100)) }
      return 0.97 + 0.03 * (1 - pow(100_000 / x, 0.9)) / (1 - pow(100_000 / 5_000_000, 0.9))
    }
    #expect(distance < 1.95)
    #expect(equities.allSatisfy { 100...5_000_001 ~= $0 })
  }

  /// Requested quantiles against scipy: `body = stats.truncnorm((ln 100 − ln 1000)/2, (ln 1e5 − ln 1000)/2)`, value
  /// `1000·exp(2·body.ppf(p/0.97))`; above 0.97 `1e5·(1 − F·(p − 0.97)/0.03)^(−1/0.9)`, `F = 1 − (1e5/5e6)^0.9`.
  @Test func requestedQuantilesOfEquity() throws {
    let lines = try made(specification).aggregates.filter { $0.name.hasPrefix("equity of a taker, quantile") }
    let expected = Self.scipyQuantiles
    #expect(lines.count == expected.count)
    for (line, value) in zip(lines, expected) { #expect(abs((line.requested ?? .nan) / value - 1) < 1e-9) }
  }

  static let scipyQuantiles: [Double] = [1426.2131903019083, 18302.25745036739, 317983.1194184191]

  @Test func leverageFollowsItsLaw() throws {
    let book = try unconstrained(specification)
    let leverages = holders(book).prefix(1993).map { $0.gross / $0.equity }
    let below = normalCDF(log(0.01 / 2))
    #expect(kolmogorovDistance(Array(leverages)) { (normalCDF(log($0 / 2)) - below) / (1 - below) } < 1.95)
  }

  @Test func countsAndSharesFollowTheirProbabilities() throws {
    let book = try unconstrained(specification)
    let takers = holders(book).prefix(1993)
    for (count, probability) in [(1, 0.6), (2, 0.3), (3, 0.1)] {
      #expect(abs(standardErrors(takers.count { $0.positions.count == count }, of: 1993, from: probability)) < 4)
    }
    let positions = takers.flatMap(\.positions)
    #expect(abs(standardErrors(positions.count { $0.quantity > 0 }, of: positions.count, from: 0.55)) < 4)
    let isolated = book.accounts.count { $0.mode == .isolated }
    #expect(abs(standardErrors(isolated, of: 1993, from: 0.2)) < 4)
    let holding = takers.filter { $0.coin > 0 }
    #expect(abs(standardErrors(holding.count, of: 1993 - isolated, from: 0.25)) < 4)
    #expect(kolmogorovDistance(holding.map { $0.coin / $0.equity }) { ($0 - 0.2) / 0.6 } < 1.95)
  }

  /// With concentration 1 the larger of two parts is uniform on [1/2, 1].
  @Test func splitIsUniformOverTheSimplex() throws {
    let pairs = holders(try unconstrained(specification)).prefix(1993).filter { $0.positions.count == 2 }
    let larger = pairs.map { holder in holder.positions.map { notional($0) / holder.gross }.max() ?? 0 }
    #expect(kolmogorovDistance(larger) { 2 * $0 - 1 } < 1.95)
  }

  @Test(arguments: [UInt64(1), 2, 3]) func openInterestHasTheRequestedShares(seed: UInt64) throws {
    let lines = try made(specification, seed: seed).aggregates.filter {
      $0.name.hasSuffix("share of takers' gross notional")
    }
    #expect(lines.count == 3)
    for line in lines { #expect(abs(line.obtained - (line.requested ?? .nan)) < 0.02) }
  }

  /// A normal return over an exponential time is a Laplace number of variance σ²·mean; the profit bound is out of reach.
  @Test func entryPricesAreLaplaceAroundTheMark() throws {
    let book = try unconstrained(specification.setting("leverage.median", to: 0.02))
    let rows = book.positions.filter { $0.entryPrice != nil }
    for (instrument, sigma) in [(2, 0.6), (3, 0.8), (4, 1.2)] {
      let held = rows.filter { $0.instrument == instrument }
      let gains = held.map { log(price($0) / ($0.entryPrice ?? .nan)) }
      let scale = sigma * (3.0 / 365 / 2).squareRoot()
      #expect(gains.count > 300)
      #expect(kolmogorovDistance(gains) { $0 < 0 ? 0.5 * exp($0 / scale) : 1 - 0.5 * exp(-$0 / scale) } < 1.95)
    }
  }

  @Test func profitIsBoundedAndEntriesArePositive() throws {
    let book = try made(specification.setting("entry.meanHoldingDays", to: 300).setting("leverage.median", to: 8))
    let all = holders(book)
    #expect(book.positions.allSatisfy { ($0.entryPrice ?? 1) > 0 && ($0.isolatedCollateral ?? 1) > 0 })
    for holder in all {
      let shared = holder.positions.filter { $0.isolatedCollateral == nil }.reduce(0) { $0 + unrealised($1) }
      #expect(shared <= 0.9 * (holder.sharedEquity - holder.coin) * 1.001 + 0.02)
      #expect(holder.balance >= 0)
    }
  }

  @Test func groupsFollowEquityAndMakersComeLast() throws {
    let book = try made(specification)
    for (account, holder) in zip(book.accounts, holders(book)).prefix(1993) {
      #expect(account.group == (holder.equity >= 50_000.01 ? "professional" : account.group))
      #expect(account.group == (holder.equity < 49_999.99 ? "retail" : account.group))
    }
    #expect(book.accounts.suffix(7).allSatisfy { $0.group == "market-maker" && $0.mode == .cross })
    #expect(Set(book.accounts.map(\.id)).count == 2000)
    #expect(book.accounts[0].id == "taker-0001" && book.accounts[1993].id == "market-maker-1")
  }

  @Test func makersCarryTheResidualWithEnoughEquity() throws {
    let book = try made(specification)
    let makers = holders(book).suffix(7)
    for maker in makers {
      #expect(maker.equity >= max(10_000, maker.gross / 2) * (1 - 1e-12))
      #expect(maker.equity <= max(10_000, maker.gross / 2) + 0.03)
    }
    for instrument in 2...4 {
      let sides = makers.flatMap(\.positions).filter { $0.instrument == instrument }.map(\.quantity)
      #expect(sides.allSatisfy { $0 > 0 } || sides.allSatisfy { $0 < 0 })
    }
  }

  @Test func laidOutBookHasTheSameEquity() throws {
    let synthetic = try made(specification)
    let book = synthetic.laidOut()
    let values = ColumnValues(book: book, prices: PerpetualFixture.prices)
    let total = book.accounts.indices.reduce(0) { $0 + book.equity(of: $1, at: values) }
    let expected = holders(synthetic).reduce(0) { $0 + $1.equity }
    #expect(abs(total / expected - 1) < 1e-12)
    #expect(book.accounts.count > synthetic.accounts.count)
  }

  @Test func positionsStayWithinTheDailyVolume() throws {
    let book = try made(specification.setting("largestShareOfDailyVolume", to: 0.001))
    for position in book.positions.filter({ $0.entryPrice != nil && $0.account < 1993 }) {
      #expect(notional(position) <= 0.001 * PerpetualFixture.volumes[position.instrument - 2])
    }
  }
}
