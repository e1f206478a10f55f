import Foundation
import JobFiles

/// One drawing of the embedded perpetual book, in a folder of its own, from which folders with other accounts are made.
struct OctoberBook {
  /// Folder with `venue.yaml`, `market.yaml`, `positions.csv` and `accounts.csv`.
  let folder: String

  /// What the book's venue has as its reserve.
  static let reserve = 9_000_000.0

  /// Draws the book of `synthesis.yaml` with another seed; without one, with its own.
  init(seed: UInt64?, folder: String) throws {
    let spec = try SynthesisSpec.load(
      path: "\(ProjectFolders.package)/Portfolios/perpetual-venue/synthesis.yaml", seed: seed)
    try? FileManager.default.removeItem(atPath: folder)
    _ = try spec.write(try spec.synthesize(), to: folder)
    self.folder = folder
  }

  private init(folder: String) { self.folder = folder }

  /// The same venue with another reserve.
  func setReserve(_ balance: Double) throws {
    let written = try read("venue.yaml").split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("reserve:") ? "reserve: { balance: \(balance) }" : String(line)
    }
    try write(written.joined(separator: "\n"), "venue.yaml")
  }

  /// A book in which every account exists `copies` times with all its quantities `multiple` times as large.
  func changed(copies: Int, multiple: Double, folder: String) throws -> OctoberBook {
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let other = OctoberBook(folder: folder)
    for file in ["venue.yaml", "market.yaml"] { try other.write(try read(file), file) }
    try other.write(try Self.repeated(try read("accounts.csv"), copies: copies, multiple: 1), "accounts.csv")
    try other.write(try Self.repeated(try read("positions.csv"), copies: copies, multiple: multiple), "positions.csv")
    return other
  }

  /// The rows of a table, account by account once more per copy; quantities and isolated money are multiplied.
  private static func repeated(_ text: String, copies: Int, multiple: Double) throws -> String {
    let lines = text.split(whereSeparator: \.isNewline)
    let header = try required(lines.first, "the header of a book").split(separator: ",")
    let amounts = header.indices.filter { header[$0] == "quantity" || header[$0] == "isolated_collateral" }
    let rows = (0..<copies).flatMap { copy in
      lines.dropFirst().map { line in
        var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        cells[0] = copy == 0 ? cells[0] : "\(cells[0])-\(copy)"
        for column in amounts where multiple != 1 {
          if let amount = Double(cells[column]) { cells[column] = "\(amount * multiple)" }
        }
        return cells.joined(separator: ",")
      }
    }
    return ([String(try required(lines.first, "the header"))] + rows).joined(separator: "\n") + "\n"
  }

  private func read(_ file: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
  }

  private func write(_ text: String, _ file: String) throws {
    try text.write(toFile: "\(folder)/\(file)", atomically: true, encoding: .utf8)
  }
}
