import Foundation
import JobFiles
import Markets
import Reports
import RiskMeasures
import StressTesting

/// The lending pool in seven crises and on drawn paths: what borrowers left unpaid ÷ what liquidators repaid, beside what a
/// protocol of this kind published of three crises.
let deficitCase = VerificationCase(
  id: "deficit", group: .realInput,
  summary: "the lending pool of today in seven crises: deficit ÷ liquidated value, against published ones"
) { setting in
  let files = [EventsJob.hourly, EventsJob.fourHourly, exchangeVolumes]
  guard files.allSatisfy({ FileManager.default.fileExists(atPath: "\(setting.data)/\($0)") }) else {
    return [.skipped("lending deficits", because: "one of \(files.joined(separator: ", ")) is not in \(setting.data)")]
  }
  let inputs = "\(setting.results)/deficit-input"
  let file = try EventsJob.lending.write(data: setting.data, to: inputs)
  let depth = try exchangeDepth(setting.data)
  let replays = try deficitVariants.map { variant in
    let overrides = variant.overrides + (variant.hasExchangeDepth ? [depth] : [])
    let report = try StressTest(try StressJob.load(path: file, overrides: overrides)).run(workers: setting.workers)
    return (variant, report)
  }
  return publishedDeficits.map { event in
    .noted(
      "published, \(event.name)", published: "", obtained: percent(event.deficit / event.liquidated))
  } + replays.flatMap { rows($0.1, $0.0.name) } + (try drawnRows(setting, depth))
}

/// Deficits and liquidated value of Aave, all instances: Chaos Labs, *Risk Report: Insights from Recent Market Events*,
/// 2025-02-03, 2025-10-11 and 2026-02-02.
private let publishedDeficits: [(name: String, deficit: Double, liquidated: Double)] = [
  ("February 2025", 0, 210e6), ("October 2025", 0.4e6, 180e6), ("February 2026", 0.03e6, 193.12e6),
]

/// One way to replay the seven.
private struct DeficitVariant {
  let name: String
  var overrides: [JobOverride] = []
  var hasExchangeDepth = false
}

private let deficitVariants: [DeficitVariant] = [
  DeficitVariant(name: "lows, depth on chain"),
  DeficitVariant(name: "closes, depth on chain", overrides: [closes]),
  DeficitVariant(name: "lows, no impact", overrides: [noImpact]),
  DeficitVariant(name: "closes, no impact", overrides: [closes, noImpact]),
  DeficitVariant(name: "lows, depth of an exchange", hasExchangeDepth: true),
  DeficitVariant(name: "closes, depth of an exchange", overrides: [closes], hasExchangeDepth: true),
]

private let closes = JobOverride(keyPath: "market.intraStep", yaml: "{ kind: none }")
private let noImpact = JobOverride(
  keyPath: "depth", yaml: "{ impact: { coefficient: 0, exponent: 0.8, permanentShare: 0.4, halfLifeHours: 4 } }")

/// Depth and impact law of an order-book market that liquidators hedge in: the 30-day volume of the largest exchange, staked
/// ether sold as ether, under the square-root law.
private func exchangeDepth(_ data: String) throws -> JobOverride {
  let markets = try plainTable("\(data)/\(exchangeVolumes)")
  let volumes = try [("ETH", "ETHUSDT"), ("STETH", "ETHUSDT"), ("WBTC", "BTCUSDT"), ("USDC", "BTCUSDT")].map {
    asset, market in
    let row = try required(markets.first { $0["symbol"] == Substring(market) }, market)
    let volume = try required(row["adv_30d_usdt"].flatMap { Double($0) }, "the volume of \(market)")
    return "{ id: \(asset), averageDailyVolume: \(volume), halfSpread: 0.0005 }"
  }
  return JobOverride(
    keyPath: "depth",
    yaml: "{ assets: [\(volumes.joined(separator: ", "))], "
      + "impact: { coefficient: 1, exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4 } }")
}

private let exchangeVolumes = "binance_perp_market_stats.csv"

private func rows(_ report: StressReport, _ variant: String) -> [VerificationRow] {
  let events = report.scenarios.dropFirst()
  func sum(_ scenario: ScenarioResult, _ id: String) -> Double {
    scenario.figures.first?.first { $0.id == "scenario.\(id).mean" }?.value ?? .nan
  }
  let each = events.map { event in
    "\(event.description.displayName) \(percent(sum(event, "shortfall") / max(1, sum(event, "notional"))))"
      + " of \(significant(sum(event, "notional") / 1e6, digits: 3))m"
  }
  let shortfall = events.reduce(0) { $0 + sum($1, "shortfall") }
  let notional = events.reduce(0) { $0 + sum($1, "notional") }
  return [
    .atMost(
      "\(variant): largest conservation residual", bound: 1e-9,
      obtained: events.map(\.largestConservationResidual).max() ?? .nan),
    .noted("\(variant): all seven", published: "0.02 … 0.2 %", obtained: percent(shortfall / notional)),
    .noted("\(variant): each", published: "", obtained: each.joined(separator: ", ")),
  ]
}

/// The embedded lending job on 4,096 paths, with and without impact: a ratio of means, with the error of the numerator.
private func drawnRows(_ setting: VerificationSetting, _ depth: JobOverride) throws -> [VerificationRow] {
  let variants: [(String, [JobOverride])] = [
    ("depth on chain", []), ("depth of an exchange", [depth]), ("no impact", [noImpact]),
  ]
  return try variants.map { name, overrides in
    let job = try StressJob.load(
      path: ProjectFolders.package + "/Jobs/lending.yaml",
      overrides: overrides + [JobOverride(keyPath: "paths", yaml: "4096")])
    let report = try StressTest(job).run(workers: setting.workers)
    func estimate(_ id: String) throws -> RiskMeasures.Estimate {
      try required(report.models.first?.estimates.first { $0.label.id == id }, id)
    }
    let days = Double(job.grid.steps) * job.grid.stepHours / 24
    let liquidated = try estimate("liquidation.notional.mean").value * days
    let shortfall = try estimate("waterfall.shortfall.mean")
    return .noted(
      "ten days drawn, 4,096 paths, \(name)", published: "0.02 … 0.2 %",
      obtained: "\(percent(shortfall.value / liquidated)) ± \(percent(shortfall.standardError / liquidated))")
  }
}

private func percent(_ fraction: Double) -> String { "\(significant(100 * fraction, digits: 2)) %" }
