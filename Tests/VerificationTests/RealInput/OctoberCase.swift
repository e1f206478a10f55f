import Foundation

/// 10 October 2025 on the synthetic perpetual book at the scale of the exchange that published its auto-deleveraging.
let octoberCase = VerificationCase(
  id: "october", group: .realInput,
  summary:
    "10 October 2025 on the perpetual book at the published open interest: auto-deleveraged ÷ liquidated notional"
) { setting in
  let files = [EventsJob.hourly, OctoberPublished.byContract, OctoberPublished.snapshot]
  let missing = files.filter { !FileManager.default.fileExists(atPath: "\(setting.data)/\($0)") }
  guard missing.isEmpty else {
    return [.skipped("10 October 2025", because: "\(missing.joined(separator: ", ")) not in \(setting.data)")]
  }
  let published = try OctoberPublished(data: setting.data)
  let inputs = "\(setting.results)/october-input"
  let study = OctoberStudy(published: published, setting: setting, inputs: inputs)
  try study.prepare()
  var outcomes = [[OctoberOutcome]](repeating: [], count: octoberVariants.count)
  var identity: [VerificationRow] = []
  for draw in 0..<OctoberStudy.books {
    let book = try OctoberBook(seed: draw == 0 ? nil : UInt64(draw), folder: "\(inputs)/book-\(draw)")
    let replayed = try study.replay(book)
    for (index, outcome) in replayed.enumerated() { outcomes[index].append(outcome) }
    if draw == 0 { identity = try study.scaleRows(book) }
  }
  return published.rows + identity + study.rows(outcomes)
}

/// What a bar leaves open, between its two ends: the whole fall in one jump, and a straight line over the published twelve
/// minutes. Both with the exchange's own volumes, mark prices, and no fund beside its vault, which is varied.
private let octoberVariants: [OctoberVariant] = [
  OctoberVariant(name: "one jump: the bar of the hour, no reserve"),
  OctoberVariant(name: "straight fall: twelve minutes, no reserve", isUnrolled: true),
  OctoberVariant(name: "straight fall, no impact", coefficient: 0, isUnrolled: true),
  OctoberVariant(name: "straight fall, depth thins (0.7)", thinning: 0.7, isUnrolled: true),
  OctoberVariant(name: "straight fall, portfolio's depth", depth: .portfolio, isUnrolled: true),
  OctoberVariant(name: "straight fall, reserve 109m", isUnrolled: true, reserve: 109e6),
  OctoberVariant(name: "straight fall, vault of 300m as reserve", isUnrolled: true, reserve: 300e6),
  OctoberVariant(name: "one jump, no impact", coefficient: 0),
  OctoberVariant(name: "one jump, portfolio's depth", depth: .portfolio),
  OctoberVariant(name: "one jump, depth thins (0.7)", thinning: 0.7),
  OctoberVariant(name: "one jump, last trades of spot", bars: "binance_spot, binance_usdtm_perp"),
  OctoberVariant(name: "one jump, closes only", hasLows: false),
  OctoberVariant(
    name: "one jump, accounts liquidated whole",
    rules: { _ in ["liquidation: { policy: full, penalty: 0.005, reserveShare: 0.5, waves: 8 }"] }),
  OctoberVariant(name: "one jump, positions multiplied", isMultiplied: true),
  OctoberVariant(name: "one jump, reserve 109m", reserve: 109e6),
  OctoberVariant(name: "one jump, vault of 300m as reserve", reserve: 300e6),
  OctoberVariant(name: "one jump, slow liquidators", rules: { [OctoberVariant.liquidators($0)] }),
  OctoberVariant(
    name: "one jump, slow, vault as backstop",
    rules: { [OctoberVariant.liquidators($0), OctoberVariant.vault($0)] }),
  OctoberVariant(name: "bars from 20:00, two hours", from: "2025-10-10T20:00Z", hours: 2),
  OctoberVariant(name: "bars from 00:00, two days", from: "2025-10-10T00:00Z", hours: 48),
]

extension OctoberVariant {
  /// Liquidators who trade no more an hour than all contracts did on average in the week before: 10bn a day.
  fileprivate static func liquidators(_ scale: Double) -> String {
    "liquidators: { capacityPerHour: \(1e10 / 24 / scale) }"
  }

  /// The exchange's vault, which takes over what liquidators leave, at the mark.
  fileprivate static func vault(_ scale: Double) -> String {
    "backstop: { capital: \(3e8 / scale), discount: 0, maximumLeverage: 20 }"
  }
}

/// What was published of that day.
private struct OctoberPublished {
  static let byContract = "hyperliquid_20251010_adl_by_coin.csv"
  static let snapshot = "hyperliquid_markets_20251005.csv"
  /// Open interest before the event: The Block, Data and Insights, October 2025.
  static let openInterest = 13.8e9

