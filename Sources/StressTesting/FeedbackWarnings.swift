import Clearing
import JobFiles
import Markets
import Simulation
import Venues

extension RunPlan {
  /// Under linear impact: the assets whose liquidations could feed on themselves without a limit, seen from the start.
  ///
  /// What is counted is all notional behind an account's liquidation price, so that partial closing makes the true gain
  /// smaller; only that asset's price moves.
  var feedbackWarnings: [String] {
    guard let entry = entries.first else { return [] }
    let market = job.market
    return venues.compactMap { plan -> String? in
      let impact = plan.rules.impact
      guard impact.exponent == 1, impact.coefficient > 0 else { return nil }
      let curve = HealthCurve(
        book: plan.venue.book, model: job.marginModels[entry.jobModel].model, scale: entry.label.factor,
        prices: market.initialPrices)
      let strong = Set(plan.venue.book.columns.map(\.asset)).sorted().compactMap { asset -> String? in
        guard let depth = plan.venue.depths[asset] else { return nil }
        let perMoney =
          impact.coefficient * market.longRunVolatilities[asset] * (1.0 / 365).squareRoot() / depth.averageDailyVolume
        let map = LiquidationMap(.asset(asset), venue: plan.venue, curve: curve, prices: market.initialPrices)
        let gains = [map.falling, map.rising].compactMap { FeedbackGain(along: $0, impactPerMoney: perMoney) }
        guard let worst = gains.max(by: { $0.gain < $1.gain }), worst.gain >= 1 else { return nil }
        return "\(market.assetIDs[asset]) (gain \(rounded(worst.gain)) at \(rounded(worst.ratio)) of its price)"
      }
      guard !strong.isEmpty else { return nil }
      return "under linear impact liquidations at \(plan.venue.id) can feed on themselves without a limit, gain ≥ 1: "
        + strong.joined(separator: ", ") + "; a cascade that gets there ends only where liquidation prices get sparse"
    }
  }

  private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
