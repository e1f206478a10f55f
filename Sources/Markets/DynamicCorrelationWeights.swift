/// The weights of dynamic conditional correlation: Q' = (1 − a − b)S + a·yyᵀ + bQ, at the scale of `stepHours`.
///
/// Source: R. Engle, Journal of Business and Economic Statistics 20 (2002), as corrected by G. Aielli, same journal, 31
/// (2013); see `DynamicCorrelationGarch`.
public struct DynamicCorrelationWeights: Sendable, Hashable {
  /// The step, in hours, that the weights belong to.
  public var stepHours: Double
  /// a, the weight of the last joint shock, in [0, 1).
  public var reaction: Double
  /// b, the weight of the last Q, in [0, 1); a + b < 1.
  public var persistence: Double

  /// Creates weights.
  public init(stepHours: Double, reaction: Double, persistence: Double) {
    self.stepHours = stepHours
    self.reaction = reaction
    self.persistence = persistence
  }
}
