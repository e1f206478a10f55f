import ArgumentParser
import Foundation

/// How much a command says on standard error, and how.
struct TalkOptions: ParsableArguments {
  @Flag(name: .long, help: "Say nothing but errors on standard error.")
  var quiet = false

  @Flag(name: .long, help: "Say more on standard error.")
  var verbose = false

  @Option(name: .long, help: "Form of messages on standard error: text or json.")
  var logFormat: LogFormat = .text

  enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
  }

  func validate() throws {
    if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other") }
  }

  /// The console these options ask for.
  var console: Console {
    Console(verbosity: quiet ? .quiet : verbose ? .verbose : .normal, logsJSON: logFormat == .json)
  }
}

/// Wording of small figures.
enum Text {
  /// Seconds with two decimals.
  static func seconds(_ value: Double) -> String { value.formatted(.number.precision(.fractionLength(2))) + " s" }
}
