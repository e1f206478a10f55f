import Clearing
import JobFiles
import Markets
import Reports
import Simulation
import Venues

extension RunPlan {
  /// Exposure and greeks of every venue by asset; where there are options also by group of accounts, since those of a book
  /// whose longs and shorts balance cancel.
  var exposures: [ExposureResult] {
    let prices = job.market.initialPrices
    return venues.flatMap { plan -> [ExposureResult] in
      let book = plan.venue.book
      let all = BookExposure.all(of: book, prices: prices).map { result($0, venue: plan.venue.id, group: nil) }
      guard book.groups.count > 1, book.columns.contains(where: { $0.leg == .option }) else { return all }
      return all
        + book.groups.indices.flatMap { group in
          let members = book.accounts.indices.filter { book.accounts[$0].group == group }
          return BookExposure.all(of: book, accounts: members, prices: prices).map {
            result($0, venue: plan.venue.id, group: book.groups[group])
          }
        }
    }
  }

  /// Effective leverage of every model at every venue.
  var leverages: [LeverageResult] {
    let prices = job.market.initialPrices
    return entries.enumerated().flatMap { model, entry in
      venues.enumerated().map { index, plan in
        let book = plan.venue.book
        let curve = HealthCurve(
          book: book, model: job.marginModels[entry.jobModel].venues[index].model, scale: entry.plans[index].scale,
          prices: prices)
        let health = book.accounts.indices.map { curve.health(of: $0).health }
        return LeverageResult(
          model: model, venue: plan.venue.id, notional: book.exposedNotional(at: prices),
          headroom: health.reduce(0) { $0 + max(0, $1) }, liquidatable: health.count { $0 < 0 })
      }
    }
  }

  private func result(_ found: BookExposure, venue: String, group: String?) -> ExposureResult {
    ExposureResult(
      venue: venue, group: group, asset: job.market.assetIDs[found.asset],
      price: job.market.initialPrices[found.asset], longNotional: found.longNotional,
      shortNotional: found.shortNotional, balances: found.balances, optionNotional: found.optionNotional,
      delta: found.deltaMoney, gamma: found.gammaMoney, vega: found.vega)
  }
}
