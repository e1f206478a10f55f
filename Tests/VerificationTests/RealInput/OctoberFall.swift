import Foundation

/// The fall within the hour of the crash, which an hourly bar shows as one jump from its open to its low.
///
/// The exchange published that its auto-deleveraging began 61 seconds after the first liquidation and that liquidations took
/// twelve minutes. A bar does not say how its low was reached. Here log prices go from the open to the low in a straight line
/// over the twelve minutes, the other extreme of what a bar allows: an account is closed where its margin ends, and not
/// where the fall does.
enum OctoberFall {
  static let event = "oct_2025_adl"
  static let hour = "2025-10-10T21:00Z"
  static let hours = 0.2
  static let steps = 20

  /// Writes the fall as a table of bars; `sources` are those of the hourly bars, in order of preference.
  static func write(assets: [String], sources: [String], data: String, to file: String) throws {
    let bars = try plainTable("\(data)/\(EventsJob.hourly)").filter {
      $0["event"] == Substring(event) && $0["time_utc"] == Substring(hour)
    }
    var rows = ["hours,asset,open,high,low,close"]
    for asset in assets {
      let own = bars.filter { $0["asset"] == Substring(asset) }
      let bar = try required(
        sources.lazy.compactMap { source in own.first { $0["venue"] == Substring(source) } }.first, "a bar of \(asset)")
      let open = try required(bar["open"].flatMap { Double($0) }, "the open of \(asset)")
      let low = try required(bar["low"].flatMap { Double($0) }, "the low of \(asset)")
      for step in 0..<steps {
        let ends = [step, step + 1].map { open * pow(low / open, Double($0) / Double(steps)) }
        rows.append("\(Double(step) * hours / Double(steps)),\(asset),\(ends[0]),\(ends[0]),\(ends[1]),\(ends[1])")
      }
    }
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try (rows.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
  }
}
