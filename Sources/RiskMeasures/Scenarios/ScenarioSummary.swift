public import Simulation

/// What was estimated of one scenario: every model at every venue, on the scenario's own paths.
public struct ScenarioSummary: Sendable {
  /// The scenario's name; nil for the job's own market, which stands beside the scenarios.
  public let name: String?
  /// The models, in the order of the run.
  public let models: [Model]

  /// One model under the scenario.
  public struct Model: Sendable {
    /// The model.
    public let label: ModelLabel
    /// The figures that scenarios are compared by, venue by venue.
    public let figures: [Estimate]
    /// Every other measure but `component.es`, which needs the tail's paths replayed: for limits.
    public let estimates: [Estimate]
  }

  /// Estimates the scenario from its outcomes. `isComplete` asks for every measure and not for the figures alone.
  public init(name: String?, of table: OutcomeTable, settings: MeasureSettings, isComplete: Bool) {
    self.name = name
    models = table.models.indices.map { model in
      let outcomes = table.venues.indices.map {
        VenueOutcomes(table: table, model: model, venue: $0, settings: settings)
      }
      return Model(
        label: table.models[model], figures: outcomes.flatMap(ScenarioFigures.estimates),
        estimates: isComplete
          ? outcomes.flatMap { outcome in allRiskMeasures.flatMap { $0.init().estimates(of: outcome) } } : [])
    }
  }
}
