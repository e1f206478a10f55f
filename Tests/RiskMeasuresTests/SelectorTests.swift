import RiskMeasures
import Schema
import Simulation
import Testing

@Suite("Selecting estimates and holding limits against them")
struct SelectorTests {
  private func summary() -> RiskSummary {
    var sample = SampleTable(paths: 1000, models: [.baseline, .dynamic])
    sample.columns[0][.exhaustionHours] = (0..<1000).map { $0 < 20 ? 6 : .infinity }
    sample.columns[0][.loss] = (0..<1000).map(Double.init)
    return sample.summary()
  }

  private let place = SourceLocation(file: "job.yaml", keyPath: "limits[0]")

  @Test("a limit is breached, kept or undecided")
  func limits() throws {
    let summary = summary()
    let exhaustion = MeasureSelector(measure: "reserve.exhaustionProbability", model: "static")
    let above = MeasureLimit(exhaustion, breachedWhen: .above, 0.01).check(against: summary)
    #expect(above.isBreached && above.isClear && above.estimate?.value == 0.02)
    let near = MeasureLimit(exhaustion, breachedWhen: .above, 0.018).check(against: summary)
    #expect(near.isBreached && !near.isClear)
    #expect(MeasureLimit(exhaustion, breachedWhen: .above, 0.02).check(against: summary).status == .kept)
    #expect(MeasureLimit(exhaustion, breachedWhen: .below, 0.03).check(against: summary).isBreached)
    let undefined = MeasureSelector(measure: "reserve.timeToExhaustionHours.median", model: "dynamic")
    #expect(MeasureLimit(undefined, breachedWhen: .below, 24).check(against: summary).status == .undecided)
    let nobody = MeasureSelector(measure: "reserve.cover1", model: "nobody")
    #expect(MeasureLimit(nobody, breachedWhen: .above, 1).check(against: summary).finding == .missing)
  }

  @Test("levels, groups and matching single an estimate out; several are reported as such")
  func selection() throws {
    let summary = summary()
    var selector = MeasureSelector(measure: "venue.loss.var", model: "static")
    guard case .ambiguous(let labels) = selector.find(in: summary) else {
      Issue.record("three levels must be ambiguous")
      return
    }
    #expect(labels.map(\.level) == [0.95, 0.99, 0.999])
    selector.level = 0.99
    #expect(selector.find(in: summary) == .found(try #require(summary.estimate("venue.loss.var", level: 0.99))))
    selector.venue = "elsewhere"
    #expect(selector.find(in: summary) == .missing)
    let bucket = MeasureSelector(measure: "liquidation.frequency", model: "static", leverageBucket: "high")
    #expect(bucket.find(in: summary) == .found(try #require(summary.estimate("liquidation.frequency", bucket: "high"))))
    let whole = MeasureSelector(measure: "liquidation.frequency", model: "static")
    #expect(whole.find(in: summary) == .found(try #require(summary.estimate("liquidation.frequency"))))
    let matched = MeasureSelector(
      measure: "liquidation.frequency", model: "static", matching: .equalAverageInitialMargin)
    #expect(matched.find(in: summary) == .missing)
  }

  @Test("what is wrong with a selector is known before anything is run")
  func problems() {
    func problem(_ selector: MeasureSelector) -> Problem? { selector.problem(under: .forTests, at: place) }
    #expect(problem(MeasureSelector(measure: "reserve.cover1", model: "static")) == nil)
    #expect(problem(MeasureSelector(measure: "venue.loss.es", model: "static", level: 0.99)) == nil)
    let unknown = problem(MeasureSelector(measure: "venue.loss", model: "static"))
    #expect(unknown?.location.keyPath == "limits[0].measure" && unknown?.found == "'venue.loss'")
    let noLevel = problem(MeasureSelector(measure: "venue.loss.es", model: "static"))
    #expect(noLevel?.allowed == "0.95, 0.99, 0.999")
    let otherLevel = problem(MeasureSelector(measure: "reserve.required", model: "static", level: 0.9))
    #expect(otherLevel?.found == "0.9" && otherLevel?.allowed == "0.99, 0.995, 0.999")
    let needless = problem(MeasureSelector(measure: "socialised.mean", model: "static", level: 0.9))
    #expect(needless?.allowed == "no level")
  }

  @Test("settings are read with every problem at once")
  func settings() throws {
    func node(_ entries: [(String, DocumentNode.Content)]) -> DocumentNode {
      DocumentNode(
        .mapping(entries.map { .init(key: $0.0, value: DocumentNode($0.1, at: place)) }), at: place)
    }
    let problems = ProblemCollector()
    var reader = ParameterReader(node([]), problems: problems)
    #expect(MeasureSettings(reading: &reader, seed: 3) == MeasureSettings(seed: 3))
    let list = DocumentNode.Content.sequence(["0.99", "0.9", "0.99"].map { DocumentNode(.scalar($0), at: place) })
    reader = ParameterReader(node([("levels", list)]), problems: problems)
    #expect(MeasureSettings(reading: &reader, seed: 3)?.levels == [0.9, 0.99])
    #expect(problems.isEmpty)
    reader = ParameterReader(
      node([("levels", .scalar("1.5")), ("confidence", .scalar("0")), ("bootstrapReplicates", .scalar("3"))]),
      problems: problems)
    #expect(MeasureSettings(reading: &reader, seed: 3) == nil)
    #expect(problems.problems.count == 3)
  }
}
