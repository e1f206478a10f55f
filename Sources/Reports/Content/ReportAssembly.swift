public import RiskMeasures
import Simulation

/// What a report says of a margin model besides its estimates.
public struct ModelDescription: Sendable, Hashable {
  /// Its parameters, as set.
  public var parameters: [NamedText]
  /// Summed maintenance requirement of the book held constant, mean over the pilot paths; NaN where it was not found.
  public var meanMaintenance: Double
  /// Accounts that it could liquidate before anything happens, per venue.
  public var liquidatableAtStart: [AccountsAtStart]

  /// Creates a description.
  public init(
    parameters: [NamedText] = [], meanMaintenance: Double = .nan, liquidatableAtStart: [AccountsAtStart] = []
  ) {
    self.parameters = parameters
    self.meanMaintenance = meanMaintenance
    self.liquidatableAtStart = liquidatableAtStart
  }
}

extension StressReport {
  /// Creates a report from the summary of a run.
  ///
  /// - Parameters:
  ///   - summary: the estimates; models, comparisons, curves and accounts come from it.
  ///   - descriptions: one for each model of the summary, in its order; a missing one says nothing.
  ///   - limits: how the job's limits fared against the same summary.
  ///   - losses: the loss of each path; leave it out to write no `losses.npy`.
  public init(
    run: RunDescription, market: MarketDescription, venues: [VenueDescription], summary: RiskSummary,
    descriptions: [ModelDescription], limits: [LimitOutcome], pathStates: [PathStateCount],
    largestConservationResidual: Double, losses: [LossRow], warnings: [String], provenance: Provenance
  ) {
    let models = summary.models.enumerated().map { index, model in
      ModelResult(model, index < descriptions.count ? descriptions[index] : ModelDescription())
    }
    self.init(
      run: run, market: market, venues: venues, models: models,
      comparisons: summary.comparisons.enumerated().map {
        ComparisonResult(model: $0.offset + 1, differences: $0.element.differences)
      },
      limits: limits.map(LimitResult.init), pathStates: pathStates,
      largestConservationResidual: largestConservationResidual,
      curves: RunCurves(models: summary.models.map(\.venues), priceFans: summary.priceFans),
      accounts: AccountResult.all(summary), losses: losses, warnings: warnings, provenance: provenance)
  }
}

extension ModelResult {
  /// A model of a summary with what is to be said of it.
  init(_ summary: ModelSummary, _ description: ModelDescription) {
    let label = summary.label
    self.init(
      name: label.name, kind: label.kind, isDynamic: label.isDynamic, matching: label.matching.rawValue,
      factor: label.factor, factorStandardError: label.factorStandardError,
      meanMaintenance: description.meanMaintenance, parameters: description.parameters,
      liquidatableAtStart: description.liquidatableAtStart, estimates: summary.estimates)
    guard label.factors.count > 1 else { return }
    venueFactors = zip(summary.venues, label.factors).map {
      VenueFactor(venue: $0.id, value: $1.value, standardError: $1.standardError)
    }
  }
}

extension AccountResult {
  /// The accounts of all venues, the probabilities of all models side by side.
  static func all(_ summary: RiskSummary) -> [AccountResult] {
    guard let first = summary.models.first else { return [] }
    return first.venues.indices.flatMap { venue in
      first.venues[venue].accounts.indices.map { row in
        let account = first.venues[venue].accounts[row]
        let chances = summary.models.map { AccountProbability($0.venues[venue].accounts[row]) }
        return AccountResult(
          venue: first.venues[venue].id, id: account.id, group: account.group, equity: account.account.equity,
          exposure: account.account.exposure, leverageBucket: account.account.leverageBucket, liquidation: chances)
      }
    }
  }
}

extension AccountProbability {
  /// The probability of one row of a model's accounts.
  init(_ row: AccountLiquidation) {
    self.init(value: row.probability, low: row.interval.low, high: row.interval.high)
  }
}

extension LimitResult {
  /// A limit held against a summary. Where no estimate was found, what the job asked for stands in its place.
  init(_ outcome: LimitOutcome) {
    let selector = outcome.limit.selector
    let unit = selector.reported.first { $0.id == selector.measure }?.unit ?? .ratio
    let asked = MeasureLabel(
      selector.measure, venue: selector.venue ?? "", unit: unit, level: selector.level, group: selector.group,
      asset: selector.asset, leverageBucket: selector.leverageBucket, origin: selector.origin)
    self.init(
      label: outcome.estimate?.label ?? asked, model: selector.model, matching: selector.matching.rawValue,
      value: outcome.estimate?.value ?? .nan, interval: outcome.estimate?.interval ?? .unknown,
      side: outcome.limit.side, limit: outcome.limit.limit,
      scenario: selector.scenario)
  }
}
