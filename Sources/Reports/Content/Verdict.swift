import RiskMeasures

/// What the run says, in sentences: does the reserve last, and which margin model is better on what, at what cost.
///
/// A sentence claims no more than its interval: the reserve *lasts* only if the whole interval of P(exhausted) lies at or
/// below the threshold, and models *differ* only where the interval of the paired difference leaves out zero.
public struct Verdict: Sendable, Hashable {
  /// How good a statement is, so that colour and sign can go with the words.
  public enum Tone: String, Sendable, Hashable {
    /// What one would wish for.
    case good
    /// What one would not.
    case bad
    /// Open, or neither good nor bad.
    case neutral
  }

  /// One statement.
  public struct Sentence: Sendable, Hashable {
    /// How good it is.
    public var tone: Tone
    /// The words.
    public var text: String

    /// Creates a sentence.
    public init(_ tone: Tone, _ text: String) {
      self.tone = tone
      self.text = text
    }
  }

  /// The threshold for P(exhausted) where the job sets no limit.
  public static let customaryThreshold = 0.01

  /// One line over everything: limits breached, or whether the reserves last.
  public var headline: Sentence
  /// Does the reserve last: one sentence for each venue and model.
  public var reserve: [Sentence]
  /// What each other model changes against the baseline: up to three sentences for each venue and model.
  public var comparison: [Sentence]

  /// Draws the conclusions from a report's numbers.
  public init(_ report: StressReport) {
    let judged = report.venues.flatMap { venue in report.models.map { ReserveJudgement(report, $0, venue.id) } }
    reserve = judged.map(\.sentence)
    comparison = report.venues.flatMap { venue in
      report.comparisons.flatMap { ComparisonJudgement(report, $0, venue: venue.id).sentences }
    }
    headline = Self.headline(judged, report.limits)
  }

  /// The worst news first: breached limits, then reserves that fail, then what is undecided.
  private static func headline(_ judged: [ReserveJudgement], _ limits: [LimitResult]) -> Sentence {
    let breached = limits.filter(\.isBreached).count
    if breached > 0 {
      return Sentence(.bad, "\(breached) of \(limits.count) \(limits.count == 1 ? "limit is" : "limits are") breached.")
    }
    let kept = limitWords(limits)
    let places = { (outcome: ReserveJudgement.Outcome) in
      judged.filter { $0.outcome == outcome }.map(\.place).joined(separator: " or ")
    }
    switch Set(judged.map(\.outcome)) {
    case [.lasts]: return Sentence(.good, kept + "The reserve lasts under every margin model.")
    case [.fails]: return Sentence(.bad, kept + "The reserve does not last under any margin model.")
    case let outcomes where outcomes.contains(.fails):
      return Sentence(.bad, kept + "The reserve does not last \(places(.fails)).")
    case [.undecided]:
      return Sentence(.neutral, kept + "Whether the reserve lasts is not decided at this number of paths.")
    case let outcomes where outcomes.contains(.undecided):
      return Sentence(
        .neutral, kept + "Not decided at this number of paths: whether the reserve lasts \(places(.undecided)).")
    case let outcomes where outcomes.contains(.lasts):
      return Sentence(.good, kept + "The reserve lasts \(places(.lasts)).")
    default: return Sentence(.neutral, kept + "Nothing was estimated of the reserve.")
    }
  }

  /// What to say of limits of which none is breached, before the reserve is spoken of.
  private static func limitWords(_ limits: [LimitResult]) -> String {
    let open = limits.count { $0.status == .undecided }
    if open > 0 { return "\(open) of \(limits.count) limits could not be judged. " }
    return limits.isEmpty ? "" : limits.count == 1 ? "The limit is kept. " : "All \(limits.count) limits are kept. "
  }

  /// All sentences in the order to read them.
  public var sentences: [Sentence] { [headline] + reserve + comparison }
}

/// Whether one venue's reserve lasts under one model.
struct ReserveJudgement {
  /// What the interval of P(exhausted) says against the threshold.
  enum Outcome: Hashable {
    case lasts, fails, undecided, unknown
  }

  /// What was found.
  let outcome: Outcome
  /// Where: `at perps under static`.
  let place: String
  /// The finding in words.
  let sentence: Verdict.Sentence

  /// Judges by the model's own estimates.
  init(_ report: StressReport, _ model: ModelResult, _ venue: String) {
    place = "at \(venue) under \(model.displayName)"
    let found = model.estimates.first { $0.id == "reserve.exhaustionProbability" && $0.label.venue == venue }
    guard let estimate = found, estimate.value.isFinite else {
      outcome = .unknown
      sentence = Verdict.Sentence(.neutral, "Nothing was estimated of the reserve \(place).")
      return
    }
    let (threshold, isLimit) = Self.threshold(report, model, venue)
    outcome = Self.outcome(estimate.interval, threshold)
    let words = Self.words(outcome, place)
    let required = Self.required(model, venue)
    let range = NumberText.interval(estimate.interval, .probability)
    let bound = "\(isLimit ? "the job's limit" : "the customary threshold") of \(NumberText.percent(threshold))"
    sentence = Verdict.Sentence(
      words.tone,
      "\(words.text): it is exhausted on \(NumberText.percent(estimate.value, .measured)) of paths \(range), against \(bound).\(required)"
        + Self.open(model, venue)
    )
  }

  /// The job's own limit on this probability under this model, or the customary threshold.
  private static func threshold(_ report: StressReport, _ model: ModelResult, _ venue: String) -> (Double, Bool) {
    let limit = report.limits.first {
      $0.scenario == nil && $0.label.id == "reserve.exhaustionProbability" && $0.label.venue == venue
        && $0.model == model.name
        && $0.matching == model.matching && $0.side == .above
    }
    return (limit?.limit ?? Verdict.customaryThreshold, limit != nil)
  }

