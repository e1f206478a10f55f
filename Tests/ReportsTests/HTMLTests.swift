import Foundation
import Reports
import RiskMeasures
import Schema
import Simulation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("report.html")
struct HTMLTests {
  private func page(_ report: StressReport) throws -> String {
    try #require(texts(ReportHTML(), report)["report.html"])
  }

  @Test("one file, no scripts, nothing fetched")
  func selfContained() throws {
    let text = try page(SampleReport.make(SampleOutcomes(paths: 200)))
    #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
    #expect(!text.contains("<script") && !text.contains("@import") && !text.contains("url("))
    let links = text.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    #expect(!links.contains("http://") && !links.contains("https://"))
    for part in ["prefers-color-scheme: dark", "@media print", "max-width: 560px"] { #expect(text.contains(part)) }
  }

  @Test("the parts stand in the order to read them, and every link of the navigation leads somewhere")
  func order() throws {
    let text = try page(SampleReport.make(SampleOutcomes(paths: 200)))
    let ids = [
      "verdict", "headline", "losses", "liquidations", "reserve-paths", "prices", "margins", "tables", "method",
      "provenance",
    ]
    let places = ids.map { text.range(of: "<section id=\"\($0)\">")?.lowerBound }
    #expect(places.allSatisfy { $0 != nil })
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    for id in ids { #expect(text.contains("href=\"#\(id)\"")) }
    #expect(!text.contains("{{"))
  }

  @Test("user text cannot become markup, not even with combining marks")
  func escaping() throws {
    let hostile = "<script>alert('x')</script>&\""
    let combining = "\"\u{301} onload=\"\u{301}<\u{301}b>"
    var report = SampleReport.make(
      SampleOutcomes(paths: 50, models: ["static", hostile], venue: combining, assets: ["BTC", "</svg><b>"]))
    report.run.title = hostile
    report.warnings = [hostile, combining]
    report.venues[0].parameters = [NamedText(hostile, hostile)]
    report.accounts[0].id = hostile
    report.accounts[0].liquidation = [AccountProbability(value: 1, low: 1, high: 1)]
    let text = try page(report)
    #expect(!text.contains("<script") && !text.contains("<b>") && !text.contains("</svg><b"))
    #expect(text.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
    #expect(drawings(text).allSatisfy(isWellFormed))
  }

  @Test("every drawing is well-formed and accessible", arguments: 0..<6)
  func wellFormed(variant: Int) throws {
    let cases = [
      SampleOutcomes(paths: 400), SampleOutcomes(paths: 60, isCalm: true),
      SampleOutcomes(paths: 60, models: ["static"]),
      SampleOutcomes(paths: 1),
      SampleOutcomes(paths: 40, models: (0..<9).map { "model number \($0) with a long name" }),
      SampleOutcomes(paths: 40, assets: []),
    ]
    let text = try page(SampleReport.make(cases[variant], limit: nil))
    let drawings = drawings(text).filter { $0.contains("role=\"img\"") }
    #expect(drawings.count >= 5)
    for drawing in drawings {
      #expect(isWellFormed(drawing))
      #expect(drawing.contains("<title>") && drawing.contains("<desc>"))
      #expect(!drawing.contains("nan") && !drawing.contains("inf"))
    }
    #expect(text.components(separatedBy: "<summary>Numbers plotted</summary>").count - 1 == drawings.count)
  }

  @Test("without limits, comparisons, curves and accounts there is still a report")
  func bare() throws {
    let full = SampleReport.make(SampleOutcomes(paths: 30, models: ["static"]), limit: nil)
    let report = StressReport(
      run: full.run, market: full.market, venues: full.venues, models: full.models, pathStates: [],
      largestConservationResidual: .nan, provenance: full.provenance)
    let text = try page(report)
    #expect(
      !text.contains("id=\"losses\"") && !text.contains("Limits of the job") && !text.contains("href=\"#losses\""))
    #expect(text.contains("id=\"liquidations\""))
  }

  @Test("several venues each have their headline")
  func venues() throws {
    var report = SampleReport.make(SampleOutcomes(paths: 30), limit: nil)
    var second = report.venues[0]
    second.id = "pool"
    report.venues.append(second)
    for index in report.models.indices {
      report.models[index].estimates += report.models[index].estimates.map { estimate in
        var label = estimate.label
        label.venue = "pool"
        return Estimate(
          label, value: estimate.value, standardError: estimate.standardError, interval: estimate.interval,
          confidence: estimate.confidence, paths: estimate.paths)
      }
    }
    let text = try page(report)
    #expect(text.components(separatedBy: "<table class=\"headlines\">").count == 4, "two venues and all")
    #expect(report.verdict.reserve.count == 6)
    #expect(report.headlineTable.text.contains("pool: P(reserve exhausted)"))
  }

  @Test("formats have names of their own; manifest and losses are always written")
  func formats() throws {
    let names = allReportFormats.map { $0.kind.name }
    #expect(Set(names).count == names.count)
    let report = SampleReport.make(SampleOutcomes(paths: 20, models: ["static"]), limit: nil)
    #expect(try report.files(in: []).map(\.name) == ["losses.npy", "manifest.json"])
    #expect(
      try report.files(in: [ReportMarkdown.self, ReportMarkdown.self]).map(\.name) == [
        "report.md", "losses.npy", "manifest.json",
      ])
  }

  private func drawings(_ text: String) -> [String] {
    text.components(separatedBy: "<svg").dropFirst().compactMap { part in
      part.range(of: "</svg>").map { "<svg" + part[..<$0.upperBound] }
    }
  }

  private func isWellFormed(_ drawing: String) -> Bool { XMLParser(data: Data(drawing.utf8)).parse() }
}
