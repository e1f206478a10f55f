import Clearing
import Foundation
import Venues

/// Why accounts were liquidated for the first time, counted along one path at one venue.
///
/// An account is judged at the moment of its first liquidation, before the wave is booked, by the health it would have
/// had under less: at exogenous prices and the requirement's factors of t = 0 (*price*); with the impact of its own venue
/// added (*own impact*); with all impact and the losses of claims (*other venue*); and else the factors moved
/// (*requirement*). The first of these that makes it liquidatable is the cause. An account that is healthy and closed all
/// the same was flagged at the start. Independently, for every venue of origin: would it have been healthy without that
/// venue's impact?
final class LiquidationCauses {
  /// First liquidations by cause.
  private(set) var counts = [Int](repeating: 0, count: Cause.allCases.count)
  /// First liquidations that would not have been without the impact of each venue; empty in a job of one venue.
  private(set) var preventable: [Int]

  typealias Cause = LiquidationExplanation

  private let venue: Int
  /// Accounts of the wave that are liquidated for the first time.
  private var accounts: [Int] = []
  private var isListed: [Bool]
  private var cause: [Cause?] = []
  private var marks: [Double]

  init(venue: Int, venueCount: Int, reportingCount: Int, assets: Int) {
    self.venue = venue
    preventable = [Int](repeating: 0, count: venueCount > 1 ? venueCount : 0)
    isListed = [Bool](repeating: false, count: reportingCount)
    marks = [Double](repeating: 0, count: assets)
  }

  /// Returns to t = 0.
  func reset() {
    for index in counts.indices { counts[index] = 0 }
    for index in preventable.indices { preventable[index] = 0 }
  }

  /// Counts the causes of the first liquidations among `closings`, which are decided and not booked.
  func count(_ closings: [Closing], at replay: VenueReplay, market: MarketState) {
    let reporting = replay.plan.census.reportingIndex
    accounts.removeAll(keepingCapacity: true)
    for closing in closings {
      let owner = Int(reporting[closing.account])
      guard !replay.ledger.isLiquidated[owner], !isListed[owner] else { continue }
      isListed[owner] = true
      accounts.append(closing.account)
    }
    cause.removeAll(keepingCapacity: true)
    guard !accounts.isEmpty else { return }
    for account in accounts { isListed[Int(reporting[account])] = false }
    let now = replay.columns.maintenanceFactor
    for account in accounts { cause.append(replay.health(of: account, factors: now) >= 0 ? .atStart : nil) }
    if market.hasImpact { countUnderImpact(at: replay, market: market) }
    settle(.otherVenue, at: replay, insteadOf: market.hasImpact ? nil : .price)
    for index in accounts.indices { counts[(cause[index] ?? .requirement).rawValue] += 1 }
  }

  /// The causes of the wave counted last, by account; for traces.
  var lastCauses: [Int: Cause] {
    Dictionary(uniqueKeysWithValues: zip(accounts, cause).map { ($0, $1 ?? .requirement) })
  }

  /// Asks for price and own impact, and what each origin's impact did, at other marks than those that are.
  private func countUnderImpact(at replay: VenueReplay, market: MarketState) {
    replay.columns.revalue(marks: market.exogenous)
    settle(.price, at: replay)
    if let origins = market.origins {
      value(replay, market) { origins.impact(asset: $0, of: self.venue) }
      settle(.ownImpact, at: replay)
      let now = replay.columns.maintenanceFactor
      for other in preventable.indices {
        value(replay, market) { origins.impact(asset: $0, without: other) }
        for index in accounts.indices where cause[index] != .atStart {
          if replay.health(of: accounts[index], factors: now) >= 0 { preventable[other] += 1 }
        }
      }
      replay.columns.revalue(marks: market.marks)
    } else {
      replay.columns.revalue(marks: market.marks)
      settle(.ownImpact, at: replay)
    }
  }

  /// Values the venue's columns at exogenous prices under some of the impact.
  private func value(_ replay: VenueReplay, _ market: MarketState, impact: (Int) -> Double) {
    for asset in marks.indices { marks[asset] = market.exogenous[asset] * exp(impact(asset)) }
    replay.columns.revalue(marks: marks)
  }

  /// Those still without a cause that are liquidatable as things are now, under the factors of t = 0, have this one.
  private func settle(_ found: Cause, at replay: VenueReplay, insteadOf other: Cause? = nil) {
    for index in accounts.indices where cause[index] == nil {
      if replay.health(of: accounts[index], factors: replay.startFactors) < 0 { cause[index] = other ?? found }
    }
  }
}
