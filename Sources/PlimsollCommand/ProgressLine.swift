import Foundation
import Synchronization

/// How far an activity is, for the progress line.
struct ProgressStep: Sendable {
  /// What is being done.
  let activity: String
  /// Units done and units in all; with one unit in all there is nothing to measure, and only the activity is shown.
  let done: Int, total: Int
  /// What a unit holds, to show a rate of, such as 256 `paths`; nil shows no rate.
  let rate: (count: Int, of: String)?

  /// Creates a step.
  init(_ activity: String, done: Int, total: Int, rate: (count: Int, of: String)? = nil) {
    self.activity = activity
    self.done = done
    self.total = total
    self.rate = rate
  }
}

/// One line on a terminal that is written over: activity, share done, rate, time left.
final class ProgressLine: Sendable {
  private struct State {
    var started = Date.now
    var activity = ""
    var lastShown = Date.distantPast
    var isShown = false
  }

  private let state = Mutex(State())
  private let usesColour: Bool

  /// A line; without colour where `NO_COLOR` is set to anything (no-color.org).
  init(environment: [String: String]) { usesColour = (environment["NO_COLOR"] ?? "").isEmpty }

  /// Writes the line anew, ten times a second at most.
  func show(_ step: ProgressStep) {
    state.withLock { state in
      let now = Date.now
      if step.activity != state.activity { state = State(started: now, activity: step.activity) }
      guard step.done >= step.total || now.timeIntervalSince(state.lastShown) >= 0.1 else { return }
      state.lastShown = now
      state.isShown = true
      writeToStandardError("\r\u{1B}[K" + text(of: step, elapsed: now.timeIntervalSince(state.started)))
    }
  }

  /// Removes the line.
  func clear() {
    state.withLock { state in
      guard state.isShown else { return }
      state.isShown = false
      writeToStandardError("\r\u{1B}[K")
    }
  }

  private func text(of step: ProgressStep, elapsed: Double) -> String {
    guard step.total > 1 else { return "\(step.activity) …" }
    let share = min(1, Double(step.done) / Double(step.total))
    var text = "\(step.activity) \(bar(share)) \(Int(share * 100)) %"
    guard step.done > 0, elapsed > 0.5 else { return text }
    if let rate = step.rate { text += "  \(whole(Double(step.done * rate.count) / elapsed)) \(rate.of)/s" }
    let left = whole((elapsed / share * (1 - share)).rounded(.up))
    return text + "  \(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left"
  }

  private func bar(_ share: Double) -> String {
    let width = 24
    let filled = Int((share * Double(width)).rounded(.down))
    let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: width - filled)
    return usesColour ? "\u{1B}[36m\(bar)\u{1B}[0m" : bar
  }

  /// A figure as a whole number; none is large enough to matter where it would not fit.
  private func whole(_ value: Double) -> Int { Int(exactly: value.rounded()) ?? Int.max }
}
