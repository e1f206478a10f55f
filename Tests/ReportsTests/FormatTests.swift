import Foundation
import Reports
import RiskMeasures
import Simulation
import Testing

/// The files of one format as text, by name.
func texts(_ format: any ReportFormat, _ report: StressReport) throws -> [String: String] {
  let files = try format.files(for: report).map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }
  return Dictionary(uniqueKeysWithValues: files)
}

@Suite("summary.json and manifest.json")
struct JSONTests {
  private let report = SampleReport.make(SampleOutcomes(paths: 300))

  private func parsed(_ report: StressReport) throws -> [String: Any] {
    let text = try #require(texts(SummaryJSON(), report)["summary.json"])
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("what is read back is what the report holds, to the last bit")
  func roundTrip() throws {
    let root = try parsed(report)
    #expect(root["job"] as? String == "nightly")
    #expect(root["seed"] as? UInt64 == report.run.seed)
    #expect(root["synthetic"] as? Bool == true)
    let models = try #require(root["models"] as? [[String: Any]])
    #expect(models.count == report.models.count)
    #expect(models.map { $0["matching"] as? String } == report.models.map(\.matching))
    let comparisons = try #require(root["comparisons"] as? [[String: Any]])
    #expect(comparisons.map { $0["model"] as? String } == ["dynamic", "dynamic"])
    #expect(comparisons.map { $0["baseline"] as? String } == ["static", "static"])
    let limits = try #require(root["limits"] as? [[String: Any]])
    #expect(limits[0]["measure"] as? String == "reserve.exhaustionProbability")
    #expect(limits[0]["breached"] as? Bool == report.limits[0].isBreached)
  }

  /// `JSONSerialization` reads decimals through `NSDecimalNumber`; the decoder reads them as the nearest `Double`.
  @Test("every number of every measure is the same to the last bit, and null where it is not finite")
  func numbers() throws {
    struct Summary: Decodable {
      struct Row: Decodable {
        let id: String
        let level: Double?
        let value: Double?
        let standardError: Double?
        let interval: [Double?]
      }
      struct Model: Decodable {
        let measures: [Row]
      }
      let models: [Model]
    }
    let file = try #require(try SummaryJSON().files(for: report).first)
    let summary = try JSONDecoder().decode(Summary.self, from: Data(file.bytes))
    #expect(summary.models.map(\.measures.count) == report.models.map(\.estimates.count))
    for (model, written) in zip(report.models, summary.models) {
      for (estimate, row) in zip(model.estimates, written.measures) {
        #expect(row.id == estimate.id && row.level == estimate.label.level)
        #expect(row.value == finite(estimate.value) && row.standardError == finite(estimate.standardError))
        #expect(row.interval == [finite(estimate.interval.low), finite(estimate.interval.high)])
      }
    }
  }

  @Test("NaN becomes null, whole numbers have no point, control characters are escaped")
  func values() throws {
    var odd = report
    odd.largestConservationResidual = .nan
    odd.warnings = ["a\"b\\c\u{01}\n\u{2028}<\u{1F6A2}"]
    odd.run.seed = .max
    let root = try parsed(odd)
    #expect((root["conservation"] as? [String: Any])?["largestRelativeResidual"] is NSNull)
    #expect(root["warnings"] as? [String] == odd.warnings)
    #expect(root["seed"] as? UInt64 == .max)
    let text = try #require(texts(SummaryJSON(), odd)["summary.json"])
    #expect(text.contains("\"stepHours\": 2,") && text.contains("\\u0001\\n"))
  }

  @Test("nothing of machine, workers or time reaches the summary")
  func deterministic() throws {
    var elsewhere = report
    elsewhere.provenance.workers = 64
    elsewhere.provenance.wallSeconds = 1
    elsewhere.provenance.startedAt = Date(timeIntervalSince1970: 0)
    elsewhere.provenance.cpuModel = "another"
    #expect(try SummaryJSON().files(for: report) == SummaryJSON().files(for: elsewhere))
    #expect(try RunManifest().files(for: report) != RunManifest().files(for: elsewhere))
    for format in allReportFormats { #expect(try format.init().files(for: report) == format.init().files(for: report)) }
  }

  @Test("the manifest names inputs, program, libraries, cost and rows")
  func manifest() throws {
    let text = try #require(texts(RunManifest(), report)["manifest.json"])
    let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect((root["inputs"] as? [[String: Any]])?.map { $0["bytes"] as? Int } == [1840, 734_003])
    #expect((root["cost"] as? [String: Any])?["peakMemoryBytes"] as? Int == 612_000_000)
    #expect((root["lossRows"] as? [[String: Any]])?.count == 3)
    #expect(root["startedAt"] as? String == "2026-11-21T03:15:00Z")
  }

  private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}

@Suite("losses.npy")
struct LossArrayTests {
  /// Oracle: `np.save(f, np.array([[1.5, -2.25]]))`, numpy 2.4.
  @Test("the bytes are numpy's own")
  func bytes() throws {
    var report = SampleReport.make(SampleOutcomes(paths: 2, models: ["static"]), limit: nil)
    report.losses = [LossRow(model: 0, venue: "perps", values: [1.5, -2.25])]
    let file = try #require(try LossArray().files(for: report).first)
    let header =
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }" + String(repeating: " ", count: 58) + "\n"
    let expected: [UInt8] =
      [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 0x76, 0] + Array(header.utf8)
      + [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0x02, 0xC0]
    #expect(file.bytes == expected)
  }

  @Test("the header is a multiple of 64 bytes whatever the shape")
  func alignment() throws {
    for count in [0, 1, 9, 10, 123_456] {
      var report = SampleReport.make(SampleOutcomes(paths: 1, models: ["static"]), limit: nil)
      report.losses = [LossRow(model: 0, venue: "v", values: [Double](repeating: 0, count: count))]
      let file = try #require(try LossArray().files(for: report).first)
      #expect((file.bytes.count - 8 * count) % 64 == 0)
    }
  }

  @Test("no losses, no file")
  func none() throws {
    var report = SampleReport.make(SampleOutcomes(paths: 1, models: ["static"]), limit: nil)
    report.losses = []
    #expect(try LossArray().files(for: report).isEmpty)
  }
}

/// The cells of a file by RFC 4180, read one character after the other.
func readCSV(_ text: String) -> [[String]] {
  var rows: [[String]] = [[""]]
  var isQuoted = false
  for scalar in text.unicodeScalars.dropLast() {
    let last = (row: rows.count - 1, cell: rows[rows.count - 1].count - 1)
    switch scalar {
    case "\"": isQuoted.toggle()
    case "," where !isQuoted: rows[last.row].append("")
    case "\n" where !isQuoted: rows.append([""])
    default: rows[last.row][last.cell].unicodeScalars.append(scalar)
    }
  }
  return rows
}

@Suite("CSV and Markdown")
struct TableTests {
  @Test(
    "cells are quoted by RFC 4180 and harmless in a spreadsheet",
    arguments: [
      ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("two\nlines", "\"two\nlines\""),
      ("two\r\nlines", "\"two\r\nlines\""), ("=1+1", "'=1+1"), ("@x", "'@x"), ("-a", "'-a"), ("+a", "'+a"),
      ("\t=1", "'\t=1"), ("=a,\"b\"", "\"'=a,\"\"b\"\"\""), ("", ""), ("\"\u{301}", "\"\"\"\u{301}\""),
    ])
  func cells(text: String, cell: String) {
    #expect(CSVText.cell(text) == cell)
  }

