import Foundation
import Testing

/// What a user sees who knows nothing yet.
@Suite("Help")
struct HelpTests {
  private let plimsoll = Command(folder: NSTemporaryDirectory())

  @Test(
    "every command explains itself with an example",
    arguments: ["run", "validate", "describe", "synthesize", "calibrate", "doctor"])
  func help(_ name: String) throws {
    let outcome = try plimsoll(name, "--help")
    #expect(outcome.status == 0 && outcome.messages.isEmpty)
    #expect(outcome.output.contains("USAGE: plimsoll \(name)"))
    #expect(outcome.output.contains("plimsoll \(name)") && outcome.output.contains("Example"))
    #expect(try plimsoll("--help").output.contains("  \(name) "))
  }

  @Test("the exit codes are in the help")
  func exitCodes() throws {
    let words = try plimsoll("--help").output.split { $0.isWhitespace }.joined(separator: " ")
    for code in [
      "0 ok", "2 a limit", "64 usage", "65 bad data", "70 internal", "74 input or output", "130 interrupted",
    ] {
      #expect(words.contains(code))
    }
  }

  @Test("the version is a number")
  func version() throws {
    let outcome = try plimsoll("--version")
    #expect(outcome.status == 0 && outcome.output.first?.isNumber == true)
  }

  @Test(
    "wrong usage ends with 64 and says what is allowed",
    arguments: [
      (["frobnicate"], "frobnicate"), (["run"], "<job>"), (["run", "x", "--workers", "0"], "a whole number ≥ 1"),
      (["run", "x", "--quiet", "--verbose"], "exclude each other"), (["run", "x", "--log-format", "xml"], "'json'"),
      (["run", "x", "--paths"], "--paths"), (["describe", "cheese"], "- models"),
      (["describe", "models", "tierd"], "did you mean 'tiered'?"), (["synthesize", "x"], "--out"),
    ])
  func usage(_ arguments: [String], _ fragment: String) throws {
    let outcome = try plimsoll.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.messages.contains(fragment), "\(outcome.messages)")
    #expect(outcome.output.isEmpty)
  }

  @Test("describe lists all families, and explains one kind with parameters, defaults, formula and source")
  func describe() throws {
    let all = try plimsoll("describe")
    #expect(all.status == 0)
    for word in ["tiered", "garch", "reserve-adequacy", "markdown", "lending-book"] {
      #expect(all.output.contains(word))
    }
    let one = try plimsoll("describe", "models", "volatility-scaled")
    for word in ["formula", "source", "floor (fraction of notional)", "default 0.99", "a number in [0, 1]"] {
      #expect(one.output.contains(word))
    }
    #expect(try plimsoll("describe", "measures", "reserve-adequacy").output.contains("reserve.exhaustionProbability"))
  }

  @Test("doctor names what a run stands on and finds it sound")
  func doctor() throws {
    let outcome = try plimsoll("doctor")
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.messages)")
    for word in ["OpenBLAS", "cores allowed", "compiled for", "ok      a Cholesky factor"] {
      #expect(outcome.output.contains(word))
    }
  }
}
