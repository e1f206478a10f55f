import Foundation
import Logging
import Synchronization

/// Standard output for data, standard error for everything else.
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
    progress = wanted && isatty(STDERR_FILENO) == 1 ? ProgressLine() : nil
  }

  /// Data for standard output.
  func output(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

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
  func error(_ text: String) { logger.error("\(text)") }

  /// Shows how far something is; nothing where standard error is no terminal.
  func show(_ activity: String, done: Int, total: Int, unit: String, perUnit: Double) {
    progress?.show(activity, done: done, total: total, unit: unit, perUnit: perUnit)
  }

  /// Removes the progress line.
  func clearProgress() { progress?.clear() }
}

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
    FileHandle.standardError.write(Data((text + "\n").utf8))
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

/// One line on a terminal that is written over: activity, share done, rate, time left.
private final class ProgressLine: Sendable {
  private struct State {
    var started = Date.now
    var activity = ""
    var lastShown = Date.distantPast
    var isShown = false
  }

  private let state = Mutex(State())
  private let usesColour = ProcessInfo.processInfo.environment["NO_COLOR"] == nil

  func show(_ activity: String, done: Int, total: Int, unit: String, perUnit: Double) {
    state.withLock { state in
      let now = Date.now
      if activity != state.activity { state = State(started: now, activity: activity) }
      guard done >= total || now.timeIntervalSince(state.lastShown) >= 0.1 else { return }
      state.lastShown = now
      state.isShown = true
      write(line(activity, done, total, unit, perUnit, elapsed: now.timeIntervalSince(state.started)))
    }
  }

  func clear() {
    state.withLock { state in
      guard state.isShown else { return }
      state.isShown = false
      FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
  }

  private func line(
    _ activity: String, _ done: Int, _ total: Int, _ unit: String, _ perUnit: Double, elapsed: Double
  ) -> String {
    let share = total > 0 ? Double(done) / Double(total) : 1
    let width = 24
    let filled = Int((share * Double(width)).rounded(.down))
    let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: width - filled)
    var text = "\(activity) \(usesColour ? "\u{1B}[36m\(bar)\u{1B}[0m" : bar) \(Int(share * 100)) %"
    if done > 0, elapsed > 0.5 {
      let rate = Int((Double(done) * perUnit / elapsed).rounded())
      let left = Int((elapsed / share * (1 - share)).rounded(.up))
      text += "  \(rate) \(unit)/s  \(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left"
    }
    return text
  }

  private func write(_ line: String) { FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8)) }
}
