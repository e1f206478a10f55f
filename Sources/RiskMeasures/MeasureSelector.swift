public import Schema
public import Simulation

/// Names one estimate of a run, as a limit of a job does.
public struct MeasureSelector: Sendable, Hashable {
  /// The scenario; nil means the job's own market.
  public var scenario: String?
  /// The measure's id.
  public var measure: String
  /// The model's name.
  public var model: String
  /// What the model was matched in.
  public var matching: Matching
  /// The venue; needed where there are several.
  public var venue: String?
  /// The level; needed where the measure is reported at several.
  public var level: Double?
  /// The account group; nil means not of one group.
  public var group: String?
  /// The asset; nil means not of one asset.
  public var asset: String?
  /// The leverage bucket; nil means not of one bucket.
  public var leverageBucket: String?
  /// The venue of origin; nil means not of one origin.
  public var origin: String?

  /// Creates a selector.
  public init(
    measure: String, model: String, matching: Matching = .asConfigured, venue: String? = nil, level: Double? = nil,
    group: String? = nil, asset: String? = nil, leverageBucket: String? = nil, scenario: String? = nil
  ) {
    self.scenario = scenario
    self.measure = measure
    self.model = model
    self.matching = matching
    self.venue = venue
    self.level = level
    self.group = group
    self.asset = asset
    self.leverageBucket = leverageBucket
  }

  /// What a selector finds.
  public enum Finding: Sendable, Hashable {
    /// Exactly one estimate.
    case found(Estimate)
    /// None.
    case missing
    /// Several; a venue or level would tell them apart.
    case ambiguous([MeasureLabel])
  }

  /// The estimate in a summary that this names.
  public func find(in summary: RiskSummary) -> Finding {
    finding(among: summary.models.filter { isNamed($0.label) }.flatMap(\.estimates))
  }

  /// The estimate that this names in the one of `scenarios` that it names.
  public func find(in scenarios: [ScenarioSummary]) -> Finding {
    finding(
      among: scenarios.filter { $0.name != nil && $0.name == scenario }.flatMap(\.models)
        .filter { isNamed($0.label) }.flatMap { $0.figures + $0.estimates })
  }

  private func isNamed(_ label: ModelLabel) -> Bool { label.name == model && label.matching == matching }

  private func finding(among estimates: [Estimate]) -> Finding {
    let candidates = estimates.filter { matches($0.label) }
    switch candidates.count {
    case 0: return .missing
    case 1: return .found(candidates[0])
    default: return .ambiguous(candidates.map(\.label))
    }
  }

  /// Whether a label is one of those named.
  private func matches(_ label: MeasureLabel) -> Bool {
    label.id == measure && (venue == nil || venue == label.venue) && (level == nil || level == label.level)
      && group == label.group && asset == label.asset && leverageBucket == label.leverageBucket
      && origin == label.origin
  }

  /// The measures that are reported where this looks.
  public var reported: [MeasureDescription] {
    scenario == nil
      ? allMeasureDescriptions
      : ScenarioFigures.measures + allMeasureDescriptions.filter { $0.id != "component.es" }
  }

  /// Whether the measure is a total over all venues, which needs no venue to be named.
  public var isTotal: Bool { measure.hasPrefix("total.") }

  /// What is wrong with the measure and level, before anything is run; nil if nothing is.
  public func problem(under settings: MeasureSettings, at location: SourceLocation) -> Problem? {
    let descriptions = reported
    guard let about = descriptions.first(where: { $0.id == measure }) else {
      return Problem(
        "unknown measure", at: location.appending(key: "measure"), found: "'\(measure)'",
        allowed: descriptions.map(\.id).joined(separator: ", "))
    }
    let levels = about.levels(in: settings)
    let allowed = levels.isEmpty ? "no level" : levels.map { String($0) }.joined(separator: ", ")
    if let level, !levels.contains(level) {
      return Problem(
        "the measure is not reported at this level", at: location.appending(key: "level"), found: String(level),
        allowed: allowed)
    }
    if level == nil, levels.count > 1 {
      return Problem(
        "the measure is reported at several levels", at: location.appending(key: "level"), found: "no level",
        allowed: allowed)
    }
    return nil
  }
}

/// A bound that a job puts on an estimate.
public struct MeasureLimit: Sendable, Hashable {
  /// Which side of the limit is a breach.
  public enum Side: String, Sendable, Hashable {
    /// A value above the limit.
    case above
    /// A value below the limit.
    case below
  }

  /// The estimate that is held against the limit.
  public var selector: MeasureSelector
  /// Which side is a breach.
  public var side: Side
  /// The limit, in the measure's unit.
  public var limit: Double

  /// Creates a limit.
  public init(_ selector: MeasureSelector, breachedWhen side: Side, _ limit: Double) {
    self.selector = selector
    self.side = side
    self.limit = limit
  }

  /// Holds the limit against a run, or against the scenario that it names.
  public func check(against summary: RiskSummary, scenarios: [ScenarioSummary] = []) -> LimitOutcome {
    let finding = selector.scenario == nil ? selector.find(in: summary) : selector.find(in: scenarios)
    guard case .found(let estimate) = finding else {
      return LimitOutcome(limit: self, finding: finding, status: .undecided)
    }
    guard !estimate.value.isNaN else { return LimitOutcome(limit: self, finding: finding, status: .undecided) }
    let isBreached = side == .above ? estimate.value > limit : estimate.value < limit
    return LimitOutcome(limit: self, finding: finding, status: isBreached ? .breached : .kept)
  }
}

/// How a limit fared.
public struct LimitOutcome: Sendable, Hashable {
  /// What came of it.
  public enum Status: String, Sendable, Hashable {
    /// The value is on the allowed side, or on the limit.
    case kept
    /// The value is on the other side.
    case breached
    /// There is no value: the estimate is undefined, missing or not the only one. Whether that is a failure is for the
    /// caller to say; it is never passed off as kept.
    case undecided
  }

  /// The limit.
  public let limit: MeasureLimit
  /// What its selector found.
  public let finding: MeasureSelector.Finding
  /// How it fared.
  public let status: Status

  /// The value held against the limit; nil where none was found.
  public var estimate: Estimate? {
    guard case .found(let estimate) = finding else { return nil }
    return estimate
  }

  /// Whether the limit is breached.
  public var isBreached: Bool { status == .breached }

  /// Whether the value's interval leaves the limit on one side, so that the outcome is no accident of sampling.
  public var isClear: Bool { estimate?.interval.excludes(limit.limit) ?? false }
}
