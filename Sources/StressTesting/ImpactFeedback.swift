import Clearing
import JobFiles
import Markets
import Reports
import Simulation
import Venues

import Foundation

extension RunPlan {
  /// Warns of assets whose liquidations can feed on themselves without end, at t = 0 and under the baseline.
  ///
  /// A move of one asset makes accounts liquidatable; closing all of them would move its mark again. Where the law is linear
  /// in the flow and the second move is as large as the first, nothing but the end of the book stops a cascade. Under a
  /// square-root law small moves always do so and large ones do not, which says nothing; those are not judged.
  var feedbackWarnings: [String] {
    guard let baseline = entries.first else { return [] }
    let market = job.market
    let depths = MarketPlan(
      depths: job.depths, impact: job.impact, assetImpacts: job.assetImpacts,
      longRunVolatilities: market.longRunVolatilities, grid: market.grid)
    let linear = market.assetIDs.indices.filter { depths.impacts[$0].isLinear && depths.impactScale[$0] > 0 }
    guard !linear.isEmpty else { return [] }
    let curves = venues.indices.map { index in
      HealthCurve(
        book: venues[index].venue.book, model: job.marginModels[baseline.jobModel].venues[index].model,
        scale: baseline.plans[index].scale, prices: market.initialPrices)
    }
    return linear.compactMap { asset in
      let maps = zip(venues, curves).map {
        LiquidationMap(.asset(asset), venue: $0.venue, curve: $1, prices: market.initialPrices)
      }
      return Self.warning(of: maps, asset: asset, depths: depths, name: market.assetIDs[asset])
    }
  }

  /// The worst gain over moves of 1 to 50 %, all venues together, if it is 1 or more.
  private static func warning(of maps: [LiquidationMap], asset: Int, depths: MarketPlan, name: String) -> String? {
    let ratios = LiquidationMapResult.ratios.filter { $0 != 1 && $0 >= 0.5 && $0 <= 1.5 }
    let gains = ratios.map { ratio in
      (
        ratio,
        depths.impacts[asset].gain(
          notional: maps.reduce(0) { $0 + $1.liquidated(at: ratio).notional }, logMove: log(ratio),
          scale: depths.impactScale[asset], volume: depths.volume[asset])
      )
    }
    guard let worst = gains.max(by: { $0.1 < $1.1 }), worst.1 >= 1 else { return nil }
    let percent = Int(((worst.0 - 1) * 100).rounded())
    let gain = worst.1.isFinite ? String((worst.1 * 10).rounded() / 10) : "infinitely"
    return
      "a move of \(name) by \(percent) % makes accounts liquidatable whose closing would move its mark by another "
      + "\(gain) times as much: forced trades can feed on themselves until nobody is left (gain g ≥ 1; below 1 a linear law "
      + "amplifies by about 1/(1 − g))"
  }
}
