import Schema
import Testing

/// How one declared parameter is read, and how a reader collects what is wrong.
struct ReadingTests {
  private let place = SourceLocation(file: "f.yaml", line: 3)

  private func scalar(_ text: String) -> DocumentNode { DocumentNode(.scalar(text), at: place.appending(key: "x")) }

  private func mapping(_ entries: [(String, DocumentNode)]) -> DocumentNode {
    DocumentNode(.mapping(entries.map { DocumentNode.Entry(key: $0.0, value: $0.1) }), at: place)
  }

  /// The value and the problems of reading `x: text`.
  private func read<Value>(_ parameter: Parameter<Value>, _ text: String?) -> (value: Value?, problems: [Problem]) {
    let problems = ProblemCollector()
    var reader = ParameterReader(mapping(text.map { [("x", scalar($0))] } ?? []), problems: problems)
    let value = reader.read(parameter)
    reader.finish()
    return (value, problems.problems)
  }

  @Test func numbersKeepToTheirBounds() {
    let parameter = Parameter<Double>.number("x", in: Bounds(0, 1, openBelow: true), "a number")
    for (text, value) in [("0.5", 0.5), ("1", 1), ("1e-300", 1e-300), ("+0.25", 0.25)] {
      #expect(read(parameter, text).value == value)
    }
    for text in ["0", "-0", "1.0000001", "nan", "inf", "-inf", "1e999", "", " 0.5", "0,5", "half"] {
      let result = read(parameter, text)
      #expect(result.value == nil && result.problems.count == 1, "\(text)")
      #expect(result.problems.first?.allowed == "a number in (0, 1]")
    }
  }

  @Test func wholeNumbersAreWhole() {
    let parameter = Parameter<Int>.integer("x", in: 1...1_000_000, "a count")
    for (text, value) in [("1", 1), ("1e6", 1_000_000), ("100000", 100_000), ("5.0", 5)] {
      #expect(read(parameter, text).value == value)
    }
    for text in ["0", "1000001", "1.5", "nan", "1e300", "-1e300", "99999999999999999999", ""] {
      #expect(read(parameter, text).value == nil && read(parameter, text).problems.count == 1, "\(text)")
    }
  }

  @Test func absentKeysTakeDefaultsOrAreReported() {
    #expect(read(Parameter<Double>.number("x", in: .any, default: 4, "n"), nil).value == 4)
    let required = read(Parameter<Double>.number("x", in: .any, "n"), nil)
    #expect(required.problems.map(\.message) == ["the key is required"])
    #expect(required.problems.first?.location.keyPath == "x" && required.problems.first?.location.line == 3)
    #expect(read(Parameter<Bool>.flag("x", default: true, "f"), nil).value == true)
    #expect(read(Parameter<String>.text("x", default: "y", "t"), nil).value == "y")
    #expect(read(Parameter<[Double]>.numbers("x", in: .any, default: [1, 2], "l"), nil).value == [1, 2])
  }

  @Test func aLoneValueIsAListOfOne() {
    #expect(read(Parameter<[Double]>.numbers("x", in: .any, "l"), "3").value == [3])
    #expect(read(Parameter<[String]>.texts("x", "l"), "a").value == ["a"])
    #expect(read(Parameter<[Double]>.numbers("x", in: .fraction, "l"), "3").value == nil)
  }

  @Test func unknownKeysAreReportedOnce() {
    let problems = ProblemCollector()
    var reader = ParameterReader(mapping([("flor", scalar("1")), ("cap", scalar("2"))]), problems: problems)
    _ = reader.readIfPresent(Parameter<Double>.number("floor", in: .any, isOptional: true, "f"))
    _ = reader.read(Parameter<Double>.number("cap", in: .any, "c"))
    reader.finish()
    #expect(problems.problems.map(\.message) == ["unknown key"])
    #expect(problems.problems.first?.allowed == "floor, cap")
    #expect(problems.problems.first?.hint == "did you mean 'floor'?")
  }

  @Test func sectionsAndListsReportTheirShape() {
    let problems = ProblemCollector()
    let node = mapping([
      ("list", scalar("1")), ("section", scalar("1")), ("empty", DocumentNode(.sequence([]), at: place)),
    ])
    var reader = ParameterReader(node, problems: problems)
    #expect(reader.list("list", required: false, allowed: "a list").isEmpty)
    #expect(reader.list("absent", required: false, allowed: "a list").isEmpty && problems.count == 1)
    #expect(reader.list("missing", required: true, allowed: "a list").isEmpty && problems.count == 2)
    #expect(reader.list("empty", required: true, allowed: "a list").isEmpty && problems.count == 3)
    #expect(reader.section("section", required: false)?.keys == [] && problems.count == 4)
    #expect(reader.section("absent", required: true) == nil && problems.count == 5)
    #expect(reader.keys == ["list", "section", "empty"])
  }

  @Test func aCollectorKeepsSomeAndCountsTheRest() {
    let full = ProblemCollector(limit: 2)
    for number in 0..<5 { full.record("fault \(number)", at: place) }
    #expect(full.isFull && full.count == 5 && full.problems.count == 2)
    #expect(throws: Problems.self) { try full.throwIfAny() }
    let whole = ProblemCollector()
    whole.record("other", at: SourceLocation(file: "g.yaml"))
    whole.absorb(full)
    #expect(
      whole.problems.map(\.message) == [
        "other", "fault 0", "fault 1", "3 more problems of this file are not listed",
      ])
    #expect(throws: Never.self) { try ProblemCollector().throwIfAny() }
  }

  @Test func problemsReadAsOneLine() {
    let problem = Problem(
      "too small", at: place.appending(key: "a").appending(index: 2), found: "'1'", allowed: "> 1", hint: "more")
    #expect(problem.description == "f.yaml:3: a[2]: too small; found: '1'; allowed: > 1; hint: more")
    #expect(SourceLocation(file: "f").description == "f")
  }

  @Test func boundsInWords() {
    #expect(Bounds.positive.description == "a number > 0" && Bounds.fraction.description == "a number in [0, 1]")
    #expect(Bounds.any.description == "a finite number" && Bounds.nonNegative.description == "a number ≥ 0")
    #expect(!Bounds.any.contains(.nan) && !Bounds.any.contains(.infinity) && Bounds.any.contains(-1e308))
  }
}