  static let assets = ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "AVAX", "LINK", "DOGE", "LTC", "DOT", "AAVE"]
  /// Auto-deleveraged and liquidated notional of all contracts, and of the twelve by contract.
  let all: (deleveraged: Double, liquidated: Double)
  let twelve: [(deleveraged: Double, liquidated: Double)]
  let volumes: [ContractSnapshot]

  init(data: String) throws {
    /// A blank cell is a contract in which nothing of the kind happened.
    func number(_ row: [Substring: Substring], _ column: Substring) throws -> Double {
      let cell = try required(row[column], "the column \(column)")
      return cell.isEmpty ? 0 : try required(Double(cell), "a number in \(column)")
    }
    let contracts = try plainTable("\(data)/\(Self.byContract)").map { row in
      (
        name: row["coin"] ?? "", deleveraged: try number(row, "adl_notional_usd"),
        liquidated: try number(row, "liq_notional_usd")
      )
    }
    all = (contracts.reduce(0) { $0 + $1.deleveraged }, contracts.reduce(0) { $0 + $1.liquidated })
    twelve = contracts.filter { Self.assets.contains(String($0.name)) }.map { ($0.deleveraged, $0.liquidated) }
    let snapshot = try plainTable("\(data)/\(Self.snapshot)")
    volumes = try Self.assets.map { asset in
      let row = try required(snapshot.first { $0["coin"] == Substring(asset) }, "\(asset) in the snapshot")
      return ContractSnapshot(
        asset: asset, volume: try number(row, "notional_volume_24h"),
        halfSpread: try number(row, "half_spread_bp") * 1e-4
      )
    }
  }

  var ratio: Double { all.deleveraged / all.liquidated }
  /// Least and largest ratio of the twelve contracts.
  var range: (Double, Double) {
    let ratios = twelve.map { $0.deleveraged / $0.liquidated }
    return (ratios.min() ?? .nan, ratios.max() ?? .nan)
  }

  var rows: [VerificationRow] {
    let part = twelve.reduce((0.0, 0.0)) { ($0.0 + $1.deleveraged, $0.1 + $1.liquidated) }
    return [
      .holds(
        "published: auto-deleveraged ÷ liquidated, all contracts; the twelve together; least and largest of them",
        expected: "",
        obtained: [ratio, part.0 / part.1, range.0, range.1].map { significant($0, digits: 3) }.joined(separator: "; "),
        twelve.count == Self.assets.count),
      .noted(
        "published: liquidated ÷ open interest", published: "",
        obtained: significant(all.liquidated / Self.openInterest, digits: 3)),
    ]
  }
}

/// The replays and their table.
private struct OctoberStudy {
  /// Books: the embedded one and redrawn ones.
  static let books = 12

  let published: OctoberPublished
  let setting: VerificationSetting
  let inputs: String

  /// The file of the unrolled fall.
  private var fall: String { inputs + "/fall.csv" }

  /// Writes what all replays read.
  func prepare() throws {
    try OctoberFall.write(
      assets: OctoberPublished.assets, sources: ["binance_usdtm_mark", "binance_usdtm_perp", "binance_spot"],
      data: setting.data, to: fall)
  }

  private func outcome(_ variant: OctoberVariant, _ book: OctoberBook, scale: Double) throws -> OctoberOutcome {
    try variant.outcome(
      of: book, data: setting.data, fall: fall, scale: scale, volumes: published.volumes, workers: setting.workers)
  }

  /// k of a book: published open interest over its own.
  private func scale(_ book: OctoberBook) throws -> Double {
    let alone = OctoberVariant(name: "", depth: .portfolio, hasLows: false)
    return try OctoberPublished.openInterest / outcome(alone, book, scale: 1).openInterest
  }

  /// Every variant on one book.
  func replay(_ book: OctoberBook) throws -> [OctoberOutcome] {
    let scale = try scale(book)
    return try octoberVariants.map { variant in
      guard variant.isMultiplied else { return try outcome(variant, book, scale: scale) }
      return try outcome(
        variant, book.changed(copies: 1, multiple: scale, folder: book.folder + "-multiplied"), scale: scale)
    }
  }

  /// Two copies of every account at twice the depth are the book itself, twice.
  func scaleRows(_ book: OctoberBook) throws -> [VerificationRow] {
    let one = try outcome(octoberVariants[0], book, scale: 12)
    let twice = try book.changed(copies: 2, multiple: 1, folder: book.folder + "-twice")
    let two = try outcome(octoberVariants[0], twice, scale: 6)
    return [
      .relative(
        "two copies of each account at twice the depth: liquidated", expected: 2 * one.liquidated,
        obtained: two.liquidated, within: 1e-9),
      .relative(
        "two copies of each account at twice the depth: auto-deleveraged", expected: 2 * one.deleveraged,
        obtained: two.deleveraged, within: 1e-9),
    ]
  }

  func rows(_ outcomes: [[OctoberOutcome]]) -> [VerificationRow] {
    let all = outcomes.flatMap { $0 }
    let ratios = outcomes.map { SampleRatio($0.map { ($0.deleveraged, $0.liquidated) }) }
    return [
      .holds(
        "replays that ran to their end", expected: "\(Self.books * octoberVariants.count)",
        obtained: "\(all.count { $0.completed == 1 })", all.allSatisfy { $0.completed == 1 }),
      .atMost("largest conservation residual", bound: 1e-9, obtained: all.map(\.residual).max() ?? .infinity),
      .between(
        "published ratio: between a straight fall and one jump", ratios[1].value, ratios[0].value,
        obtained: published.ratio),
      .between("one jump: nearly everyone ends bankrupt", 0.8, 1.2, obtained: ratios[0].value),
      .between("straight fall: hardly anyone does", 0, 0.25, obtained: ratios[1].value),
    ]
      + zip(octoberVariants, zip(outcomes, ratios)).map { variant, row in
        .noted(
          variant.name, published: significant(published.ratio, digits: 3), obtained: described(row.0, row.1))
      }
  }

  /// Ratio with its error over books, then liquidated ÷ open interest and shortfall ÷ liquidated.
  private func described(_ outcomes: [OctoberOutcome], _ ratio: SampleRatio) -> String {
    let liquidated = SampleRatio(outcomes.map { ($0.liquidated, $0.openInterest) })
    let shortfall = SampleRatio(outcomes.map { ($0.shortfall, $0.liquidated) })
    func text(_ value: SampleRatio) -> String {
      "\(significant(value.value, digits: 3)) ± \(significant(value.standardError, digits: 2))"
    }
    return "\(text(ratio)); of open interest \(text(liquidated)); shortfall \(text(shortfall))"
  }
}
