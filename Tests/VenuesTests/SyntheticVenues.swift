import Foundation
import Schema
import Venues

/// A perpetual exchange of three markets, with a coin as collateral, and specifications for it.
enum PerpetualFixture {
  static let prices = [60_000.0, 2_000, 0.1]
  static let volatilities = [0.6, 0.8, 1.2]
  static let volumes = [1e9, 5e8, 2e7]
  static let weights = TwoLevels(initial: 0.8, maintenance: 0.9)

  static let instruments: [Instrument] = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "BTC-SPOT", kind: .spot(SpotTerms(asset: 0, collateralWeight: weights))),
    Instrument(id: "BTC-PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    Instrument(id: "ETH-PERP", kind: .perpetual(PerpetualTerms(asset: 1, brackets: 0))),
    Instrument(id: "DOGE-PERP", kind: .perpetual(PerpetualTerms(asset: 2, brackets: 0))),
  ]

  /// Two brackets: 5 % and 3 % up to 100,000, then 10 % and 6 % of the rest.
  static func requirement(_ instrument: Int, _ notional: Double) -> TwoLevels {
    let above = max(0, notional - 100_000)
    return TwoLevels(
      initial: 0.05 * notional + 0.05 * above, maintenance: 0.03 * notional + 0.03 * above)
  }

  static func context(
    requirement: @escaping SynthesisContext.Requirement = requirement
  ) -> SynthesisContext {
    SynthesisContext(
      instruments: instruments, prices: prices, volatilities: volatilities,
      depths: volumes.map { MarketDepth(averageDailyVolume: $0, halfSpread: 1e-4) }, requirement: requirement)
  }

  static let specification: Literal = [
    "accounts": 2000,
    "equity": [
      "minimum": 100, "maximum": 5_000_000, "body": ["kind": "lognormal", "median": 1000, "sigma": 2],
      "tail": ["kind": "pareto", "from": 100_000, "exponent": 0.9, "share": 0.03],
    ],
    "groups": [["name": "retail", "from": 0], ["name": "professional", "from": 50_000]],
    "leverage": ["kind": "lognormal", "median": 2, "sigma": 1, "minimum": 0.01],
    "positionsPerAccount": ["1": 0.6, "2": 0.3, "3": 0.1],
    "positionSplit": ["kind": "dirichlet", "concentration": 1],
    "marketShares": ["BTC-PERP": 0.6, "ETH-PERP": 0.3, "DOGE-PERP": 0.1],
    "longShare": 0.55,
    "largestShareOfDailyVolume": 0.25,
    "initialMarginBuffer": 0.02,
    "maximumRedraws": 50,
    "entry": ["meanHoldingDays": 3, "largestProfitShareOfEquity": 0.9],
    "isolated": ["accounts": 0.2, "equityShare": 0.8],
    "collateral": [["instrument": "BTC-SPOT", "accounts": 0.25, "equityShare": [0.2, 0.8]]],
    "marketMakers": [
      "name": "market-maker", "accounts": 7, "weightSigma": 0.5, "leverage": 2, "minimumEquity": 10_000,
    ],
  ]
}

/// A lending pool, and specifications for it.
enum LendingFixture {
  static let prices = [2_000.0, 1_990, 60_000, 1]

  static func terms(_ asset: Int, ltv: Double, threshold: Double) -> Instrument.Kind {
    .spot(SpotTerms(asset: asset, loanToValue: TwoLevels(initial: ltv, maintenance: threshold)))
  }

  static let instruments: [Instrument] = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "ETH", kind: terms(0, ltv: 0.8, threshold: 0.83)),
    Instrument(id: "STETH", kind: terms(1, ltv: 0.78, threshold: 0.81)),
    Instrument(id: "WBTC", kind: terms(2, ltv: 0.7, threshold: 0.75)),
    Instrument(id: "USDC", kind: .spot(SpotTerms(asset: 3))),
  ]

  static func context(instruments: [Instrument] = instruments) -> SynthesisContext {
    SynthesisContext(
      instruments: instruments, prices: prices, volatilities: [0.8, 0.8, 0.6, 0],
      depths: prices.map { _ in MarketDepth(averageDailyVolume: 1e8, halfSpread: 1e-4) },
      requirement: { _, _ in TwoLevels(initial: 0, maintenance: 0) })
  }

  static let specification: Literal = [
    "accounts": 3000,
    "collateral": ["minimum": 1000, "maximum": 10_000_000],
    "largestUtilisation": 0.97,
    "segments": [
      [
        "name": "looper", "share": 0.25, "collateral": ["instrument": "STETH", "median": 20_000, "sigma": 2],
        "utilisation": ["kind": "beta", "a": 4, "b": 0.8], "ltv": 0.9, "liquidationThreshold": 0.93,
        "debt": ["instrument": "ETH"],
      ],
      [
        "name": "mixed", "share": 0.75, "collateral": ["instrument": "STETH", "median": 50_000, "sigma": 2],
        "utilisation": ["kind": "beta", "a": 2, "b": 2],
        "secondCollateral": [
          "probability": 0.4, "share": ["kind": "beta", "a": 1.5, "b": 1.5], "weights": ["ETH": 0.3, "WBTC": 0.7],
        ],
        "debt": ["instrument": "ETH", "share": ["kind": "beta", "a": 1.2, "b": 0.6], "rest": "USDC"],
      ],
    ],
  ]
}

/// Reads a specification and draws its book; throws every problem of either.
func draw<Book: BookKind>(_ type: Book.Type, _ specification: Literal, in context: SynthesisContext, seed: UInt64 = 1)
  throws -> SyntheticBook
{
  let problems = ProblemCollector()
  var reader = ParameterReader(specification.node(), problems: problems)
  let kind = Book(reading: &reader, context: context)
  reader.finish()
  try problems.throwIfAny()
  guard let kind else { throw Problems([Problem("nil without a problem", at: SourceLocation(file: "spec.yaml"))]) }
  return try kind.synthesize(seed: seed)
}

/// The problems of a specification, one line each; empty where it is good.
func problems<Book: BookKind>(_ type: Book.Type, _ specification: Literal, in context: SynthesisContext) -> [Problem] {
  do {
    _ = try draw(type, specification, in: context)
    return []
  } catch let problems as Problems {
    return problems.all
  } catch {
    return []
  }
}

/// The largest distance between the empirical distribution function of `sample` and `cdf`, times √n. Kolmogorov (1933):
/// above 1.95 with probability 1/1000 where the sample is of that law.
func kolmogorovDistance(_ sample: [Double], _ cdf: (Double) -> Double) -> Double {
  let sorted = sample.sorted(), count = Double(sample.count)
  let distance = sorted.enumerated().reduce(0.0) { worst, item in
    let value = cdf(item.element)
    return max(worst, Double(item.offset + 1) / count - value, value - Double(item.offset) / count)
  }
  return distance * count.squareRoot()
}

/// How many binomial standard errors `count` of `total` is from a probability.
func standardErrors(_ count: Int, of total: Int, from probability: Double) -> Double {
  let error = (probability * (1 - probability) / Double(total)).squareRoot()
  return (Double(count) / Double(total) - probability) / error
}
