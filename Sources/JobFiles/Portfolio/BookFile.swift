import Foundation
import Schema

/// Reads `book.yaml`, which `plimsoll synthesize` leaves beside the positions that it made.
struct BookFile {
  /// Whether the positions were made from distributions.
  let isSynthetic: Bool

  private static let synthetic = Parameter<Bool>.flag(
    "synthetic", default: false, "whether the positions were made from distributions")
  private static let kindName = Parameter<String>.text("kind", isOptional: true, "the kind of book")
  private static let spec = Parameter<String>.text("spec", isOptional: true, "the specification that it was made from")
  private static let seed = Parameter<String>.text("seed", isOptional: true, "the seed that it was made with")
  private static let accounts = Parameter<Int>.integer(
    "accounts", in: 0...Int.max, isOptional: true, "the number of accounts")
  private static let positions = Parameter<Int>.integer(
    "positions", in: 0...Int.max, isOptional: true, "the number of positions")

  /// Reads the file of `folder`, where there is one.
  init(_ folder: FileReference, intake: Intake) {
    let reference = folder.child("book.yaml")
    guard FileManager.default.fileExists(atPath: reference.path), let document = intake.document(reference) else {
      isSynthetic = false
      return
    }
    var reader = ParameterReader(document, problems: intake.problems)
    isSynthetic = reader.read(Self.synthetic) ?? false
    _ = reader.readIfPresent(Self.kindName)
    _ = reader.readIfPresent(Self.spec)
    _ = reader.readIfPresent(Self.seed)
    _ = reader.readIfPresent(Self.accounts)
    _ = reader.readIfPresent(Self.positions)
    reader.finish()
  }
}
