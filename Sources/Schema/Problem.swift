/// Where something stands in an input: enough for a user to go there.
public struct SourceLocation: Sendable, Hashable {
  /// The file as the user named it; empty for what came from the command line.
  public var file: String
  /// Line, counted from 1, where known.
  public var line: Int?
  /// The path of keys from the document's root, such as `marginModels[1].floor`; empty for the document itself.
  public var keyPath: String

  /// Creates a location.
  public init(file: String, line: Int? = nil, keyPath: String = "") {
    self.file = file
    self.line = line
    self.keyPath = keyPath
  }

  /// The location of `key` inside this one, at the same line until a better one is known.
  public func appending(key: String) -> SourceLocation {
    SourceLocation(file: file, line: line, keyPath: keyPath.isEmpty ? key : "\(keyPath).\(key)")
  }

  /// The location of element `index`, counted from 0, of the sequence here.
  public func appending(index: Int) -> SourceLocation {
    SourceLocation(file: file, line: line, keyPath: "\(keyPath)[\(index)]")
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line: key.path`, leaving out what is unknown.
  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return [place, keyPath].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}

/// One thing that is wrong with an input, worded once, for a person.
public struct Problem: Error, Sendable, Hashable {
  /// Where it is.
  public var location: SourceLocation
  /// What is wrong, in words without a final stop.
  public var message: String
  /// The offending text, where there is one.
  public var found: String?
  /// What would be accepted.
  public var allowed: String?
  /// What to do about it.
  public var hint: String?
  /// Whether a file could not be read at all, rather than hold something wrong.
  public var isInputOutput: Bool

  /// Creates a problem.
  public init(
    _ message: String, at location: SourceLocation, found: String? = nil, allowed: String? = nil, hint: String? = nil,
    isInputOutput: Bool = false
  ) {
    self.location = location
    self.message = message
    self.found = found
    self.allowed = allowed
    self.hint = hint
    self.isInputOutput = isInputOutput
  }
}

extension Problem: CustomStringConvertible {
  /// `file:line: key.path: message; found: …; allowed: …; hint: …`.
  public var description: String {
    var text = "\(location): \(message)"
    if let found { text += "; found: \(found)" }
    if let allowed { text += "; allowed: \(allowed)" }
    if let hint { text += "; hint: \(hint)" }
    return text
  }
}

/// Every problem of an input, thrown together once reading is over.
public struct Problems: Error, Sendable, CustomStringConvertible {
  /// The problems in the order found; never empty when thrown.
  public let all: [Problem]

  /// Wraps problems for throwing.
  public init(_ all: [Problem]) { self.all = all }

  /// One problem a line.
  public var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Collects problems while an input is read, so that all of them are reported at once.
///
/// Reading goes on after a problem; the reader asks `throwIfAny` when nothing more can be learnt.
public final class ProblemCollector {
  /// What was recorded so far.
  public private(set) var problems: [Problem] = []
  /// Problems beyond this many are only counted, so that a million bad rows do not fill the memory.
  public let limit: Int
  private var suppressed = 0

  /// Creates an empty collector that keeps at most `limit` problems.
  public init(limit: Int = 1000) { self.limit = limit }

  /// Whether nothing was recorded.
  public var isEmpty: Bool { problems.isEmpty }

  /// The number of problems recorded or counted so far.
  public var count: Int { problems.count + suppressed }

  /// Whether further problems are only counted; a caller may then save itself the wording and call `countOnly`.
  public var isFull: Bool { problems.count >= limit }

  /// Counts a problem without keeping its text.
  public func countOnly() { suppressed += 1 }

  /// Takes over what another collector gathered, so that one file with a million bad rows does not hide the rest.
  public func absorb(_ other: ProblemCollector) {
    for problem in other.problems { record(problem) }
    if other.suppressed > 0, let place = other.problems.last?.location.file {
      record(Problem("\(other.suppressed) more problems of this file are not listed", at: SourceLocation(file: place)))
    }
  }

  /// Records one problem.
  public func record(_ problem: Problem) {
    if problems.count < limit { problems.append(problem) } else { suppressed += 1 }
  }

  /// Records one problem from its parts.
  public func record(
    _ message: String, at location: SourceLocation, found: String? = nil, allowed: String? = nil, hint: String? = nil
  ) {
    record(Problem(message, at: location, found: found, allowed: allowed, hint: hint))
  }

  /// Throws everything recorded, if anything was.
  public func throwIfAny() throws(Problems) {
    guard let last = problems.last else { return }
    guard suppressed > 0 else { throw Problems(problems) }
    let rest = Problem("\(suppressed) more problems are not listed", at: SourceLocation(file: last.location.file))
    throw Problems(problems + [rest])
  }
}
