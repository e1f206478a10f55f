import Foundation
import Reports
import RiskMeasures
import Simulation

/// A report such as a nightly run writes, made from `SampleOutcomes`.
enum SampleReport {
  /// The report; `limit` is on P(exhausted) under the first model, none if nil.
  static func make(_ outcomes: SampleOutcomes = SampleOutcomes(), limit: Double? = 0.01) -> StressReport {
    let table = outcomes.table
    let settings = MeasureSettings(bootstrapReplicates: 400, seed: 20_261_121)
    let summary = RiskSummary(of: table, settings: settings)
    let limits = limit.map {
      MeasureLimit(
        MeasureSelector(measure: "reserve.exhaustionProbability", model: outcomes.models[0]), breachedWhen: .above, $0)
    }
    return StressReport(
      run: run(outcomes), market: market(outcomes), venues: [venue(outcomes)], summary: summary,
      descriptions: outcomes.labels.map(description), limits: [limits].compactMap { $0?.check(against: summary) },
      pathStates: [
        PathStateCount("completed", outcomes.paths * outcomes.labels.count), PathStateCount("nonFinite", 0),
      ],
      largestConservationResidual: 1.2e-13, losses: losses(table),
      warnings: ["The correlation of DOT rests on 3 years of returns, that of the other assets on 5."],
      provenance: provenance)
  }

  /// A fixed record of where the sample comes from.
  static var provenance: Provenance {
    Provenance(
      startedAt: Date(timeIntervalSince1970: 1_795_230_900), jobHash: "3f9a12bc" + String(repeating: "0", count: 56),
      inputs: [
        InputFile(label: "Jobs/nightly.yaml", sha256: String(repeating: "ab", count: 32), bytes: 1840),
        InputFile(
          label: "Portfolios/perpetual-venue/positions.csv", sha256: String(repeating: "cd", count: 32), bytes: 734_003),
      ],
      programVersion: "0.1.0", gitRevision: "4d2f8e1", blasConfiguration: "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH",
      blasFlavour: "pthread", blasCore: "SkylakeX", cpuModel: "Example CPU @ 2.80 GHz", instructionSet: "native",
      workers: 2, wallSeconds: 84.2, cpuSeconds: 163.7, peakMemoryBytes: 612_000_000)
  }

  private static func run(_ outcomes: SampleOutcomes) -> RunDescription {
    RunDescription(
      job: "nightly", title: "Nightly stress test", seed: 20_261_121, paths: outcomes.paths, steps: outcomes.steps,
      stepHours: 2, isSynthetic: true)
  }

  private static func market(_ outcomes: SampleOutcomes) -> MarketDescription {
    MarketDescription(
      process: "GARCH(1,1) with Student-t innovations at the hourly scale",
      dependence: "Student-t, 5 degrees of freedom",
      assets: outcomes.assets,
      dataSources: ["Hourly closes of 12 perpetual markets, 2020-10-15 to 2026-02-18, 46,800 observations"],
      parameters: [NamedText("Drift", "0 by choice")])
  }

  private static func venue(_ outcomes: SampleOutcomes) -> VenueDescription {
    VenueDescription(
      id: outcomes.venue, summary: "A perpetual exchange with twelve markets and published margin tables.",
      settlement: "USD", isSynthetic: true, accountCount: outcomes.accountCount, positionCount: 341, totalEquity: 1.2e7,
      openInterest: 1.16e8, initialReserve: 25e6, assets: outcomes.assets,
      parameters: [
        NamedText("Liquidation", "partial, target buffer 0.1, penalty 1 %, at most 20 waves a step"),
        NamedText("Impact", "square root, Y = 1, permanent share 0.3, half-life 4 h"),
        NamedText("Loss allocation", "reserve, then socialised"),
      ])
  }

  private static func description(_ model: ModelLabel) -> ModelDescription {
    ModelDescription(
      parameters: model.isDynamic
        ? [NamedText("lambda", "0.97 per day"), NamedText("confidence", "0.99"), NamedText("floor", "0.03")]
        : [NamedText("tables", "the venue's own")],
      meanMaintenance: 2.3e7,
      liquidatableAtStart: [
        AccountsAtStart(venue: "perps", count: model.isDynamic ? 3 : 0, ids: model.isDynamic ? ["account-5"] : [])
      ])
  }

  private static func losses(_ table: OutcomeTable) -> [LossRow] {
    table.series.map {
      LossRow(model: $0.model, venue: table.venues[$0.venue].id, values: $0[.loss])
    }
  }
}
