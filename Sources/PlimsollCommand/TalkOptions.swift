import ArgumentParser
import Reports

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
  /// A duration to a hundredth of a second.
  static func seconds(_ value: Double) -> String { NumberText.plain(NumberText.seconds((value * 100).rounded() / 100)) }

  /// A number of things, such as `1 problem` or `3 problems`.
  static func counted(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }
}
