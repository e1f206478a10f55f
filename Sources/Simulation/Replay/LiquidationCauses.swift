import Clearing
import Foundation
import Kernels
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
  /// The venue's oracle under less impact, in the order of the counterfactuals; empty where it shows the marks.
  private let oracles: [OracleFeed]

  /// `makeOracle` makes one more of the venue's oracle; nil where it shows the marks.
  init(venue: Int, venueCount: Int, reportingCount: Int, assets: Int, makeOracle: () -> OracleFeed?) {
    self.venue = venue
    oracles = (0..<(venueCount > 1 ? Self.without + venueCount : 1)).compactMap { _ in makeOracle() }
    preventable = [Int](repeating: 0, count: venueCount > 1 ? venueCount : 0)
    isListed = [Bool](repeating: false, count: reportingCount)
    marks = [Double](repeating: 0, count: assets)
  }

  /// Returns to t = 0, where there is no impact and oracles show the marks.
  func reset(marks: [Double]) {
    for oracle in oracles { oracle.reset(marks: marks) }
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
    for account in accounts { cause.append(replay.health(of: account) >= 0 ? .atStart : nil) }
    if market.hasImpact { countUnderImpact(at: replay, market: market) }
    settle(market.hasImpact ? .otherVenue : .price, at: replay, prices: replay.oracle?.prices ?? market.marks)
    for index in accounts.indices { counts[(cause[index] ?? .requirement).rawValue] += 1 }
  }

  /// The causes of the wave counted last, by account; for traces.
  var lastCauses: [Int: Cause] {
    Dictionary(uniqueKeysWithValues: zip(accounts, cause).map { ($0, $1 ?? .requirement) })
  }

  /// Asks for price and own impact, and what each origin's impact did, at other prices than those that are.
  private func countUnderImpact(at replay: VenueReplay, market: MarketState) {
    settle(.price, at: replay, prices: value(replay, market, under: Self.exogenous))
    if market.origins != nil {
      settle(.ownImpact, at: replay, prices: value(replay, market, under: Self.own))
      for other in preventable.indices {
        _ = value(replay, market, under: Self.without + other)
        for index in accounts.indices where cause[index] != .atStart {
          if replay.health(of: accounts[index]) >= 0 { preventable[other] += 1 }
        }
      }
    }
    let shown = replay.oracle?.prices ?? market.marks
    replay.shown.revalue(marks: shown)
    if market.origins == nil { settle(.ownImpact, at: replay, prices: shown) }
  }

  /// Values the venue's columns at what would be shown under less impact, and returns these prices.
  private func value(_ replay: VenueReplay, _ market: MarketState, under impact: Int) -> [Double] {
    if oracles.isEmpty { takeMarks(of: market, under: impact) }
    let prices = oracles.isEmpty ? marks : oracles[impact].prices
    replay.shown.revalue(marks: prices)
    return prices
  }

  // MARK: Less impact

  /// Numbers of the counterfactuals: no impact, that of the venue itself, and from `without` on all but that of each venue.
  private static let exogenous = 0, own = 1, without = 2

  /// The marks as they would be under less impact, into `marks`.
  private func takeMarks(of market: MarketState, under impact: Int) {
    guard let origins = market.origins, impact != Self.exogenous else {
      for asset in marks.indices { marks[asset] = market.exogenous[asset] }
      return
    }
    for asset in marks.indices {
      let log =
        impact == Self.own
        ? origins.impact(asset: asset, of: venue) : origins.impact(asset: asset, without: impact - Self.without)
      marks[asset] = market.exogenous[asset] * exp(log)
    }
  }

  /// What the venue's oracle would publish at the close of `step` under less impact.
  func publish(at step: Int, market: MarketState) {
    for impact in oracles.indices {
      takeMarks(of: market, under: impact)
      oracles[impact].publish(at: step, marks: marks)
    }
  }

  /// What it would show within `step`.
  func follow(at step: Int, market: MarketState) {
    for impact in oracles.indices {
      takeMarks(of: market, under: impact)
      _ = oracles[impact].follow(marks: marks, at: step)
    }
  }

  /// Those still without a cause that are liquidatable at `prices`, which are shown now, under the factors of t = 0, have
  /// this one.
  private func settle(_ found: Cause, at replay: VenueReplay, prices: [Double]) {
    for index in accounts.indices where cause[index] == nil {
      if replay.healthAtStartRates(of: accounts[index], prices: prices) < 0 { cause[index] = found }
    }
  }
}
