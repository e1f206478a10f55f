public import Markets

/// A named variation of a job's market, run under the same venues and margin models and reported beside it.
///
/// Paths have the numbers of the job's: where the process is the job's own, what lies between a path of the scenario and
/// the same path of the job is the scenario alone.
public struct JobScenario: Sendable {
  /// The name.
  public let name: String
  /// What it is, in words; may be empty.
  public let summary: String
  /// The number of paths.
  public let paths: Int
  /// The market, shocks included, on the scenario's own times.
  public let market: MarketModel
  /// Kind of the price process.
  public let processKind: String
  /// Parameters of the price process as they apply.
  public let processParameters: [ParameterText]
  /// What of the market differs from the job's, as written; keys below `market`.
  public let variations: [ParameterText]
  /// The shocks, as written.
  public let shocks: [ShockText]
  /// The job's margin models on the scenario's times, in the job's order; each starts in the state that it has in the job.
  public let marginModels: [JobModel]
  /// Whether the scenario is one given path, so that its figures have no sampling error.
  public let isOnePath: Bool

  /// The monitoring times.
  public var grid: TimeGrid { market.grid }
}

/// A shock in the words of the job.
public struct ShockText: Sendable, Hashable {
  /// Its kind.
  public let kind: String
  /// Its parameters as they apply.
  public let parameters: [ParameterText]

  /// Creates a text.
  public init(kind: String, parameters: [ParameterText]) {
    self.kind = kind
    self.parameters = parameters
  }

  /// `price: assets BTC, size -0.3, at 24`.
  public var line: String {
    parameters.isEmpty ? kind : "\(kind): " + parameters.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}
