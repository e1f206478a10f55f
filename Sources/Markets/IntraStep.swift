import Kernels

/// What is known of exogenous prices between two points of the grid.
///
/// Where extremes are known, they are channels of the path block, and a step is replayed low first, then high, then
/// close; see *One path*.
public enum IntraStep: Sendable, Hashable {
  /// Nothing: a price is looked at on the grid only.
  case none
  /// The lows and highs of the bars that are replayed.
  case bars
  /// Drawn from the law of the Brownian bridge between the prices at both ends.
  case brownianBridge(JointExtremes)
}

/// How the extremes of several assets in one step hang together, given the prices at both ends.
public enum JointExtremes: String, Sendable, Hashable, CaseIterable {
  /// As the price shocks do: a Gaussian copula of the market's correlation matrix. Exact for assets that are independent,
  /// or the same.
  case correlated
  /// Not at all.
  case independent
  /// Completely: the lows of all assets are equally extreme, and so are the highs.
  case comonotone
}

/// One of the two moments of a step at which a process says how much it diffuses.
public struct StepMoment: Sendable {
  /// Number of the step, 1…T.
  public let step: Int
  /// Its length in years.
  public let years: Double
  /// Whether the process has taken the step.
  public let isOver: Bool
  /// The common scale of the step's shocks on each path: √((ν − 2)/W) under Student-t dependence, else 1. Given it, the
  /// shocks are those of a diffusion.
  public let scale: [Double]

  /// Creates a moment.
  public init(step: Int, years: Double, isOver: Bool, scale: [Double]) {
    self.step = step
    self.years = years
    self.isOver = isOver
    self.scale = scale
  }

  /// Writes one asset's standard deviation of the step, times the scale where the process takes the shocks as they are.
  func write(_ deviation: Double, asset: Int, isScaled: Bool, into tile: inout MutableSpan<Double>) {
    for path in 0..<pathsPerBlock { tile[asset * pathsPerBlock + path] = deviation * (isScaled ? scale[path] : 1) }
  }
}
