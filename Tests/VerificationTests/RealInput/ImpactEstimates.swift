import ArgumentParser
import Foundation
import Kernels

/// `plimsoll-verify impact-estimates`: what public data say about depth, spread and impact, with errors.
struct ImpactEstimates: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "impact-estimates", abstract: "Estimate price impact, depth and spreads from real data.",
    discussion: """
      Reads dex_price_impact_2023q4.csv, hyperliquid_markets_20251005.csv and ethusdt_liquidations_15min_202101.csv. Each
      line is an estimate and its standard error (heteroscedasticity-robust; over time with eight lags).
      """)

  @Option(name: .long, help: "Folder of the real data (default: PLIMSOLL_DATA, else ../shared/data).")
  var data: String?

  func run() throws {
    let folder = data ?? ProjectFolders.data
    let quotes = try ImpactQuotes(folder: folder)
    print(
      "Quotes of an aggregator, 2023-11-20, trades of 1m USD and more: impact = A·(size/10m)^δ; pool depth if x·y = k")
    for asset in ["WETH", "WBTC"] {
      for direction in ImpactQuotes.Direction.allCases { print(try quotes.line(asset: asset, direction)) }
    }
    print("\nHalf-spread against daily volume, 180 perpetuals, one snapshot: h = A·(volume/100m)^b")
    print(try SpreadSample(folder: folder).line())
    print("\nLiquidations of ETH-USDT, January 2021, bars of 15 minutes, flow in millions (sales negative)")
    for line in try LiquidationBars(folder: folder).lines() { print(line) }
  }
}

/// A figure with its standard error.
private func text(_ value: Double, _ error: Double, _ unit: String = "") -> String {
  "\(significant(value, digits: 4)) ± \(significant(error, digits: 2))\(unit.isEmpty ? "" : " " + unit)"
}

private func number(_ row: [Substring: Substring], _ column: String) throws -> Double {
  try required(row[column[...]].flatMap { Double($0) }, "a number in column \(column)")
}

/// Quoted average prices of trades of many sizes against pools.
private struct ImpactQuotes {
  enum Direction: String, CaseIterable { case sell, buy }

  private let rows: [[Substring: Substring]]
  private static let smallest = 1e6
  private static let reference = 1e7

  init(folder: String) throws { rows = try plainTable("\(folder)/dex_price_impact_2023q4.csv") }

  /// Exponent, size of the impact, and the depth of the constant-product pool that each quote implies.
  func line(asset: String, _ direction: Direction) throws -> String {
    let other = direction == .sell ? "buy" : "sell"
    let points = try rows.filter {
      $0[direction.rawValue[...]] == asset[...] && ["USDC", "USDT"].contains($0[other[...]])
    }.map { (size: try number($0, "in_usd_median"), impact: try number($0, "impact_median")) }
      .filter { $0.size >= Self.smallest && $0.impact > 0 }
    let fit = try required(
      LeastSquares(rows: points.map { [1, log($0.size / Self.reference)] }, y: points.map { log($0.impact) }),
      "a fit of the quotes of \(asset)")
    // A pool's average price is 1/(1 + dx/x) of the marginal one, so a quoted loss i means dx/x = i/(1 − i).
    let depths = points.map { $0.size * (1 - $0.impact) / $0.impact / 1e6 }
    let depth = meanAndVariance(depths)
    let scale = exp(fit.coefficients[0])
    return "\(direction.rawValue) \(asset): δ \(text(fit.coefficients[1], fit.standardErrors[1])), "
      + "A \(text(scale, scale * fit.standardErrors[0])), R² \(significant(fit.rSquared, digits: 3)), "
      + "depth \(text(depth.mean, (depth.variance / Double(depths.count)).squareRoot(), "m USD")) "
      + "(\(significant(depths.min() ?? .nan, digits: 3)) to \(significant(depths.max() ?? .nan, digits: 3))), "
      + "\(points.count) quotes"
  }
}

