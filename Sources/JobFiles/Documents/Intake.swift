import Kernels
import Schema

/// What gathers while the files of one job are read: problems, warnings, and the files with their digests.
final class Intake {
  /// Largest YAML or JSON file, in bytes; tables are read as CSV and may be larger.
  static let largestDocument = 64 << 20

  /// Everything that is wrong.
  let problems = ProblemCollector(limit: 4000)
  /// What is allowed but deserves a word.
  var warnings: [String] { recorded + excessWarning }
  private var recorded: [String] = []
  /// Histories that go on beyond their horizon: how many rows or bars do, and where each is named.
  private var excess: [(place: SourceLocation, text: String)] = []
  /// The files read so far.
  private(set) var inputs: [InputFile] = []

  /// Records something that is allowed but deserves a word.
  func warn(_ message: String, at location: SourceLocation) {
    let text = "\(location): \(message)"
    if !recorded.contains(text) { recorded.append(text) }
  }

  /// Records that a history goes on beyond its horizon by `excess`, such as "3 bars": one warning for all of them together,
  /// for it is the rule with several events.
  func warn(excess text: String, at location: SourceLocation) {
    if !excess.contains(where: { $0.place == location && $0.text == text }) { excess.append((location, text)) }
  }

  private var excessWarning: [String] {
    guard let first = excess.first else { return [] }
    if excess.count == 1 { return ["\(first.place): \(first.text) lie beyond the horizon and are not used"] }
    let each = excess.map { item in item.text + (item.place.line.map { " (line \($0))" } ?? "") }
    return ["\(first.place.file): not used, for they lie beyond the horizon: \(each.joined(separator: ", "))"]
  }

  /// Maps a file and notes it as an input; nil, recorded, where that fails. `asker` is the place that named the file.
  func open(_ reference: FileReference, asker: SourceLocation? = nil, hint: String? = nil) -> MappedFile? {
    guard isUsable(reference, asker: asker) else { return nil }
    do {
      let file = try MappedFile(path: reference.path)
      note(reference, digest: file.withBytes(Self.digest), bytes: file.count)
      return file
    } catch {
      let place = asker ?? SourceLocation(file: reference.shown)
      problems.record(
        Problem(
          "cannot \(error.operation) the file: \(error.reason)", at: place, found: reference.shown, hint: hint,
          isInputOutput: true))
      return nil
    }
  }

  /// Whether the system could look for the path at all; recorded where not.
  func isUsable(_ reference: FileReference, asker: SourceLocation?) -> Bool {
    if !reference.path.utf8.contains(0) { return true }
    problems.record(
      "a path cannot hold a NUL character", at: asker ?? SourceLocation(file: ""),
      found: quotedForMessage(reference.label))
    return false
  }

  /// The document in a YAML or JSON file; nil, recorded, where it cannot be read as one.
  func document(_ reference: FileReference, asker: SourceLocation? = nil, hint: String? = nil) -> DocumentNode? {
    guard let file = open(reference, asker: asker, hint: hint) else { return nil }
    let place = SourceLocation(file: reference.shown)
    guard file.count <= Self.largestDocument else {
      problems.record(
        "the file is too large for a document", at: place, found: "\(file.count) bytes",
        allowed: "≤ \(Self.largestDocument) bytes", hint: "large tables are read as CSV")
      return nil
    }
    guard let text = file.withBytes({ String(validating: copied($0, 0..<$0.count), as: UTF8.self) }) else {
      problems.record("the file is not UTF-8 text", at: place, hint: "save it as UTF-8")
      return nil
    }
    return YAMLDocument.parse(text, file: reference.shown, problems: problems)
  }

  /// Remembers a file as an input, once however often it is read.
  private func note(_ reference: FileReference, digest: String, bytes: Int) {
    let input = InputFile(
      label: reference.label, absolutePath: reference.absolutePath, sha256: digest, bytes: bytes)
    if !inputs.contains(where: { $0.absolutePath == input.absolutePath }) { inputs.append(input) }
  }

  /// The digest of bytes that are mapped already, so that what is hashed is what is read.
  private static func digest(_ bytes: Span<UInt8>) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest()
  }
}
