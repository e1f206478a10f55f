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
