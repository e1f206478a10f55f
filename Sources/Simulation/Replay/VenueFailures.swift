import Clearing
import Foundation

/// Which venues failed on the path being replayed, and what their failure does to the market.
///
/// A venue that fails does so at the end of the step whose shortfalls its reserve could not pay; claims on it lose their
/// value at the beginning of the next. Of a job without such venues there is none of this, and nothing is asked.
final class VenueFailures {
  /// Whether each venue has failed.
  private(set) var hasFailed: [Bool]
  private let claims: [VenueClaim]
  private var pending: [Int] = []

  /// The failures of `venues`; nil where none of them can fail.
  init?(venues: [VenueReplay], claims: [VenueClaim]) {
    guard venues.contains(where: { $0.plan.rules.onExhaustion == .fail }) else { return nil }
    self.claims = claims
    hasFailed = [Bool](repeating: false, count: venues.count)
  }

  /// Returns to t = 0, where nobody has failed.
  func reset() {
    for venue in hasFailed.indices { hasFailed[venue] = false }
    pending.removeAll(keepingCapacity: true)
  }

  /// After the waterfall of `step`: venues whose reserve was exhausted there fail.
  func endStep(_ step: Int, venues: [VenueReplay]) {
    for (index, venue) in venues.enumerated() where !hasFailed[index] {
      guard venue.plan.rules.onExhaustion == .fail, venue.tally.exhaustionStep == step else { continue }
      hasFailed[index] = true
      pending.append(index)
    }
  }

  /// At the beginning of a step: claims on venues that failed in the step before lose their value.
  func strike(_ market: MarketState) {
    for venue in pending {
      for claim in claims where claim.venue == venue && claim.recovery < 1 {
        market.impair(asset: claim.asset, by: log(claim.recovery), origin: venue)
      }
    }
    pending.removeAll(keepingCapacity: true)
  }
}
