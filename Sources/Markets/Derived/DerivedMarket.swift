/// What a market has besides the prices that its process draws: derived assets, funding rates, implied volatilities.
///
/// Works over any process, because it sees nothing but the prices at both ends of a step. Where a shock is correlated with
/// a price, it is ρ·z + √(1−ρ²)·η: η its own, z = (r − m)/s the price's standardised log return, m and s² being the
/// long-run mean and variance of one step. z has unit variance in the long run, not at every step: a wild hour of a GARCH
/// market moves the peg more than a calm one.
///
/// Assets are in the order of the universe: those of the process first, derived ones after them.
public struct DerivedMarket: Sendable {
  /// Names of the derived assets.
  public let assetIDs: [String]
  /// Prices of all assets at t = 0.
  public let initialPrices: [Double]
  /// Volatility of each asset's log return at t = 0, annualised.
  public let initialVolatilities: [Double]
  /// Long-run volatility of each asset's log return over one step, annualised.
  public let longRunVolatilities: [Double]
  /// Which channels the market has besides prices.
  public let channels: [PathBlock.Channel]
  /// Indices of the assets that have a funding rate.
  public let fundedAssets: [Int]
  /// Indices of the assets that have an implied volatility.
  public let optionAssets: [Int]

  /// Number of assets that the process draws.
  let baseCount: Int
  let tokens: [DerivedToken]
  let fundings: [FactorWalk]
  let volatilities: [FactorWalk]
  /// Long-run mean and standard deviation of one step's log return of the assets whose z is needed; nil for the others.
  let standards: [ReturnStandard?]

  /// What `calibration` adds to `process`; nil where it adds nothing. Throws everything that does not fit.
  public init?(
    calibration: MarketCalibration, process: any PriceProcess, grid: TimeGrid
  ) throws(DerivedMarketProblem) {
    guard calibration.needsDerivedMarket else { return nil }
    guard process.initialPrices.count == calibration.assets.count else {
      throw DerivedMarketProblem(messages: ["the process has another number of assets than the calibration"])
    }
    var build = DerivedMarketBuild(calibration.assets, process: process, grid: grid)
    for asset in calibration.derived { build.append(asset) }
    let fundings = build.fundings(calibration)
    let volatilities = build.impliedVolatilities(calibration)
    guard build.problems.isEmpty else { throw DerivedMarketProblem(messages: build.problems) }
    assetIDs = calibration.derived.map(\.id)
    initialPrices = build.prices
    initialVolatilities = build.volatilities(of: build.initial, process.initialVolatilities)
    longRunVolatilities = build.volatilities(of: build.longRun, process.longRunVolatilities)
    fundedAssets = fundings.map(\.asset)
    optionAssets = volatilities.map(\.asset)
    channels = (fundings.isEmpty ? [] : [.fundingRate]) + (volatilities.isEmpty ? [] : [.impliedVolatility])
    baseCount = calibration.assets.count
    tokens = build.tokens
    self.fundings = fundings
    self.volatilities = volatilities
    standards = build.standards
  }
}

/// Why a calibration's derived assets, funding rates or implied volatilities cannot be simulated.
public struct DerivedMarketProblem: Error, Sendable, CustomStringConvertible {
  /// What is wrong, one sentence each, naming assets.
  public let messages: [String]

  /// All of them.
  public var description: String { messages.joined(separator: "; ") }
}
