import Foundation
import Kernels
import Schema
import Testing
import Venues

/// What a borrower has, added up from its rows alone.
private struct Debtor {
  var group = ""
  /// Money by instrument.
  var held = [Int: Double]()
  var owed = [Int: Double]()

  var collateral: Double { held.values.reduce(0, +) }
  var debt: Double { owed.values.reduce(0, +) }

  /// Σ collateral × the figure of each instrument; e-mode has its own.
  func power(_ figures: [Int: Double], eMode: Double) -> Double {
    held.reduce(0) { $0 + $1.value * (group == "looper" ? eMode : figures[$1.key] ?? 0) }
  }
}

private func debtors(_ book: SyntheticBook) -> [Debtor] {
  var result = book.accounts.map { Debtor(group: $0.group) }
  for position in book.positions {
    let asset = LendingFixture.instruments[position.instrument].asset ?? -1
    let value = position.quantity * LendingFixture.prices[asset]
    if value > 0 {
      result[position.account].held[position.instrument, default: 0] += value
    } else {
      result[position.account].owed[position.instrument, default: 0] -= value
    }
  }
  return result
}

@Suite("Synthetic lending books")
struct LendingBookTests {
  private let specification = LendingFixture.specification

  /// Every loan-to-value equals its threshold, so that no utilisation is drawn again.
  private var generous: SynthesisContext {
    let instruments = LendingFixture.instruments.map { instrument in
      guard case .spot(var terms) = instrument.kind, let figures = terms.loanToValue else { return instrument }
      terms.loanToValue = TwoLevels(initial: figures.maintenance, maintenance: figures.maintenance)
      return Instrument(id: instrument.id, kind: .spot(terms))
    }
    return LendingFixture.context(instruments: instruments)
  }

  private func made(_ specification: Literal, seed: UInt64 = 1) throws -> SyntheticBook {
    try draw(LendingBook.self, specification, in: LendingFixture.context(), seed: seed)
  }

  @Test func sameSeedSameBook() throws {
    let first = try made(specification), again = try made(specification), other = try made(specification, seed: 2)
    #expect(first.accounts == again.accounts && first.positions == again.positions)
    #expect(first.positions != other.positions)
  }

  @Test func segmentsHaveExactlyTheirNumbers() throws {
    let book = try made(specification.setting("accounts", to: 1001))
    #expect(book.accounts.count { $0.group == "looper" } == 250)
    #expect(book.accounts.count { $0.group == "mixed" } == 751)
    let eMode = book.accounts.filter { $0.loanToValue == TwoLevels(initial: 0.9, maintenance: 0.93) }
    #expect(eMode.count == 250 && eMode.allSatisfy { $0.group == "looper" })
  }

  @Test(arguments: [50, 0]) func nobodyOwesMoreThanMayBeBorrowed(redraws: Int) throws {
    let edge = specification.setting("maximumRedraws", to: .scalar("\(redraws)")).setting(
      "largestUtilisation", to: 0.999)
    for debtor in debtors(try made(edge)) {
      #expect(debtor.debt <= debtor.power([1: 0.8, 2: 0.78, 3: 0.7], eMode: 0.9))
    }
  }

  @Test func bufferKeepsBorrowersAway() throws {
    for debtor in debtors(try made(specification.setting("initialMarginBuffer", to: 0.1))) {
      #expect(1.1 * debtor.debt <= debtor.power([1: 0.8, 2: 0.78, 3: 0.7], eMode: 0.9))
    }
  }

  /// Quantities are cut to a cent's worth, on loans of hundreds of dollars or more.
  @Test func utilisationFollowsItsLaw() throws {
    let eMode = specification.setting("segments.0.ltv", to: 0.93)
    let all = debtors(try draw(LendingBook.self, eMode, in: generous))
    for (group, a, b) in [("looper", 4.0, 0.8), ("mixed", 2, 2)] {
      let used = all.filter { $0.group == group }.map { debtor in
        debtor.debt / debtor.power([1: 0.83, 2: 0.81, 3: 0.75], eMode: 0.93)
      }
      let distance = kolmogorovDistance(used) { regularizedIncompleteBeta(min(1, $0 / 0.97), a, b) }
      #expect(distance < 1.95, "\(group)")
    }
  }

  @Test func sizesFollowTheirLaw() throws {
    let all = debtors(try made(specification))
    for (group, median, sigma) in [("looper", 20_000.0, 2.0), ("mixed", 50_000, 2)] {
      func law(_ x: Double) -> Double { normalCDF(log(x / median) / sigma) }
      let sizes = all.filter { $0.group == group }.map(\.collateral)
      let distance = kolmogorovDistance(sizes) { (law($0) - law(1000)) / (law(1e7) - law(1000)) }
      #expect(distance < 1.95, "\(group)")
    }
  }

  @Test func secondCollateralFollowsItsLaw() throws {
    let mixed = debtors(try made(specification)).filter { $0.group == "mixed" }
    let second = mixed.filter { $0.held.count == 2 }
    #expect(abs(standardErrors(second.count, of: mixed.count, from: 0.4)) < 4)
    #expect(abs(standardErrors(second.count { $0.held[3] != nil }, of: second.count, from: 0.7)) < 4)
    let shares = second.map { 1 - ($0.held[2] ?? 0) / $0.collateral }
    #expect(kolmogorovDistance(shares) { regularizedIncompleteBeta($0, 1.5, 1.5) } < 1.95)
  }

  @Test func debtIsSplitByItsLaw() throws {
    let mixed = debtors(try made(specification)).filter { $0.group == "mixed" }
    let shares = mixed.map { ($0.owed[1] ?? 0) / $0.debt }
    #expect(kolmogorovDistance(shares) { regularizedIncompleteBeta(min(1, $0), 1.2, 0.6) } < 1.95)
    #expect(
      debtors(try made(specification)).filter { $0.group == "looper" }.allSatisfy { $0.owed.keys.elementsEqual([1]) })
  }

  @Test func requestedMeansStandBesideTheObtained() throws {
    let lines = try made(specification).aggregates
    let line = try #require(lines.first { $0.name == "mixed, utilisation, mean" })
    #expect(line.requested == 0.97 * 0.5)
    #expect(abs(line.obtained - 0.97 * 0.5) < 0.03)
  }
}
