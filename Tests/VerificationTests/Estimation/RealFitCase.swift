import Foundation
import Kernels
import Markets

/// Every estimator on real prices: does it settle, and in what time?
///
/// Seconds are the processor's, of all threads together: no less than the time on one idle core, and the same whatever else
/// the machine does.
let realFitCase = VerificationCase(
  id: "real-fits", group: .estimation,
  summary: "every estimator settles on 12 assets, daily and hourly, in under 30 processor seconds each"
) { setting in
  var rows: [VerificationRow] = []
  for (label, file) in [("daily", "prices_daily.csv"), ("hourly", "prices_hourly.csv")] {
    guard let history = try RealPrices.history(of: setting.data + "/" + file) else {
      rows.append(.skipped("\(label) prices", because: "\(file) is not in \(setting.data)"))
      continue
    }
    rows += realFitRows(label, history.logReturns())
  }
  return rows
}

private func realFitRows(_ label: String, _ returns: LogReturns) -> [VerificationRow] {
  let (values, hours) = (returns.values, returns.stepHours)
  var rows: [VerificationRow] = []
  func time(_ name: String, least: Int, _ count: () -> Int) {
    let begun = Machine.cpuSeconds
    let settled = count()
    let seconds = Machine.cpuSeconds - begun
    rows.append(.atLeast("\(label), \(name): fits that settled", bound: Double(least), obtained: Double(settled)))
    rows.append(.atMost("\(label), \(name): processor seconds", bound: 30, obtained: seconds))
  }
  var garch: [GarchFit] = []
  time("GARCH-t", least: 12) {
    let wanted = GarchSpecification(innovations: .studentT, targetsVariance: true)
    garch = values.compactMap { GarchFit(returns: $0, stepHours: hours, specification: wanted) }
    return garch.count { $0.converged }
  }
  time("DCC", least: 1) { DynamicCorrelationFit(fits: garch).map { $0.converged ? 1 : 0 } ?? 0 }
  time("EWMA", least: 12) { values.compactMap { EwmaFit(returns: $0, stepHours: hours) }.count { $0.converged } }
  time("jumps", least: 12) { values.compactMap { MertonFit(returns: $0, stepHours: hours) }.count { $0.converged } }
  time("common jumps", least: 1) { MarketJumpFit(returns: returns).map { $0.converged ? 1 : 0 } ?? 0 }
  time("regimes, one to three", least: 3) { RegimeFit.candidates(returns: returns).count { $0.converged } }
  time("block length", least: 12) { BlockLength.of(returns: returns)?.assets.count ?? 0 }
  if hours == 24 {
    time("Heston", least: 12) { values.compactMap { HestonFit(returns: $0, stepHours: hours) }.count { $0.converged } }
  }
  return rows
}

/// Prices of the assets without holes in the daily file, from the day the last of them began.
private enum RealPrices {
  static let assets = ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "AVAX", "LINK", "DOGE", "LTC", "DOT", "AAVE"]

  /// The history in a CSV with a time first; nil where the file is not there.
  static func history(of file: String) throws -> PriceHistory? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    let lines = text.split(whereSeparator: \.isNewline)
    let names = lines[0].split(separator: ",").map(String.init)
    let columns = try assets.map { try required(names.firstIndex(of: $0), $0) }
    var times: [Double] = []
    var prices = [[Double]](repeating: [], count: assets.count)
    for line in lines.dropFirst() where line.prefix(10) >= "2020-10-15" {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      let stamp = cells[0].count > 10 ? String(cells[0].prefix(16)) + ":00Z" : String(cells[0]) + "T00:00:00Z"
      times.append(try required(try? Date(stamp, strategy: .iso8601), "a time").timeIntervalSince1970 / 3600)
      for (row, column) in columns.enumerated() { prices[row].append(Double(cells[column]) ?? .nan) }
    }
    return try PriceHistory(assetIDs: assets, timesHours: times, prices: prices)
  }
}
