import Clearing
import JobFiles
import Markets
import Reports
import Simulation
import Venues

extension RunPlan {
  /// The maps of every model at every venue: all prices moved together, then each asset alone, those with the most
  /// notional first.
  var liquidationMaps: [LiquidationMapResult] {
    let prices = job.market.initialPrices
    return entries.enumerated().flatMap { model, entry in
      venues.enumerated().flatMap { index, plan -> [LiquidationMapResult] in
        let venue = plan.venue
        let curve = HealthCurve(
          book: venue.book, model: job.marginModels[entry.jobModel].venues[index].model,
          scale: entry.plans[index].scale,
          prices: prices)
        let assets = Set(venue.book.columns.map(\.asset)).sorted()
        let single = assets.map { asset in
          result(
            LiquidationMap(.asset(asset), venue: venue, curve: curve, prices: prices), model: model, venue: venue.id,
            asset: job.market.assetIDs[asset], price: prices[asset])
        }
        let all = LiquidationMap(.all, venue: venue, curve: curve, prices: prices)
        return [result(all, model: model, venue: venue.id, asset: nil, price: nil)]
          + single.sorted { $0.totalNotional > $1.totalNotional }
      }
    }
  }

  private func result(
    _ map: LiquidationMap, model: Int, venue: String, asset: String?, price: Double?
  ) -> LiquidationMapResult {
    LiquidationMapResult(
      model: model, venue: venue, asset: asset, price: price, totalNotional: map.totalNotional,
      points: LiquidationMapResult.ratios.map { ratio in
        let there = map.liquidated(at: ratio)
        return LiquidationMapResult.Point(ratio: ratio, notional: there.notional, accounts: there.accounts)
      })
  }
}
