import Foundation
import Testing

/// The built program, run as a user runs it.
struct Command {
  /// What it came to.
  struct Outcome {
    /// The exit code; negative is the number of the signal that ended it.
    let status: Int32
    /// Standard output.
    let output: String
    /// Standard error.
    let messages: String
  }

  /// Folder to run in.
  var folder: String
  /// Variables to set besides those of the test.
  var environment: [String: String] = [:]

  /// The program, which the build puts beside the tests.
  static var executable: URL {
    get throws {
      let beside = [CommandLine.arguments.first.map { URL(fileURLWithPath: $0) }, Bundle.main.executableURL]
        .compactMap { $0?.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("plimsoll") }
      let built = root.appendingPathComponent(".build/release/plimsoll")
      return try #require(
        (beside + [built]).first { FileManager.default.isExecutableFile(atPath: $0.path) },
        "build the program first: swift build -c release")
    }
  }

  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Runs the program to its end. Output goes through files, which cannot fill up as pipes do.
  func callAsFunction(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// The same with a list of arguments; `whileRunning` is called once it has started, with what it says on standard
  /// error.
  func run(
    _ arguments: [String], program: URL? = nil, output: String? = nil,
    whileRunning: (Process, () -> String) throws -> Void = { _, _ in }
  ) throws -> Outcome {
    let names = (0..<2).map { _ in FileManager.default.temporaryDirectory.path + "/plimsoll-" + UUID().uuidString }
    defer { for name in names { try? FileManager.default.removeItem(atPath: name) } }
    for name in names { try Data().write(to: URL(fileURLWithPath: name)) }
    func text(_ name: String) -> String { (try? String(contentsOfFile: name, encoding: .utf8)) ?? "" }

    let process = Process()
    process.executableURL = try program ?? Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment
      .filter { !["CI", "NO_COLOR", "TERM"].contains($0.key) }
      .merging(["TERM": "xterm"]) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let targets = try [output ?? names[0], names[1]].map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
    process.standardOutput = targets[0]
    process.standardError = targets[1]
    try process.run()
    try whileRunning(process) { text(names[1]) }
    process.waitUntilExit()
    let sign: Int32 = process.terminationReason == .uncaughtSignal ? -1 : 1
    return Outcome(status: sign * process.terminationStatus, output: text(names[0]), messages: text(names[1]))
  }
}