  /// Compares the interval with the threshold; an unknown end decides nothing.
  private static func outcome(_ interval: ConfidenceInterval, _ threshold: Double) -> Outcome {
    if interval.high <= threshold { return .lasts }
    return interval.low > threshold ? .fails : .undecided
  }

  /// The beginning of the sentence.
  private static func words(_ outcome: Outcome, _ place: String) -> Verdict.Sentence {
    switch outcome {
    case .lasts: Verdict.Sentence(.good, "The reserve \(place) lasts")
    case .fails: Verdict.Sentence(.bad, "The reserve \(place) does not last")
    case .undecided, .unknown:
      Verdict.Sentence(.neutral, "Whether the reserve \(place) lasts is not decided at this number of paths")
    }
  }

  /// What accounts still open at the horizon lack, as a sentence; empty where that is nothing, or not told from nothing.
  private static func open(_ model: ModelResult, _ venue: String) -> String {
    let found = model.estimates.first { $0.id == "delay.open.mean" && $0.label.venue == venue }
    guard let open = found, open.value > 0, open.interval.low > 0 else { return "" }
    return " Not in these figures: what accounts still open at the horizon lack, "
      + "\(NumberText.money(open.value, .measured)) \(NumberText.interval(open.interval, .money)) on average."
  }

  /// The reserve that the highest level asks for, as a sentence; empty if it was not estimated.
  private static func required(_ model: ModelResult, _ venue: String) -> String {
    let levels = model.estimates.filter {
      $0.id == "reserve.required" && $0.label.venue == venue && $0.value.isFinite
    }
    guard let top = levels.max(by: { ($0.label.level ?? 0) < ($1.label.level ?? 0) }), let level = top.label.level
    else { return "" }
    let range = NumberText.interval(top.interval, .money)
    let amount = NumberText.money(top.value, .measured) + (range.isEmpty ? "" : " " + range)
    return " To last on \(NumberText.percent(level)) of paths it takes \(amount)."
  }
}

/// What one model changes against the baseline at one venue: what is better, what it costs, what stays open.
struct ComparisonJudgement {
  /// The findings in words, at most four sentences.
  let sentences: [Verdict.Sentence]

  /// The measures that decide; the headline table has the others.
  private static let deciding: Set = [
    "reserve.exhaustionProbability", "reserve.required", "venue.loss.es", "liquidation.frequency", "margin.coverage",
    "margin.initial.mean", "margin.peakToTrough", "margin.callLargest",
  ]

  /// Sorts the deciding differences into better, worse and indistinguishable.
  init(_ report: StressReport, _ comparison: ComparisonResult, venue: String) {
    let pair = "\(report.models[comparison.model].displayName) against \(report.models.first?.displayName ?? "")"
    let place = "At \(venue), \(pair)"
    let differences = Self.labels(report, venue).compactMap { comparison.difference($0) }
    let distinct = differences.filter(\.isDistinguishable)
    let good = distinct.filter { MeasureWording($0.id).isBetter(difference: $0.difference) == true }
    let delayed = Self.waitsLonger(comparison, venue) ? good.filter { $0.id == "liquidation.frequency" } : []
    let better = good.filter { !delayed.contains($0) }
    let worse = distinct.filter { MeasureWording($0.id).isBetter(difference: $0.difference) == false }
    let open = differences.filter { !$0.isDistinguishable && $0.difference.isFinite }
    guard !good.isEmpty || !worse.isEmpty else {
      sentences = [Verdict.Sentence(.neutral, "\(place): no difference distinguishable at this number of paths.")]
      return
    }
    let cost = better.isEmpty ? "worse on" : "at the cost of"
    sentences = [
      better.isEmpty ? nil : Verdict.Sentence(.good, "\(place): better on \(Self.list(better))."),
      worse.isEmpty ? nil : Verdict.Sentence(.bad, "\(place): \(cost) \(Self.list(worse))."),
      delayed.isEmpty
        ? nil
        : Verdict.Sentence(.neutral, "\(place): \(Self.list(delayed)), since closings wait, or are taken over."),
      open.isEmpty
        ? nil : Verdict.Sentence(.neutral, "\(place): no distinguishable difference in \(Self.names(open))."),
    ].compactMap { $0 }
  }

  /// Whether more waits to be closed than under the baseline: then fewer accounts liquidated are no improvement.
  private static func waitsLonger(_ comparison: ComparisonResult, _ venue: String) -> Bool {
    comparison.differences.contains {
      $0.id == "delay.waiting.mean" && $0.label.venue == venue && $0.isDistinguishable && $0.difference > 0
    }
  }

  /// The deciding measures of the headline, each at one level.
  private static func labels(_ report: StressReport, _ venue: String) -> [MeasureLabel] {
    var seen: Set<String> = []
    return Headline.labels(report, venue: venue).filter {
      deciding.contains($0.id) && seen.insert($0.id).inserted
    }
  }

  /// The measures' names, without figures.
  private static func names(_ differences: [PairedDifference]) -> String {
    differences.map { MeasureWording.name(of: $0.label) }.joined(separator: "; ")
  }

  /// The measures with difference and interval.
  private static func list(_ differences: [PairedDifference]) -> String {
    differences.map { item in
      let amount = NumberText.difference(item.difference, item.label.unit)
      let range = NumberText.interval(item.interval, item.label.unit, signed: true)
      return "\(MeasureWording.name(of: item.label)) \(amount) \(range)"
    }.joined(separator: "; ")
  }
}
