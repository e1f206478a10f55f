import Glibc

/// The law of one step's log return that a shock is standardised by.
struct ReturnStandard: Sendable {
  let mean: Double
  let deviation: Double
}

/// A derived asset resolved to a grid.
struct DerivedToken: Sendable {
  /// Index of the base in the universe; nil for the settlement currency.
  let base: Int?
  let initialRate: Double
  let ratePerYear: Double
  /// Its peg; nil where it has none.
  let peg: PegWalk?

  /// Units of the base that one unit stands for after `years`.
  func rate(after years: Double) -> Double { initialRate * exp(ratePerYear * years) }
}

/// Puts a derived market together asset by asset: prices, and the variance of one step at the start and in the long run.
struct DerivedMarketBuild {
  /// Everything that does not fit, in words.
  private(set) var problems: [String] = []
  /// Prices at t = 0.
  private(set) var prices: [Double]
  /// Variance of one step's log return at t = 0, and in the long run.
  private(set) var initial: [Double]
  private(set) var longRun: [Double]
  /// The derived assets so far.
  private(set) var tokens: [DerivedToken] = []
  private let grid: TimeGrid
  private var ids: [String]
  private var means: [Double]
  private var isStandardNeeded: [Bool]

  /// Starts from the assets of the process.
  init(_ assets: [AssetCalibration], process: any PriceProcess, grid: TimeGrid) {
    self.grid = grid
    ids = assets.map(\.id)
    prices = process.initialPrices
    means = process.meanLogReturns
    initial = process.initialVolatilities.map { $0 * $0 * grid.stepYears }
    longRun = process.longRunVolatilities.map { $0 * $0 * grid.stepYears }
    isStandardNeeded = ids.map { _ in false }
  }

  /// Adds a derived asset after those before it.
  mutating func append(_ asset: DerivedAsset) {
    var base: Int?
    if case .asset(let name) = asset.base {
      base = ids.firstIndex(of: name)
      if base == nil { problems.append("\(asset.id) stands for \(name), which is no asset before it") }
    }
    if ids.contains(asset.id) { problems.append("\(asset.id) appears twice") }
    problems += asset.flaws
    if let peg = asset.peg, peg.correlationWithBase != 0 { demandStandard(of: base, for: "the peg of \(asset.id)") }
    let peg = asset.peg.map { PegWalk($0, index: tokens.count, grid: grid) }
    let (first, later) = (base.map { initial[$0] } ?? 0, base.map { longRun[$0] } ?? 0)
    initial.append(peg?.stepVariance(base: first, longRun: later) ?? first)
    longRun.append(peg?.stepVariance(base: later, longRun: later) ?? later)
    prices.append((base.map { prices[$0] } ?? 1) * asset.initialRatio)
    means.append((base.map { means[$0] } ?? 0) + asset.ratePerYear * grid.stepYears)
    ids.append(asset.id)
    isStandardNeeded.append(false)
    tokens.append(
      DerivedToken(base: base, initialRate: asset.initialRate, ratePerYear: asset.ratePerYear, peg: peg))
  }

  /// The funding rates, in the order of the assets.
  mutating func fundings(_ calibration: MarketCalibration) -> [FactorWalk] {
    var walks: [FactorWalk] = []
    let all = calibration.assets.map(\.funding) + calibration.derived.map(\.funding)
    for (asset, figures) in all.enumerated() {
      guard let figures else { continue }
      problems += figures.flaws.map { "the funding of \(ids[asset]) \($0)" }
      if figures.correlationWithPrice != 0 { demandStandard(of: asset, for: "the funding of \(ids[asset])") }
      walks.append(FactorWalk(figures, asset: asset, grid: grid))
    }
    return walks
  }

  /// The logarithms of the implied volatilities, in the order of the assets.
  mutating func impliedVolatilities(_ calibration: MarketCalibration) -> [FactorWalk] {
    var walks: [FactorWalk] = []
    let all = calibration.assets.map(\.impliedVolatility) + calibration.derived.map(\.impliedVolatility)
    for (asset, figures) in all.enumerated() {
      guard let figures else { continue }
      problems += figures.flaws.map { "the implied volatility of \(ids[asset]) \($0)" }
      if figures.correlationWithPrice != 0 { demandStandard(of: asset, for: "the implied volatility of \(ids[asset])") }
      walks.append(FactorWalk(figures, asset: asset, grid: grid))
    }
    return walks
  }

  /// Annual volatilities of step variances; those of the process as it states them, to the bit.
  func volatilities(of variances: [Double], _ stated: [Double]) -> [Double] {
    stated + variances.dropFirst(stated.count).map { ($0 / grid.stepYears).squareRoot() }
  }

  /// What the returns of each asset are standardised by, where they are.
  var standards: [ReturnStandard?] {
    ids.indices.map {
      isStandardNeeded[$0] ? ReturnStandard(mean: means[$0], deviation: longRun[$0].squareRoot()) : nil
    }
  }

  /// Notes that the standardised return of an asset is needed; a price that never moves has none.
  private mutating func demandStandard(of asset: Int?, for words: String) {
    guard let asset, longRun[asset] > 0 else {
      problems.append("\(words) is correlated with a price that does not move")
      return
    }
    isStandardNeeded[asset] = true
  }
}
