import Foundation
import JobFiles
import Reports
import RiskMeasures
import StressTesting

/// One way to replay 10 October 2025 on the perpetual book.
///
/// Scale: a venue of k copies of each account with depth ADV, reserve R and backstop B is the venue of one copy with ADV/k,
/// R/k and B/k, to the factor k in every sum of money. So the book stays as it is and the published depth is divided.
struct OctoberVariant {
  /// What the depth of the market is.
  enum Depth {
    /// The exchange's own volume and half-spread by contract, a snapshot of five days before.
    case exchange
    /// What the portfolio states: a share of the largest exchange's volume, scaled like the book.
    case portfolio
  }

  let name: String
  var depth = Depth.exchange
  /// Y of the square-root law, 0 for none.
  var coefficient = 1.0
  /// How depth follows volatility.
  var thinning = 0.0
  /// Sources of bars in order of preference.
  var bars = "binance_usdtm_mark, binance_usdtm_perp, binance_spot"
  /// First bar and number of bars.
  var from = OctoberFall.hour
  var hours = 1
  /// Whether the fall from the open of the hour to its low is unrolled over the published twelve minutes.
  var isUnrolled = false
  /// Whether lows and highs of the bars are replayed, or closes alone.
  var hasLows = true
  /// Reserve in money of the published scale.
  var reserve = 0.0
  /// Whether positions are multiplied, account by account, instead of the accounts.
  var isMultiplied = false
  /// Further rules of the model, with money as the function of the scale makes it.
  var rules: @Sendable (_ scale: Double) -> [String] = { _ in [] }

  /// Number of steps that `hours` is cut into.
  private var steps: Int { isUnrolled ? OctoberFall.steps : hours }
  /// Length of the replay.
  private var horizonHours: Double { isUnrolled ? OctoberFall.hours : Double(hours) }

  /// The job's text. `scale` is k, `fall` the file of the unrolled fall.
  func job(portfolio: String, data: String, fall: String, scale: Double, volumes: [ContractSnapshot]) -> String {
    let divisor = isMultiplied ? 1 : scale
    let assets = volumes.map { contract in
      "    - { id: \(contract.asset), averageDailyVolume: \(contract.volume / divisor), halfSpread: \(contract.halfSpread) }"
    }
    let replayed = [
      "  history: { bars: \(data)/\(EventsJob.hourly), event: \(OctoberFall.event), venues: [\(bars)] }",
      "  from: \"\(from)\"",
    ]
    let all = ["autoDeleveraging: { ranking: profit-leverage }"] + rules(divisor)
    let lines =
      [
        "job: october-2025", "portfolio: \(portfolio)", "market:", "  calibration: \(portfolio)/market.yaml",
        "  process: { kind: replay }", "  intraStep: { kind: \(hasLows ? "bars" : "none") }",
      ] + (isUnrolled ? ["  history: { bars: \(fall) }"] : replayed) + ["depth:"]
      + (depth == .exchange ? ["  assets:"] + assets : []) + [
        "  impact: { coefficient: \(coefficient), exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4, "
          + "thinning: \(thinning) }",
        "horizon: { hours: \(horizonHours), stepHours: \(horizonHours / Double(steps)) }", "paths: 1", "seed: 1",
        "marginModels:", "  - { name: published tiers, kind: tiered, rules: { \(all.joined(separator: ", ")) } }",
      ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Replays the variant on a book and returns its sums, in money of the book.
  func outcome(
    of book: OctoberBook, data: String, fall: String, scale: Double, volumes: [ContractSnapshot], workers: Int
  ) throws -> OctoberOutcome {
    try book.setReserve(reserve / (isMultiplied ? 1 : scale))
    let file = book.folder + "/job.yaml"
    try job(portfolio: book.folder, data: data, fall: fall, scale: scale, volumes: volumes)
      .write(toFile: file, atomically: true, encoding: .utf8)
    return try OctoberOutcome(StressTest(try StressJob.load(path: file)).run(workers: workers), hours: horizonHours)
  }
}

/// Depth of one contract in the snapshot.
struct ContractSnapshot {
  let asset: String
  /// Volume of a day, money.
  let volume: Double
  /// Half of the relative spread.
  let halfSpread: Double
}

/// What one replay came to.
struct OctoberOutcome {
  /// Open interest at the start: half of the gross notional.
  let openInterest: Double
  /// Notional that liquidations closed.
  let liquidated: Double
  /// Notional of contracts that winners were closed out of.
  let deleveraged: Double
  /// Equity that liquidated accounts lacked.
  let shortfall: Double
  let residual: Double
  let completed: Int

  init(_ report: StressReport, hours: Double) throws {
    func figure(_ id: String) throws -> Double {
      try required(report.models.first?.estimates.first { $0.label.id == id }?.value, id)
    }
    openInterest = try required(report.venues.first, "the venue").openInterest
    liquidated = try figure("liquidation.notional.mean") * hours / 24
    deleveraged = try figure("adl.notional.mean")
    shortfall = try figure("waterfall.shortfall.mean")
    residual = report.largestConservationResidual
    completed = report.pathStates.first { $0.name == "completed" }?.count ?? 0
  }
}
