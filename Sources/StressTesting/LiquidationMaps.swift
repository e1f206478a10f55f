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

  /// The loops of every model at every venue, one table per asset that tokens stand for.
  var loops: [LoopResult] {
    let prices = job.market.initialPrices
    let bases = DerivedBases(job.calibration)
    return entries.enumerated().flatMap { model, entry in
      venues.enumerated().flatMap { index, plan -> [LoopResult] in
        let curve = HealthCurve(
          book: plan.venue.book, model: job.marginModels[entry.jobModel].venues[index].model,
          scale: entry.plans[index].scale, prices: prices)
        let found = LoopedCollateral.all(of: plan.venue, curve: curve, prices: prices, bases: bases)
        let debts = found.isEmpty ? 0 : plan.venue.book.debts(at: prices)
        return Set(found.map(\.root)).sorted().map { root in
          let table = LoopTable(found.filter { $0.root == root }, debts: debts)
          return LoopResult(
            model: model, venue: plan.venue.id, root: job.market.assetIDs[root], shareOfDebt: table.shareOfDebt,
            rows: table.rows.map {
              LoopResult.Row(
                bucket: $0.bucket, accounts: $0.accounts, collateral: $0.collateral, debt: $0.debt,
                firstPeg: $0.firstPeg, medianPeg: $0.medianPeg)
            })
        }
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
