import Foundation

/// Real prices beside the project, for tests that are skipped where they are absent.
enum RealData {
  /// The folder named by `PLIMSOLL_DATA`, else `../shared/data` beside the package.
  static let folder: String = {
    if let named = ProcessInfo.processInfo.environment["PLIMSOLL_DATA"] { return named }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/data").path
  }()

  static func isPresent(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(file)") }

  static func lines(of file: String) throws -> [Substring] {
    try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(whereSeparator: \.isNewline)
  }

  /// Reads a CSV of prices whose first column is a time such as `2020-01-01` or `2020-01-01T05:00Z`.
  static func prices(of file: String) throws -> (ids: [String], timesHours: [Double], prices: [[Double]]) {
    let lines = try lines(of: file)
    let ids = lines[0].split(separator: ",").dropFirst().map(String.init)
    var times: [Double] = []
    var prices = [[Double]](repeating: [], count: ids.count)
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = lines[1].contains("T") ? "yyyy-MM-dd'T'HH:mm'Z'" : "yyyy-MM-dd"
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let date = format.date(from: String(cells[0])) else { continue }
      times.append(date.timeIntervalSince1970 / 3600)
      for (index, cell) in cells.dropFirst().enumerated() { prices[index].append(Double(cell) ?? .nan) }
    }
    return (ids, times, prices)
  }
}
