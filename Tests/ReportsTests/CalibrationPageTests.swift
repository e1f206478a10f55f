import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("calibration.html")
struct CalibrationPageTests {
  private func band(_ middle: Double) -> SimulatedBand {
    SimulatedBand(low: middle - 0.1, middle: middle, high: middle + 0.1)
  }

  /// A page on `names`; `value` takes the place of every figure.
  private func report(_ names: [String], text: String = "x", value: Double = 0.3) -> CalibrationReport {
    let assets = names.map { name in
      AssetDiagnostics(
        id: name,
        quantiles: [0.01, 0.5, 0.99].map {
          AssetDiagnostics.Quantile(probability: $0, observed: value, simulated: band(value))
        },
        autocorrelations: (0..<5).map { _ in (value, band(value)) },
        volatility: (0..<40).map {
          AssetDiagnostics.Stretch(hours: 440_000 + Double($0) * 720, realised: value, model: value)
        }, simulatedVolatility: band(value))
    }
    let matrix = names.indices.map { row in names.indices.map { row == $0 ? 1 : -value } }
    let pair = TailDiagnostics.Pair(assets: (text, text), observed: value, simulated: band(value))
    return CalibrationReport(
      process: "garch", formula: text, method: [text], warnings: [text], data: [NamedText(text, text)],
      figures: [
        FittedTable(
          title: text, note: text, columns: [text, "b"],
          rows: [(text, [FittedFigure(value, standardError: 0.05), nil])])
      ], assets: assets,
      correlation: CorrelationDiagnostics(assets: names, values: matrix, standardErrors: matrix),
      tails: TailDiagnostics(
        levels: [TailDiagnostics.Level(probability: 0.05, observed: value, simulated: band(value))],
        pairProbability: 0.05, pairs: [pair]),
      outliers: [OutlierNote(asset: text, time: text, logReturn: value, distance: 12)],
      gaps: [GapNote(from: text, to: text, missingSteps: 3)],
      coverage: [
        CoverageNote(
          asset: text, from: text, to: text, returns: 9, blanks: 1, annualMean: FittedFigure(value, standardError: 1))
      ], simulation: text, program: text)
  }

  private func page(_ report: CalibrationReport) throws -> String {
    String(decoding: try report.page(named: "calibration.html").bytes, as: UTF8.self)
  }

  private func drawings(_ text: String) -> [String] {
    text.components(separatedBy: "<svg").dropFirst().compactMap { part in
      part.range(of: "</svg>").map { "<svg" + part[..<$0.upperBound] }
    }
  }

  @Test("one file, no scripts, nothing fetched; parts in order, every link leads somewhere")
  func selfContained() throws {
    let text = try page(report(["BTC", "ETH"]))
    #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n") && !text.contains("{{"))
    #expect(!text.contains("<script") && !text.contains("@import") && !text.contains("url("))
    let links = text.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    #expect(!links.contains("http://") && !links.contains("https://"))
    for id in ["figures", "quantiles", "clustering", "volatility", "dependence", "data", "method"] {
      #expect(text.contains("<section id=\"\(id)\">") && text.contains("href=\"#\(id)\""))
    }
    #expect(text.contains("0.300 ± 0.05") && text.contains("prefers-color-scheme: dark"))
    #expect(try page(report(["BTC", "ETH"])) == text)
  }

  @Test("text of files cannot become markup")
  func escaping() throws {
    let hostile = "</svg><script>alert('x')</script>\"\u{301} onload=\"<b>"
    let text = try page(report([hostile, "ETH"], text: hostile))
    #expect(!text.contains("<script") && !text.contains("<b>") && !text.contains("</svg><script"))
  }

  @Test("drawings are well-formed whatever the figures", arguments: [0.3, Double.nan, Double.infinity, 0, -1e300])
  func drawings(_ value: Double) throws {
    for names in [["A"], ["A", "B"], (0..<20).map { "asset number \($0)" }] {
      let text = try page(report(names, value: value))
      for drawing in drawings(text).filter({ $0.contains("role=\"img\"") }) {
        #expect(XMLParser(data: Data(drawing.utf8)).parse())
        #expect(!drawing.contains("nan") && !drawing.contains("inf"))
      }
    }
  }

  @Test("without outliers, gaps and a second asset the page says so and leaves out what there is not")
  func bare() throws {
    var report = self.report(["A"])
    report.outliers = []
    report.gaps = []
    report.correlation = nil
    report.tails = nil
    report.warnings = []
    let text = try page(report)
    #expect(text.contains("Outliers: none") && text.contains("Gaps: none"))
    #expect(!text.contains("id=\"dependence\"") && !text.contains("id=\"warnings\""))
  }
}
