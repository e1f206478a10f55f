import Reports
import RiskMeasures
import Testing

@Suite("Verdict")
struct VerdictTests {
  private static let exhaustion = MeasureLabel("reserve.exhaustionProbability", venue: "perps", unit: .probability)
  private static let required = MeasureLabel("reserve.required", venue: "perps", unit: .money, level: 0.999)
  private static let shortfall = MeasureLabel("venue.loss.es", venue: "perps", unit: .money, level: 0.99)
  private static let margin = MeasureLabel("margin.initial.mean", venue: "perps", unit: .money)

  private func estimate(_ label: MeasureLabel, _ value: Double, _ low: Double, _ high: Double) -> Estimate {
    Estimate(
      label, value: value, standardError: .nan, interval: ConfidenceInterval(low: low, high: high), confidence: 0.95,
      paths: 1000)
  }

  private func difference(_ label: MeasureLabel, _ value: Double, _ low: Double, _ high: Double) -> PairedDifference {
    PairedDifference(
      label, difference: value, standardError: .nan, interval: ConfidenceInterval(low: low, high: high),
      confidence: 0.95, paths: 1000)
  }

  /// A report whose models have P(exhausted) with these intervals.
  private func report(
    _ intervals: [(Double, Double)], differences: [PairedDifference] = [], limits: [LimitResult] = []
  ) -> StressReport {
    var report = SampleReport.make(SampleOutcomes(paths: 10, models: ["static"]), limit: nil)
    report.models = intervals.enumerated().map { index, interval in
      ModelResult(
        name: index == 0 ? "static" : "dynamic", kind: "tiered", isDynamic: index > 0, matching: "as-configured",
        estimates: [
          estimate(Self.exhaustion, (interval.0 + interval.1) / 2, interval.0, interval.1),
          estimate(Self.required, 31e6, 28e6, 36e6), estimate(Self.shortfall, 20e6, 18e6, 22e6),
          estimate(Self.margin, 46e6, 45e6, 47e6),
        ])
    }
    report.comparisons = intervals.count > 1 ? [ComparisonResult(model: 1, differences: differences)] : []
    report.limits = limits
    return report
  }

  private func limit(_ value: Double, _ limit: Double, model: String = "static") -> LimitResult {
    LimitResult(
      label: Self.exhaustion, model: model, value: value, interval: ConfidenceInterval(low: value, high: value),
      side: .above, limit: limit)
  }

  @Test("a reserve lasts only if the whole interval lies at or below the threshold")
  func lasts() {
    let verdict = report([(0.001, 0.004)]).verdict
    #expect(verdict.headline == Verdict.Sentence(.good, "The reserve lasts under every margin model."))
    #expect(
      NumberText.plain(verdict.reserve[0].text)
        == "The reserve at perps under static lasts: it is exhausted on 0.25 % of paths [0.10 %, 0.40 %], against the "
        + "customary threshold of 1 %. To last on 99.9 % of paths it takes 31.0 M [28.0 M, 36.0 M].")
    #expect(verdict.comparison.isEmpty)
  }

  @Test("it does not last if the whole interval lies above")
  func fails() {
    let verdict = report([(0.02, 0.04)]).verdict
    #expect(verdict.headline == Verdict.Sentence(.bad, "The reserve does not last under any margin model."))
    #expect(
      verdict.reserve[0].tone == .bad && verdict.reserve[0].text.hasPrefix("The reserve at perps under static does"))
  }

  @Test("otherwise it is undecided")
  func undecided() {
    let verdict = report([(0.005, 0.02)]).verdict
    #expect(verdict.headline.tone == .neutral)
    #expect(verdict.reserve[0].text.contains("is not decided at this number of paths"))
  }

  @Test("an unknown end of the interval decides nothing")
  func unknownInterval() {
    #expect(report([(.nan, .nan)]).verdict.headline.text == "Nothing was estimated of the reserve.")
    var half = report([(0.001, 0.002)])
    half.models[0].estimates[0] = estimate(Self.exhaustion, 0.001, 0, .nan)
    #expect(half.verdict.headline.tone == .neutral)
  }

  @Test("mixed outcomes name the models")
  func mixed() {
    #expect(
      report([(0.02, 0.04), (0.001, 0.002)]).verdict.headline.text
        == "The reserve does not last at perps under static.")
    #expect(
      report([(0.005, 0.04), (0.001, 0.002)]).verdict.headline.text
        == "Not decided at this number of paths: whether the reserve lasts at perps under static.")
  }

  @Test("the job's own limit takes the place of the customary threshold, for its model only")
  func ownLimit() {
    let verdict = report([(0.02, 0.04), (0.02, 0.04)], limits: [limit(0.03, 0.05)]).verdict
    #expect(verdict.reserve[0].tone == .good && verdict.reserve[0].text.contains("the job's limit of 5"))
    #expect(verdict.reserve[1].tone == .bad)
    #expect(verdict.headline.text.hasPrefix("The limit is kept. The reserve does not last at perps under dynamic"))
  }

  @Test("a breached limit heads the verdict")
  func breached() {
    #expect(
      report([(0.001, 0.004)], limits: [limit(0.03, 0.01)]).verdict.headline
        == Verdict.Sentence(.bad, "1 of 1 limit is breached."))
    let two = report([(0.001, 0.004)], limits: [limit(0.03, 0.01), limit(0.001, 0.01)])
    #expect(two.verdict.headline.text == "1 of 2 limits are breached." && two.hasBreach)
    #expect(two.limits[1].sentence.hasPrefix("Kept: P(reserve exhausted) at perps under static is 0.10"))
  }

  @Test("a limit without a value is undecided, never kept")
  func undecidedLimit() {
    let open = limit(.nan, 0.01)
    #expect(open.status == .undecided && !open.isBreached && open.sentence.hasPrefix("Undecided"))
    #expect(!report([(0.001, 0.004)], limits: [open]).verdict.headline.text.contains("kept"))
  }

  @Test("a difference is claimed only where its interval leaves out zero")
  func differences() {
    let verdict = report(
      [(0.001, 0.004), (0.001, 0.004)],
      differences: [
        difference(Self.exhaustion, -0.001, -0.003, 0.001), difference(Self.shortfall, -5e6, -7e6, -3e6),
        difference(Self.margin, 4e6, 3e6, 5e6),
      ]
    ).verdict
    #expect(verdict.comparison.map(\.tone) == [.good, .bad, .neutral])
    #expect(
      verdict.comparison.map { NumberText.plain($0.text) } == [
        "At perps, dynamic against static: better on venue loss, ES 99 % -5.00 M [-7.00 M, -3.00 M].",
        "At perps, dynamic against static: at the cost of initial margin, mean +4.00 M [+3.00 M, +5.00 M].",
        "At perps, dynamic against static: no distinguishable difference in P(reserve exhausted).",
      ])
  }

  @Test("nothing distinguishable, or only worse")
  func plainOutcomes() {
    let none = report(
      [(0.001, 0.004), (0.001, 0.004)], differences: [difference(Self.shortfall, 0, 0, 0)]
    ).verdict
    #expect(
      none.comparison.map(\.text) == [
        "At perps, dynamic against static: no difference distinguishable at this number of paths."
      ])
    let worse = report(
      [(0.001, 0.004), (0.001, 0.004)], differences: [difference(Self.shortfall, 5e6, 3e6, 7e6)]
    ).verdict
    #expect(worse.comparison.map(\.tone) == [.bad] && worse.comparison[0].text.contains("worse on venue loss"))
  }
}
