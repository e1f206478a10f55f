import Foundation
import JobFiles
import Markets
import RiskMeasures
import Schema
import Testing

/// YAML from anybody: broken, huge, hostile; and values from the command line.
struct DocumentTests {
  /// The problems of a job file with the given text.
  private func problems(_ text: String) throws -> [Problem] {
    let place = try Workplace()
    try place.write("job.yaml", text)
    return place.problems()
  }

  @Test func brokenDocumentsAreRefused() throws {
    let faults: [(text: String, line: Int?, message: String)] = [
      ("", nil, "the document is empty"), ("# nothing\n", nil, "the document is empty"),
      ("a: [1, 2\nb: 3\n", 2, "not YAML"), ("a: 1\n b: 2\n", 2, "not YAML"), ("a: 'x\n", nil, "not YAML"),
      ("\tjob: x\n", 1, "not YAML"), ("a: \u{1}\n", nil, "not YAML"), ("--- 1\n--- 2\n", 2, "another document"),
      ("a: 1\na: 2\n", 1, "a key appears twice"), ("a: 1\n'a': 2\n", nil, "a key appears twice"),
      ("[a]: 1\n", 1, "a key must be a word"), ("a: *nobody\n", 1, "alias"), ("- 1\n", 1, "keys are expected here"),
      ("just text", 1, "keys are expected here"),
    ]
    for fault in faults {
      let found = try problems(fault.text)
      let match = found.first { $0.message.contains(fault.message) }
      #expect(match != nil, "\(fault.text.debugDescription): \(found)")
      if let line = fault.line { #expect(match?.location.line == line, "\(fault.text.debugDescription): \(found)") }
    }
  }

  @Test func bytesThatAreNoTextAreRefused() throws {
    let place = try Workplace()
    try place.write("job.yaml", [0x6A, 0x6F, 0xFF, 0xFE, 0x00])
    #expect(place.problems().map(\.message) == ["the file is not UTF-8 text"])
    try place.write("job.yaml", [0xFF, 0xFE, 0x6A, 0x00, 0x6F, 0x00])
    #expect(place.problems().map(\.message) == ["the file is not UTF-8 text"])
  }

  @Test func byteOrderMarkIsAccepted() throws {
    let place = try Workplace()
    try place.write("job.yaml", "\u{FEFF}" + Workplace.good("job.yaml"))
    #expect(place.problems().isEmpty)
  }

  @Test func aliasesAreAcceptedInModeration() throws {
    let place = try Workplace()
    try place.edit("market.yaml", "volatility: 0.6", "volatility: &same 0.6")
    try place.edit("market.yaml", "volatility: 0.8", "volatility: *same")
    #expect(try place.load().calibration.assets.map(\.volatility) == [0.6, 0.6])
  }

  @Test func nestedAliasesDoNotExplode() throws {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      let inner = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(inner)]\n"
    }
    #expect(try problems(bomb).map(\.message) == ["the document has too many aliases"])
    // Few enough aliases to be let through, as values and as keys.
    var small = "a0: &a0 [x, x, x]\n"
    for level in 1..<10 { small += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n" }
    #expect(try !problems(small).isEmpty)
    #expect(try !problems(small + "? *a9\n: 1\n").isEmpty)
  }

  @Test func deepNestingIsRefused() throws {
    for text in [
      String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
      String(repeating: "[", count: 200_000), String(repeating: "- ", count: 200_000) + "x",
      String(repeating: "{a: ", count: 200_000), String(repeating: "? ", count: 100_000),
      (0..<1500).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    ] {
      #expect(try !problems(text).isEmpty)
    }
    let found = try problems("a: " + String(repeating: "[", count: 70) + String(repeating: "]", count: 70))
    #expect(found.contains { $0.message == "the document is nested too deeply" })
  }

  @Test func manyUnknownKeysAreCounted() throws {
    let found = try problems((0..<500).map { "key\($0): 1\n" }.joined())
    #expect(found.filter { $0.message == "unknown key" }.count == 20)
    #expect(found.contains { $0.message == "480 more unknown keys are not listed" })
  }

  @Test func terminalSequencesDoNotReachMessages() throws {
    for text in ["job: \"a\\e[31mb\"\n", "\"k\\e[2J\": 1\n", "market: { process: { kind: \"\\e]0;x\\a\" } }\n"] {
      for problem in try problems(text) { #expect(!"\(problem)".unicodeScalars.contains("\u{1B}")) }
    }
  }

  @Test func overridesTakeThePlaceOfValues() throws {
    let place = try Workplace()
    let job = try place.load([
      JobOverride(keyPath: "paths", yaml: "5", origin: "--paths"), JobOverride(argument: "horizon.days=1"),
      JobOverride(argument: "marginModels[1].floor=0.2"), JobOverride(argument: "market.process={ kind: gbm }"),
      JobOverride(argument: "measures.levels=[0.9, 0.99]"), JobOverride(argument: "output.priceFan="),
    ])
    #expect(job.paths == 5 && job.grid.steps == 24 && job.processKind == "gbm" && job.priceFanAssets == [0, 1])
    #expect(job.marginModels[1].parameters.contains(ParameterText(key: "floor", value: "0.2")))
    #expect(job.measures.levels == [0.9, 0.99])
    #expect(try place.load([JobOverride(argument: "description=a=b")]).summary == "a=b")
  }

  @Test func overridesMakeWhatIsMissing() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "measures: ", "# ")
    let job = try place.load([JobOverride(argument: "measures.levels=[0.9, 0.99]")])
    #expect(job.measures.levels == [0.9, 0.99])
  }

  @Test func wrongOverridesSayWhereTheyCameFrom() throws {
    let place = try Workplace()
    let found = try place.problems([
      JobOverride(keyPath: "paths", yaml: "-5", origin: "--paths"), JobOverride(argument: "horizon.dyas=1"),
      JobOverride(argument: "marginModels[7].floor=1"), JobOverride(argument: "seed.x=1"),
      JobOverride(argument: "a..b=1"), JobOverride(argument: "a[x]=1"), JobOverride(argument: "seed=[1"),
      JobOverride(argument: "a[99999999999999999999]=1"),
    ]).map { "\($0.location)" }
    #expect(found.contains("--paths: paths") && found.contains("--set: horizon.dyas"))
    #expect(found.contains("--set: marginModels[7].floor") && found.contains("--set: seed.x"))
    #expect(
      found.filter { $0 == "--set" }.count == 3 && found.contains { $0.hasPrefix("--set:") && $0.contains("seed") })
    #expect(throws: Problems.self) { try JobOverride(argument: "paths") }
    #expect(throws: Problems.self) { try JobOverride(argument: "=5") }
  }
}
