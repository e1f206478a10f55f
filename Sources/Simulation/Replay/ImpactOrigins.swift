/// Which venue's trades made the impact of each asset: for counterfactuals, never for prices.
///
/// The shift of a wave belongs to the venues whose flow has the sign of the net flow, in proportion to their flows; a
/// venue that traded against it has no part. Parts are not negative in the shift's direction and sum to it. What decays,
/// decays for every origin alike. One per market state of a job with several venues.
final class ImpactOrigins {
  /// Money that each venue trades in the wave under way, [venue][asset].
  var flows: [[Double]]
  private var permanent: [[Double]]
  private var transient: [[Double]]

  init(venues: Int, assets: Int) {
    let zero = [[Double]](repeating: [Double](repeating: 0, count: assets), count: venues)
    flows = zero
    permanent = zero
    transient = zero
  }

  /// Returns to t = 0: no impact.
  func reset() {
    for venue in flows.indices {
      for asset in flows[venue].indices {
        permanent[venue][asset] = 0
        transient[venue][asset] = 0
      }
    }
  }

  /// A step begins; `factors` are what it leaves of each asset's transient impact.
  func decay(by factors: [Double]) {
    for venue in transient.indices {
      for asset in transient[venue].indices { transient[venue][asset] *= factors[asset] }
    }
  }

  /// No flows yet in the wave that `venue` decides.
  func clearFlows(of venue: Int) {
    for asset in flows[venue].indices { flows[venue][asset] = 0 }
  }

  /// Divides what a wave of net `flow` adds to the impact of `asset`.
  func add(permanent permanentShift: Double, transient transientShift: Double, asset: Int, flow: Double) {
    let side = flow < 0 ? -1.0 : 1.0
    let total = flows.reduce(0) { $0 + max(0, side * $1[asset]) }
    guard total > 0 else { return }
    for venue in flows.indices {
      let share = max(0, side * flows[venue][asset]) / total
      guard share > 0 else { continue }
      permanent[venue][asset] += share * permanentShift
      transient[venue][asset] += share * transientShift
    }
  }

  /// Adds a shift for good that `venue` alone is the cause of: a claim on it lost value.
  func add(permanent shift: Double, asset: Int, venue: Int) { permanent[venue][asset] += shift }

  /// Log impact on `asset` of one venue, or of all others.
  func impact(asset: Int, of venue: Int) -> Double { permanent[venue][asset] + transient[venue][asset] }

  /// Log impact on `asset` of every venue but one.
  func impact(asset: Int, without venue: Int) -> Double {
    var sum = 0.0
    for other in flows.indices where other != venue { sum += impact(asset: asset, of: other) }
    return sum
  }
}