/// Spreads and volumes of many perpetuals at one moment.
private struct SpreadSample {
  private let points: [(volume: Double, halfSpread: Double)]

  init(folder: String) throws {
    points = try plainTable("\(folder)/hyperliquid_markets_20251005.csv").map {
      (try number($0, "notional_volume_24h"), try number($0, "half_spread_bp"))
    }.filter { $0.volume > 0 && $0.halfSpread > 0 }
  }

  func line() throws -> String {
    let fit = try required(
      LeastSquares(rows: points.map { [1, log($0.volume / 1e8)] }, y: points.map { log($0.halfSpread) }),
      "a fit of the spreads")
    let scale = exp(fit.coefficients[0])
    return
      "A \(text(scale, scale * fit.standardErrors[0], "basis points")), b \(text(fit.coefficients[1], fit.standardErrors[1])), "
      + "R² \(significant(fit.rSquared, digits: 3)), \(fit.observations) markets"
  }
}

/// Prices, spreads and liquidations of one market in bars.
private struct LiquidationBars {
  private let returns: [Double]
  private let flows: [Double]
  private let halfSpreads: [Double]
  private let ranges: [Double]
  private static let lags = 8

  init(folder: String) throws {
    let rows = try plainTable("\(folder)/ethusdt_liquidations_15min_202101.csv")
    let closes = try rows.map { try number($0, "close") }
    returns = zip(closes, closes.dropFirst()).map { log($1 / $0) }
    let later = rows.dropFirst()
    flows = try zip(later, closes.dropFirst()).map { row, close in
      (try number(row, "liq_short_eth") - number(row, "liq_long_eth")) * close / 1e6
    }
    halfSpreads = try later.map { try number($0, "half_spread_bp_mean") }
    ranges = try later.map { log(try number($0, "high") / number($0, "low")) }
  }

  private func signedRoot(_ flow: Double) -> Double { flow < 0 ? -(-flow).squareRoot() : flow.squareRoot() }

  func lines() throws -> [String] {
    let roots = flows.map(signedRoot)
    let same = try fit(roots.map { [1, $0] }, returns)
    let next = try fit(
      zip(roots, returns).dropLast().map { [1, $0, $1] }, Array(returns.dropFirst()))
    let hours = returns.indices.dropLast(4).map { index in returns[index + 1...index + 4].reduce(0, +) }
    let hour = try fit(zip(roots, returns).dropLast(4).map { [1, $0, $1] }, hours)
    let spread = try fit(zip(flows, returns).map { [1, abs($0).squareRoot(), abs($1)] }, halfSpreads)
    let moving = zip(ranges, halfSpreads).filter { $0 > 0 && $1 > 0 }
    let thinning = try fit(moving.map { [1, log($0.0)] }, moving.map { log($0.1) })
    return [
      "liquidated \(significant(flows.reduce(0) { $0 + abs($1) }, digits: 4))m USD net in \(flows.count) bars, largest "
        + "\(significant(flows.map { abs($0) }.max() ?? .nan, digits: 3))m",
      line("return of the same bar per √million", same, 1),
      line("return of the next bar per √million", next, 1),
      line("return of the next hour per √million", hour, 1),
      line("half-spread in basis points per √million", spread, 1),
      line("half-spread in basis points per unit of |return|", spread, 2),
      line("elasticity of the half-spread to the bar's range", thinning, 1),
    ]
  }

  private func fit(_ rows: [[Double]], _ y: [Double]) throws -> LeastSquares {
    try required(LeastSquares(rows: rows, y: y, lags: Self.lags), "a fit of the bars")
  }

  private func line(_ name: String, _ fit: LeastSquares, _ index: Int) -> String {
    "\(name): \(text(fit.coefficients[index], fit.standardErrors[index])) "
      + "(t \(significant(fit.coefficients[index] / fit.standardErrors[index], digits: 3)), "
      + "R² \(significant(fit.rSquared, digits: 2)))"
  }
}
