/// What becomes of a venue whose reserve is exhausted.
public enum ExhaustionPolicy: String, Sendable, Hashable, CaseIterable {
  /// It goes on: losses are allocated as its rules say, and liquidations continue.
  case carryOn = "carry-on"
  /// It fails at the end of that step: it liquidates nobody any more, and what others hold as a claim on it loses value.
  case fail
}

/// An asset that is a claim on a venue: its token, or deposits there that are collateral elsewhere.
///
/// When the venue fails, the asset's mark falls to `recovery` of what it would be, at the beginning of the next step and
/// for good, as if by permanent impact: whoever holds it anywhere sees the lower mark.
public struct VenueClaim: Sendable, Hashable {
  /// Index of the asset in the universe.
  public var asset: Int
  /// Index of the venue in the job.
  public var venue: Int
  /// Share of the value that is left when the venue fails; in (0, 1].
  public var recovery: Double

  /// Creates a claim.
  public init(asset: Int, venue: Int, recovery: Double) {
    self.asset = asset
    self.venue = venue
    self.recovery = recovery
  }
}