  @Test("numbers are exact, undefined ones empty")
  func numbers() {
    #expect(CSVText.number(0.1) == "0.1")
    #expect(CSVText.number(-3) == "-3")
    #expect(CSVText.number(.nan) == "" && CSVText.number(.infinity) == "" && CSVText.number(nil) == "")
    #expect(Double(CSVText.number(1.0 / 3)) == 1.0 / 3)
  }

  @Test("every table has as many cells in each row as in its header, and as many rows as things")
  func shape() throws {
    let report = SampleReport.make(SampleOutcomes(paths: 200))
    let tables = try texts(TablesCSV(), report)
    let rows = tables.mapValues(readCSV)
    for (name, rows) in rows { #expect(Set(rows.map(\.count)).count == 1, "\(name)") }
    #expect(rows["tables/accounts.csv"]?.count == 1 + 120 * 3)
    #expect(rows["tables/measures.csv"]?.count == 1 + report.models.reduce(0) { $0 + $1.estimates.count })
    #expect(rows["tables/comparisons.csv"]?.count == 1 + report.comparisons.reduce(0) { $0 + $1.differences.count })
    let kinds = Set((rows["tables/curves.csv"] ?? []).dropFirst().compactMap(\.first))
    #expect(
      kinds == ["loss_exceedance", "reserve", "first_passage", "volatility", "reserve_fan", "price_fan"])
  }

  @Test("Markdown shows user text as it is and its tables hold together")
  func markdown() throws {
    let outcomes = SampleOutcomes(paths: 100, models: ["a|b", "<script>_x_"], venue: "v*1*\n# no")
    let text = try #require(texts(ReportMarkdown(), SampleReport.make(outcomes))["report.md"])
    #expect(!text.contains("<script>") && text.contains("&lt;script>\\_x\\_") && text.contains("a\\|b"))
    #expect(!text.contains("\n# no") && text.contains("v\\*1\\* \\# no"))
    let tables = text.components(separatedBy: "\n\n").filter { $0.hasPrefix("| ") }
    #expect(tables.count > 2)
    for table in tables {
      let bars = table.split(separator: "\n").map { $0.replacing("\\|", with: "").count { $0 == "|" } }
      #expect(Set(bars).count == 1, "\(table)")
    }
    #expect(text.contains("## Verdict") && text.contains("## Provenance") && text.contains("Synthetic data"))
    #expect(!text.contains("\u{00A0}") && !text.contains("\u{2212}"))
  }
}
