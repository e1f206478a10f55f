public import RiskMeasures

/// What a scenario is, in words.
public struct ScenarioDescription: Sendable, Hashable {
  /// Its name; nil for the job's own market, which stands first among the scenarios.
  public var name: String?
  /// What it is for; may be empty.
  public var summary: String
  /// Kind of the price process.
  public var process: String
  /// What of the market differs from the job's: keys and values.
  public var variations: [NamedText]
  /// The shocks, one line each.
  public var shocks: [String]
  /// Whether it is one given path, so that figures have no sampling error.
  public var isOnePath: Bool

  /// Creates a description.
  public init(
    name: String?, summary: String, process: String, variations: [NamedText] = [], shocks: [String] = [],
    isOnePath: Bool
  ) {
    self.name = name
    self.summary = summary
    self.process = process
    self.variations = variations
    self.shocks = shocks
    self.isOnePath = isOnePath
  }

  /// The name to show in tables.
  public var displayName: String { name ?? "the job's market" }
}

/// A scenario of the job and what it came to under every margin model.
public struct ScenarioResult: Sendable, Hashable {
  /// What it is.
  public var description: ScenarioDescription
  /// Number of paths.
  public var paths: Int
  /// Number of steps.
  public var steps: Int
  /// Length of a step in hours.
  public var stepHours: Double
  /// The figures of each model, in the report's order of models, venue by venue.
  public var figures: [[Estimate]]
  /// How paths ended, over all models.
  public var pathStates: [PathStateCount]
  /// The largest residual of the conservation check, relative to gross equity.
  public var largestConservationResidual: Double

  /// Creates a result.
  public init(
    description: ScenarioDescription, paths: Int, steps: Int, stepHours: Double, figures: [[Estimate]],
    pathStates: [PathStateCount], largestConservationResidual: Double
  ) {
    self.description = description
    self.paths = paths
    self.steps = steps
    self.stepHours = stepHours
    self.figures = figures
    self.pathStates = pathStates
    self.largestConservationResidual = largestConservationResidual
  }

  /// Size in words: `48 h in steps of 1 h; one path, deterministic`.
  var sizeText: String {
    let length = NumberText.hours(Double(steps) * stepHours)
    let count = description.isOnePath ? "one path, deterministic" : "\(NumberText.count(paths)) paths"
    return "\(length) in steps of \(NumberText.hours(stepHours)); \(count)"
  }

  /// What sets it apart from the job, in words: `market.process replay; price: size −0.3`.
  var contentText: String {
    let varied = description.variations.filter { $0.name != "market.process.kind" }.map { "\($0.name) \($0.text)" }
    return (["process \(description.process)"] + varied + description.shocks).joined(separator: "; ")
  }

  /// The figure of a model at a venue with this id, at the level nearest to 99 % where it has levels; nil if there is
  /// none.
  func figure(_ id: String, model: Int, venue: String) -> Estimate? {
    guard model < figures.count else { return nil }
    return figures[model].filter { $0.id == id && $0.label.venue == venue }
      .min { abs(($0.label.level ?? 0.99) - 0.99) < abs(($1.label.level ?? 0.99) - 0.99) }
  }
}
