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
      initialReserve: plan.rules.reserve.balance,
      assets: venue.depths.indices.filter { venue.depths[$0] != nil }.map { plan.assetIDs[$0] },
      parameters: plan.rules.summary
        + plan.rules.assetImpacts.filter { venue.depths[$0.key] != nil }.sorted { $0.key < $1.key }.map {
          NamedText("impact in \(plan.assetIDs[$0.key])", $0.value.summary)
        })
  }

  private func describe(_ entry: ModelEntry) -> ModelDescription {
    ModelDescription(
      parameters: job.marginModels[entry.jobModel].parameters.map { NamedText($0.key, $0.value) },
      meanMaintenance: meanMaintenance(of: entry),
      liquidatableAtStart: zip(venues, entry.plans).map { venue, plan in
        AccountsAtStart(
          venue: venue.venue.id, count: plan.liquidatableAtStart.count,
          ids: plan.liquidatableAtStart.prefix(20).map { venue.venue.book.accounts[Int($0)].id })
      })
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

extension ClearingRules {
  /// The rules in words, for the report.
  var summary: [NamedText] {
    [
      NamedText("liquidation", liquidation.method.summary),
      NamedText("penalty", "\(liquidation.penalty), reserve's share \(liquidation.reserveShare)"),
      NamedText("waves per step", "at most \(liquidation.waves)"),
      NamedText("impact", impact.summary),
    ] + (oracle == .spot ? [] : [NamedText("oracle", oracle.summary)])
      + (behaviour.map { [NamedText("owners", $0.summary)] } ?? [])
      + (hedging.isActive ? [NamedText("hedgers", hedging.summary)] : []) + [
        NamedText("reserve", "\(reserve.balance)"),
        NamedText("beyond the reserve", lossAllocation.rawValue),
        NamedText("when the reserve is exhausted", onExhaustion == .fail ? "the venue fails" : "the venue carries on"),
      ]
  }
}

extension MarketImpact {
  /// The law in words.
  var summary: String {
    let law = poolDepth.map { "constant-product pool of \($0) a side" } ?? "Y = \(coefficient), δ = \(exponent)"
    return law + ", permanent share \(permanentShare), half-life \(halfLifeHours) h"
      + (thinning > 0 ? ", depth thins with volatility to the power \(thinning)" : "")
  }
}

extension AccountBehaviour {
  /// What owners do in words.
  var summary: String {
    func text(_ verb: String, _ answer: Answer?) -> [String] {
      guard let answer else { return [] }
      return [
        "\(verb) with chance \(answer.probability) after \(answer.delayHours) h, to \(answer.targetBuffer) above maintenance"
      ]
    }
    let calls = text("top up", topUp) + text("close", deleveraging)
    let out = withdrawal.map {
      [
        "\($0.groups.joined(separator: ", ")): \($0.share) of what exceeds \(1 + $0.excessOver) × initial margin goes out"
      ]
    }
    return ((calls.isEmpty ? [] : ["called \(callBuffer) above maintenance"]) + calls + (out ?? []))
      .joined(separator: "; ")
  }
}

extension Hedging {
  /// The hedgers in words.
  var summary: String {
    let gamma = dealerGamma.values.reduce(0, +) / 100
    let dealers = gamma == 0 ? [] : ["dealers with a gamma of \(gamma) per 1 % over all assets"]
    return (dealers + (reserveRatio > 0 ? ["an agent for the reserve, ratio \(reserveRatio)"] : []))
      .joined(separator: "; ")
  }
}

extension OraclePolicy {
  /// The policy in words.
  var summary: String {
    let prices: String
    switch rule {
    case .spot: prices = "mark"
    case .average(let hours): prices = "mean of the marks of \(hours) h"
    case .deviation(let threshold, let heartbeat):
      prices =
        "mark when it moved by \(threshold)" + (heartbeat.isFinite ? ", at least every \(heartbeat) h" : "")
    }
    let delay = latencySteps > 0 ? ", \(latencySteps) steps late" : ""
    return prices + delay + (maximumDeviation.map { ", liquidations wait beyond \($0) from the mark" } ?? "")
  }
}

extension LiquidationMethod {
  /// The method in words.
  var summary: String {
    switch self {
    case .full: "full"
    case .partial(let buffer): "partial, target buffer \(buffer)"
    case .closeFactor(let factor, let full, let bonus):
      "close factor \(factor), everything below health \(full), bonus \(bonus)"
    }
  }
}
