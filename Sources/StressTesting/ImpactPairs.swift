import Clearing
import JobFiles
import Markets
import RiskMeasures
import Simulation

extension RunPlan {
  /// The same venues, models and paths on a market that trades do not move.
  private var withoutImpact: Simulator {
    var depths = MarketPlan(
      depths: job.depths, impact: .none, longRunVolatilities: job.market.longRunVolatilities, grid: job.market.grid)
    depths.claims = job.claims
    return Simulator(
      generator: simulator.generator, market: depths, venues: venues, models: entries.map(\.plans),
      labels: entries.map(\.label), paths: job.paths, atStart: job.atStart, fanAssets: [],
      callWindowHours: job.measures.callWindowHours)
  }

  /// Every model with against without impact; empty where the job does not ask for it.
  func impactPairings(
    table: OutcomeTable, workers: Int, shouldStop: @Sendable () -> Bool, onBlockDone: @Sendable (Int) -> Void
  ) throws -> [ImpactPairing] {
    guard job.pairsWithoutImpact else { return [] }
    let bare = try withoutImpact.run(workers: workers, shouldStop: shouldStop, onBlockDone: onBlockDone)
    return entries.indices.map { ImpactPairing(with: table, without: bare, model: $0, settings: job.measures) }
  }
}
