import Foundation
import Schema
import Testing
import Venues

/// A venue of two coins with perpetuals, a dated future, and options of two expiries on each.
private enum OptionsFixture {
  static let prices = [60_000.0, 2_000]
  static let weights = TwoLevels(initial: 0.8, maintenance: 0.9)

  static let instruments: [Instrument] = {
    var all = [Instrument(id: "USD", kind: .settlement)]
    for (asset, name) in ["BTC", "ETH"].enumerated() {
      all.append(
        Instrument(
          id: "\(name)-SPOT",
          kind: .spot(
            SpotTerms(
              asset: asset, collateralWeight: weights,
              liabilityWeight: TwoLevels(initial: 1.2, maintenance: 1.1)))))
      all.append(Instrument(id: "\(name)-PERP", kind: .perpetual(PerpetualTerms(asset: asset, brackets: 0))))
      all.append(
        Instrument(
          id: "\(name)-Q",
          kind: .perpetual(
            PerpetualTerms(asset: asset, brackets: 0, expiry: FutureExpiry(hours: 720, basisPerYear: 0.05)))))
      for hours in [48.0, 720] {
        for share in [0.8, 0.9, 1, 1.1, 1.25] {
          for isCall in [true, false] {
            let terms = OptionTerms(
              asset: asset, isCall: isCall, strike: prices[asset] * share,
              expiry: FutureExpiry(hours: hours, basisPerYear: 0.05), volatility: 0.6,
              smile: VolatilitySmile(slope: -0.05, curvature: 0.03), brackets: 1)
            all.append(Instrument(id: "\(name)-\(Int(hours))-\(share)-\(isCall)", kind: .option(terms)))
          }
        }
      }
    }
    return all
  }()

  static var context: SynthesisContext {
    let all = instruments
    return SynthesisContext(
      instruments: all, prices: prices, volatilities: [0.6, 0.8],
      depths: [1e9, 5e8].map { MarketDepth(averageDailyVolume: $0, halfSpread: 1e-4) },
      requirement: { instrument, notional in
        all[instrument].isOption
          ? TwoLevels(initial: 0.15 * notional, maintenance: 0.075 * notional)
          : TwoLevels(initial: 0.05 * notional, maintenance: 0.03 * notional)
      })
  }

  static let specification: Literal = [
    "accounts": 400,
    "equity": [
      "minimum": 1000, "maximum": 5_000_000, "body": ["kind": "lognormal", "median": 20_000, "sigma": 1.5],
    ],
    "strategies": [
      "buyer": 0.3, "spread": 0.1, "writer": 0.15, "strangle": 0.1, "covered-call": 0.1, "protective-put": 0.1,
      "carry": 0.05, "perpetual": 0.1,
    ],
    "marketShares": ["BTC-PERP": 0.7, "ETH-PERP": 0.3],
    "expiryShares": ["48": 0.4, "720": 0.6],
    "putShare": 0.45, "inTheMoneyShare": 0.2, "marginUse": [0.1, 0.8], "premiumShare": [0.02, 0.4],
    "collateral": [["instrument": "BTC-SPOT", "accounts": 0.25, "equityShare": [0.2, 0.8]]],
    "initialMarginBuffer": 0.02,
    "marketMakers": [
      "name": "market-maker", "accounts": 5, "weightSigma": 0.5, "leverage": 3, "minimumEquity": 10_000,
    ],
  ]
}

@Suite("Synthetic books of an options venue")
struct OptionsBookTests {
  private func read(_ specification: Literal) -> (kind: OptionsBook?, problems: [Problem]) {
    let problems = ProblemCollector()
    var reader = ParameterReader(specification.node(at: SourceLocation(file: "spec.yaml")), problems: problems)
    let kind = OptionsBook(reading: &reader, context: OptionsFixture.context)
    reader.finish()
    return (kind, problems.problems)
  }

  @Test("longs equal shorts in every contract, makers are delta neutral, everybody meets initial margin")
  func balance() throws {
    let read = read(OptionsFixture.specification)
    let kind = try #require(read.kind, "\(read.problems)")
    let synthetic = try kind.synthesize(seed: 5)
    #expect(synthetic.accounts.count == 400)
    let book = synthetic.laidOut()
    let context = OptionsFixture.context
    var net = [Double](repeating: 0, count: context.instruments.count)
    var gross = net
    for position in synthetic.positions {
      net[position.instrument] += position.quantity
      gross[position.instrument] += abs(position.quantity)
    }
    let contracts = context.instruments.indices.filter { context.instruments[$0].isDerivative }
    for index in contracts { #expect(abs(net[index]) <= 1e-9 * gross[index]) }
    #expect(contracts.count { gross[$0] > 0 } > 30)
    let prices = OptionsFixture.prices
    let values = ColumnValues(book: book, prices: prices)
    for account in book.accounts.indices {
      var (weighted, required) = (book.cash[account], 0.0)
      var delta = [0.0, 0.0]
      for position in book.positions(of: account) {
        let column = Int(book.column[position])
        let about = book.columns[column]
        let quantity = book.quantity[position]
        let instrument = context.instruments[about.instrument]
        let weight = (quantity < 0 ? instrument.spotTerms?.liabilityWeight : instrument.spotTerms?.collateralWeight)
        weighted += (weight?.initial ?? 1) * quantity * values.unitValue[column]
        delta[about.asset] +=
          quantity * book.openingValuations[column].greeks(at: prices, asset: about.asset, moved: about.asset).delta
        guard instrument.isDerivative, !(instrument.isOption && quantity > 0) else { continue }
        required += context.requirement(about.instrument, abs(quantity) * values.unitNotional[column]).initial
      }
      #expect(weighted >= required, "\(book.accounts[account].id)")
      guard book.accounts[account].id.hasPrefix("market-maker") else { continue }
      for asset in 0...1 { #expect(abs(delta[asset]) * prices[asset] < 0.02 * book.equity(of: account, at: values)) }
    }
    for line in synthetic.aggregates {
      guard let requested = line.requested, line.name.contains("accounts") else { continue }
      #expect(abs(line.obtained - requested) < 5 * requested.squareRoot(), "\(line)")
    }
  }

  @Test("the same specification and seed give the same book, another seed another")
  func reproducible() throws {
    let kind = try #require(read(OptionsFixture.specification).kind)
    let first = try kind.synthesize(seed: 5)
    #expect(try kind.synthesize(seed: 5).positions == first.positions)
    #expect(try kind.synthesize(seed: 6).positions != first.positions)
  }

  @Test(arguments: [
    Flaw("strategies", nil), Flaw("strategies.buyer", 0.9, at: "strategies"), Flaw("strategies.seller", 0),
    Flaw("expiryShares.24", 0), Flaw("putShare", 2), Flaw("inTheMoneyShare", nil), Flaw("marginUse", [0.8, 0.1]),
    Flaw("premiumShare", [0.1]), Flaw("moneynessSigma", 0), Flaw("largestLeverage", 0), Flaw("putshare", 0.5),
    Flaw("marketShares.BTC-SPOT", 0),
  ])
  func flawsAreReported(flaw: Flaw) {
    let found = read(OptionsFixture.specification.setting(flaw.path, to: flaw.value)).problems
    #expect(found.contains { $0.location.keyPath == flaw.place }, "\(found)")
  }
}
