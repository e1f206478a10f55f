import Foundation
import Logging
import Reports

/// Standard output for data, standard error for everything else.
///
/// What standard error does not take is lost without a word, because there is nobody left to tell; what standard output
/// does not take is a failure, because a script would go on with half of the data.
struct Console: Sendable {
  /// How much is said on standard error.
  enum Verbosity: Sendable {
    case quiet
    case normal
    case verbose
  }

  private let logger: Logger
  private let verbosity: Verbosity
  private let progress: ProgressLine?

  /// A console; the progress line is shown on a terminal only.
  init(verbosity: Verbosity = .normal, logsJSON: Bool = false) {
    self.verbosity = verbosity
    logger = Logger(label: "plimsoll") { _ in MessageHandler(asJSON: logsJSON) }
    let environment = ProcessInfo.processInfo.environment
    let wanted = verbosity != .quiet && !logsJSON && environment["CI"] == nil && environment["TERM"] != "dumb"
    progress = wanted && isatty(STDERR_FILENO) == 1 ? ProgressLine(environment: environment) : nil
  }

  /// Data for standard output.
  func output(_ text: String) throws(IOFailure) {
    clearProgress()
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    } catch {
      throw IOFailure("write to", "standard output", error)
    }
  }

  /// Something worth knowing.
  func note(_ text: String) {
    guard verbosity != .quiet else { return }
    clearProgress()
    logger.info("\(text)")
  }

  /// Something that only a person who looks for it wants to know.
  func detail(_ text: String) {
    guard verbosity == .verbose else { return }
    clearProgress()
    logger.info("\(text)")
  }

  /// Something the user should know before using the figures.
  func warning(_ text: String) {
    guard verbosity != .quiet else { return }
    clearProgress()
    logger.warning("\(text)")
  }

  /// What went wrong.
  func error(_ text: String) {
    clearProgress()
    logger.error("\(text)")
  }

  /// Shows how far something is; nothing where standard error is no terminal.
  func show(_ step: ProgressStep) { progress?.show(step) }

  /// Removes the progress line.
  func clearProgress() { progress?.clear() }
}

/// Writes to standard error; a standard error that takes nothing is no reason to stop.
func writeToStandardError(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

/// Writes log messages to standard error, as plain text or as one JSON object a line.
private struct MessageHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info
  let asJSON: Bool

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let text = asJSON ? json(event) : plain(event)
    writeToStandardError(text + "\n")
  }

  private func plain(_ event: LogEvent) -> String {
    event.level >= .warning ? "\(event.level): \(event.message)" : "\(event.message)"
  }

  private func json(_ event: LogEvent) -> String {
    let fields = [
      "time": Date.now.formatted(.iso8601), "level": "\(event.level)", "message": "\(event.message)",
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(fields) else { return plain(event) }
    return String(decoding: data, as: UTF8.self)
  }
}
