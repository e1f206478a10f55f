public import RiskMeasures

/// A limit of the job and whether the run kept it, ready to print.
public struct LimitResult: Sendable, Hashable {
  /// Which number is limited.
  public var label: MeasureLabel
  /// Name of the scenario; nil for the job's own market.
  public var scenario: String?
  /// Name of the margin model.
  public var model: String
  /// What that model was matched in.
  public var matching: String
  /// The estimate; NaN where there is none.
  public var value: Double
  /// Its interval.
  public var interval: ConfidenceInterval
  /// The side that is a breach.
  public var side: MeasureLimit.Side
  /// The limit.
  public var limit: Double
  /// Whether it was kept; without a value it is undecided.
  public var status: LimitOutcome.Status

  /// Creates a result; the status follows from value, side and limit.
  public init(
    label: MeasureLabel, model: String, matching: String = "as-configured", value: Double,
    interval: ConfidenceInterval = .unknown, side: MeasureLimit.Side, limit: Double,
    scenario: String? = nil
  ) {
    self.scenario = scenario
    self.label = label
    self.model = model
    self.matching = matching
    self.value = value
    self.interval = interval
    self.side = side
    self.limit = limit
    let isBreached = side == .above ? value > limit : value < limit
    status = value.isNaN ? .undecided : isBreached ? .breached : .kept
  }

  /// Whether the estimate breaches the limit.
  public var isBreached: Bool { status == .breached }

  /// What the limit says and what came out, in one sentence.
  public var sentence: String {
    let named = matching == "as-configured" ? model : "\(model), \(matching.replacing("-", with: " "))"
    let who = scenario.map { "\(named) in scenario \($0)" } ?? named
    let place = label.venue.isEmpty ? "" : " at \(label.venue)"
    let range = NumberText.interval(interval, label.unit)
    let bound = "must not be \(side.rawValue) \(NumberText.text(limit, label.unit, .stated))"
    let amount = NumberText.text(value, label.unit) + (range.isEmpty ? "" : " " + range)
    return "\(verdict): \(MeasureWording.name(of: label))\(place) under \(who) is \(amount) and \(bound)."
  }

  /// How good the result is.
  var tone: Verdict.Tone {
    switch status {
    case .kept: .good
    case .breached: .bad
    case .undecided: .neutral
    }
  }

  /// The word that the sentence begins with.
  private var verdict: String {
    switch status {
    case .kept: "Kept"
    case .breached: "Breached"
    case .undecided: "Undecided"
    }
  }
}
