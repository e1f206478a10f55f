/// How the shocks of different assets hang together beyond their correlation matrix.
public enum Dependence: Sendable, Hashable {
  /// Jointly normal shocks.
  case gaussian
  /// Multivariate Student-t shocks scaled to unit variance: one W ~ χ²_ν per path and step scales all assets by
  /// √((ν−2)/W), so large moves come together. ν > 2.
  case studentT(degreesOfFreedom: Double)
}
