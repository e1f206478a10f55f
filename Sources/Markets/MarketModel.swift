public import Kernels

/// Everything needed to draw the exogenous prices: assets, times, process, dependence.
public struct MarketModel: Sendable {
  /// All assets, in the order of every tile and slab: those of the process, then derived ones.
  public let assetIDs: [String]
  /// The monitoring times.
  public let grid: TimeGrid
  /// The law of the prices.
  public let process: any PriceProcess
  /// How shocks hang together.
  public let dependence: Dependence
  /// Factor of the correlation matrix of the process's assets.
  public let factor: CholeskyFactor
  /// What is derived from the process's prices; nil where there is nothing.
  public let derived: DerivedMarket?
  /// What is known of prices between two points.
  public let intraStep: IntraStep
  /// Hypothetical shocks on top of the process; nil where there are none.
  public private(set) var shocks: ShockSchedule?

  /// Creates a market of the process's `assetIDs` and what is `derived` from them; throws `CorrelationProblem`, naming
  /// assets, if the matrix is not positive definite.
  public init(
    assetIDs: [String], grid: TimeGrid, process: any PriceProcess, dependence: Dependence, correlation: Matrix,
    derived: DerivedMarket? = nil, intraStep: IntraStep = .none
  ) throws(CorrelationProblem) {
    self.assetIDs = assetIDs + (derived?.assetIDs ?? [])
    self.derived = derived
    self.grid = grid
    self.process = process
    self.dependence = dependence
    self.intraStep = intraStep
    do {
      factor = try CholeskyFactor(correlation)
    } catch {
      throw CorrelationProblem(assetIDs: assetIDs, leadingMinor: error.leadingMinor)
    }
  }

  /// The same market under `shocks`, which are of its assets and times.
  public func shocked(by shocks: ShockSchedule) -> MarketModel {
    var market = self
    market.shocks = shocks
    return market
  }
}

extension MarketModel {
  /// What paths hold besides prices.
  public var channels: [PathBlock.Channel] {
    (intraStep == .none ? [] : [.low, .high]) + (derived?.channels ?? [])
  }
  /// Prices of all assets at t = 0.
  public var initialPrices: [Double] { derived?.initialPrices ?? process.initialPrices }
  /// Volatility of each asset at t = 0, annualised: what a margin model's estimate starts from.
  public var initialVolatilities: [Double] { derived?.initialVolatilities ?? process.initialVolatilities }
  /// Long-run volatility of each asset, annualised: what the depth of the market refers to.
  public var longRunVolatilities: [Double] { derived?.longRunVolatilities ?? process.longRunVolatilities }
  /// Implied volatility of each asset at t = 0, annualised, 0 for an asset without one; empty where the market has none.
  public var initialImpliedVolatilities: [Double] { derived?.initialImpliedVolatilities ?? [] }
}

/// A correlation matrix that no set of random variables can have.
public struct CorrelationProblem: Error, Sendable, CustomStringConvertible {
  /// The asset at which the factorisation failed.
  public let asset: String
  /// The assets before it, which together with it contradict each other.
  public let earlierAssets: [String]

  init(assetIDs: [String], leadingMinor: Int) {
    let index = min(max(leadingMinor, 1), assetIDs.count) - 1
    asset = assetIDs[index]
    earlierAssets = Array(assetIDs[..<index])
  }

  /// Names the assets.
  public var description: String {
    let others = earlierAssets.joined(separator: ", ")
    return "the correlation matrix is not positive definite: \(asset) contradicts its correlations with \(others)"
  }
}
