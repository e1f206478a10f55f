import Clearing
import JobFiles
import Markets
import Reports
import RiskMeasures
import Simulation
import Venues

extension RunPlan {
  /// Puts estimates and descriptions together into the report of this run; `scenarios` begin with the job's own market.
  func report(
    table: OutcomeTable, summary: RiskSummary, scenarios: [ScenarioOutcome], provenance: Provenance
  ) -> StressReport {
    var report = StressReport(
      run: RunDescription(
        job: job.name, title: job.summary, seed: job.seed, paths: job.paths, steps: job.market.grid.steps,
        stepHours: job.market.grid.stepHours, isSynthetic: job.isSynthetic),
      market: marketDescription, venues: venues.map(Self.describe), summary: summary,
      descriptions: entries.map(describe),
      limits: job.limits.map { $0.check(against: summary, scenarios: scenarios.map(\.summary)) },
      pathStates: PathState.allCases.map { state in
        PathStateCount("\(state)", table.pathStates.reduce(0) { $0 + $1[state.rawValue] })
      },
      largestConservationResidual: Self.largestResidual(in: table),
      losses: table.series.map {
        LossRow(model: $0.model, venue: table.venues[$0.venue].id, values: $0[.loss])
      },
      warnings: job.warnings + failureWarnings + feedbackWarnings + matchingWarnings + pathWarnings(table)
        + scenarios.flatMap(\.warnings),
      provenance: provenance)
    report.scenarios = scenarios.map(\.result)
    return report
  }

  /// Largest residual over all paths that completed; NaN only if none did.
  static func largestResidual(in table: OutcomeTable) -> Double {
    table.series.flatMap { $0[.conservationResidual] }.filter { !$0.isNaN }.max() ?? .nan
  }

  private var marketDescription: MarketDescription {
    let dependence: String
    switch job.market.dependence {
    case .gaussian: dependence = "Gaussian"
    case .studentT(let degreesOfFreedom): dependence = "Student-t, ν = \(degreesOfFreedom), unit variance"
    }
    return MarketDescription(
      process: job.processKind, dependence: dependence, assets: job.market.assetIDs, dataSources: dataSources,
      parameters: job.processParameters.map { NamedText($0.key, $0.value) })
  }

  private var dataSources: [String] {
    job.calibration.window.map { ["\($0.source), \($0.from) to \($0.to), \($0.observations) observations"] } ?? []
  }

  private static func describe(_ plan: VenuePlan) -> VenueDescription {
    let venue = plan.venue
    let owned = plan.census.labels
    return VenueDescription(
      id: venue.id, summary: venue.summary, settlement: venue.settlement, isSynthetic: venue.isSynthetic,
      accountCount: owned.count, positionCount: venue.book.quantity.count,
      totalEquity: owned.reduce(0) { $0 + $1.equity }, openInterest: plan.openInterest,
      initialReserve: plan.rules.reserve.total,
      assets: venue.depths.indices.filter { venue.depths[$0] != nil }.map { plan.assetIDs[$0] },
      parameters: plan.rules.summary
        + plan.rules.assetImpacts.filter { venue.depths[$0.key] != nil }.sorted { $0.key < $1.key }.map {
          NamedText("impact in \(plan.assetIDs[$0.key])", $0.value.summary)
        })
  }

  private func describe(_ entry: ModelEntry) -> ModelDescription {
    ModelDescription(
      parameters: job.marginModels[entry.jobModel].parameters.map { NamedText($0.key, $0.value) }
        + changedRules(of: job.marginModels[entry.jobModel]),
      meanMaintenance: meanMaintenance(of: entry),
      liquidatableAtStart: zip(venues, entry.plans).map { venue, plan in
        AccountsAtStart(
          venue: venue.venue.id, count: plan.liquidatableAtStart.count,
          ids: plan.liquidatableAtStart.prefix(20).map { venue.venue.book.accounts[Int($0)].id })
      })
  }

  /// What of the clearing is otherwise under a model that has rules of its own; the venue is named where there are several.
  private func changedRules(of model: JobModel) -> [NamedText] {
    zip(venues, model.venues).flatMap { venue, own -> [NamedText] in
      guard let rules = own.rules else { return [] }
      let usual = venue.rules.summary
      let changed = rules.summary.filter { !usual.contains($0) }
      let gone = usual.filter { item in !rules.summary.contains { $0.name == item.name } }
      let place = venues.count > 1 ? "\(venue.venue.id): " : ""
      return changed.map { NamedText(place + $0.name, $0.text) } + gone.map { NamedText(place + $0.name, "none") }
    }
  }

  /// Mean maintenance requirement on the pilot paths, at the entry's own factor; NaN where no pilot ran.
  private func meanMaintenance(of entry: ModelEntry) -> Double {
    if !entry.matching.isEmpty {
      return zip(entry.matching, entry.plans).reduce(0) { $0 + $1.0.modelMaintenance * $1.1.scale }
    }
    let pilots = entries.lazy.map(\.matching).first { !$0.isEmpty }
    return pilots.map { $0.reduce(0) { $0 + $1.baselineMaintenance } } ?? .nan
  }

  /// Says where paths ended early, because the figures then rest on the tamer ones.
  private func pathWarnings(_ table: OutcomeTable) -> [String] {
    zip(entries, table.pathStates).compactMap { entry, counts in
      let ended = counts[PathState.nonFinite.rawValue]
      guard ended > 0 else { return nil }
      return "under \(entry.label.name) \(ended) of \(table.paths) paths ended where a price or a total was no longer "
        + "a finite number; the figures leave them out and are therefore too favourable"
    }
  }

  /// What a venue that fails would have needed is not seen after it has failed.
  private var failureWarnings: [String] {
    job.venues.filter { $0.rules.onExhaustion == .fail }.map {
      "\($0.venue.id) fails when its reserve is exhausted and liquidates nobody after that: the reserve it would have "
        + "needed, and the chance that another reserve would last, count what happened until then; set onExhaustion to "
        + "carry-on for those figures"
    }
  }
}
