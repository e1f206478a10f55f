import RiskMeasures

/// How a measure is called in a report, and which way is good.
struct MeasureWording: Sendable {
  /// What a lower number means to the venue and its members.
  enum Meaning: Sendable {
    /// Lower is safer: losses, liquidations, draws on the reserve.
    case danger
    /// Higher is safer: coverage.
    case protection
    /// Lower is easier on the members: margin, its swings, calls.
    case burden
    /// Neither is better.
    case description
  }

  /// A short name, without the level.
  let name: String
  /// Which way is good.
  let meaning: Meaning

  /// The wording of a measure; one that is not listed goes by its id.
  init(_ id: String) {
    let known = Self.known[id] ?? (id, .description)
    name = known.0
    meaning = known.1
  }

  /// The name of one number: the measure, its level, and the part it is of.
  static func name(of label: MeasureLabel) -> String {
    var text = MeasureWording(label.id).name
    if let level = label.level { text += " \(NumberText.percent(level))" }
    let parts = [
      label.group.map { "group \($0)" }, label.asset, label.leverageBucket.map { "leverage \($0)" },
      label.origin.map { "by \($0)" },
    ]
    let named = parts.compactMap { $0 }
    if !named.isEmpty { text += ", " + named.joined(separator: ", ") }
    return text
  }

  /// The same text with a capital at its head, for tables.
  static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// Whether a difference of this sign is good; nil where neither way is.
  func isBetter(difference: Double) -> Bool? {
    switch meaning {
    case .danger, .burden: difference < 0
    case .protection: difference > 0
    case .description: nil
    }
  }

  /// Name and meaning by id. A new measure without a line here is shown by its id and called neither better nor worse.
  private static let known: [String: (String, Meaning)] = [
    "venue.loss.var": ("venue loss, VaR", .danger),
    "venue.loss.es": ("venue loss, ES", .danger),
    "book.loss.var": ("accounts' loss, VaR", .danger),
    "book.loss.es": ("accounts' loss, ES", .danger),
    "component.es": ("part of the venue's ES", .description),
    "liquidation.frequency": ("accounts liquidated", .danger),
    "liquidation.notional.mean": ("liquidated notional per day", .danger),
    "liquidation.count.mean": ("liquidations per day", .danger),
    "liquidation.events.mean": ("liquidation actions per day", .danger),
    "liquidation.firstPassageHours.median": ("median time to liquidation", .description),
    "cascade.waves.q99": ("waves of a cascade at", .danger),
    "cascade.amplification.q99": ("cascade amplification at", .danger),
    "reserve.exhaustionProbability": ("P(reserve exhausted)", .danger),
    "reserve.required": ("reserve required at", .danger),
    "reserve.required.es": ("reserve required, mean beyond", .danger),
    "reserve.uncovered.mean": ("uncovered loss if exhausted", .danger),
    "reserve.uncovered.unconditional.mean": ("uncovered loss, mean", .danger),
    "reserve.cover1": ("largest shortfall (Cover-1) at", .danger),
    "reserve.cover2": ("two largest shortfalls (Cover-2) at", .danger),
    "reserve.inflow.mean": ("income of the reserve", .description),
    "reserve.timeToExhaustionHours.median": ("median time to exhaustion", .description),
    "socialised.mean": ("loss socialised, mean", .danger),
    "badDebt.mean": ("bad debt, mean", .danger),
    "adl.notional.mean": ("auto-deleveraged notional, mean", .danger),
    "adl.haircut.mean": ("profit forgone in auto-deleveraging, mean", .danger),
    "waterfall.equity.mean": ("equity lost by accounts with a shortfall", .danger),
    "waterfall.penalty.mean": ("penalties and bonuses paid", .description),
    "waterfall.shortfall.mean": ("shortfalls, mean", .danger),
    "waterfall.segments.mean": ("shortfalls paid by segments, mean", .description),
    "waterfall.reserve.mean": ("shortfalls paid by the shared reserve, mean", .description),
    "liquidators.income.mean": ("income of liquidators", .description),
    "delay.waiting.mean": ("largest notional waiting, mean", .danger),
    "delay.hours.mean": ("hours until closed, mean", .danger),
    "delay.open.mean": ("loss still open at the horizon, mean", .danger),
    "backstop.failureProbability": ("P(backstop fails)", .danger),
    "backstop.profit.mean": ("profit of the backstop, mean", .protection),
    "backstop.taken.mean": ("notional taken by the backstop, mean", .description),
    "owners.toppedUp.mean": ("topped up after margin calls, mean", .description),
    "owners.topUps.mean": ("top-ups, mean", .description),
    "owners.deleveraged.mean": ("closed of their own accord, mean", .description),
    "owners.withdrawn.mean": ("withdrawn, mean", .description),
    "owners.liquidationsAvoided.mean": ("liquidations avoided by owners, mean", .protection),
    "owners.shortfallAvoided.mean": ("shortfalls avoided by owners, mean", .protection),
    "hedger.flow.mean": ("hedgers' flow, mean", .description),
    "hedger.cost.mean": ("hedgers' cost, mean", .danger),
    "hedger.gain.mean": ("hedgers' gain, mean", .description),
    "hedger.moveShare.mean": ("share of moves that hedging makes", .danger),
    "amplification.accounts": ("accounts liquidated, with over without impact", .danger),
    "amplification.notional": ("liquidated notional, with over without impact", .danger),
    "amplification.shortfall": ("shortfalls, with over without impact", .danger),
    "cause.price": ("liquidated by price", .description),
    "cause.ownImpact": ("liquidated by the venue's own impact", .description),
    "cause.otherVenue": ("liquidated by other venues", .danger),
    "cause.requirement": ("liquidated by a risen requirement", .burden),
    "contagion.share": ("not liquidated without the impact made", .description),
    "venue.failureProbability": ("P(the venue fails)", .danger),
    "venue.failureHours.median": ("median time to failure", .description),
    "total.loss.var": ("loss of all venues, VaR", .danger),
    "total.loss.es": ("loss of all venues, ES", .danger),
    "total.reserve.required": ("reserves of all venues required at", .danger),
    "total.uncovered.mean": ("uncovered loss of all venues, mean", .danger),
    "total.exhaustionProbability": ("P(a reserve is exhausted)", .danger),
    "total.jointExhaustionProbability": ("P(two or more are exhausted)", .danger),
    "component.venue.var": ("part of the venue in the VaR of all", .description),
    "component.venue.es": ("part of the venue in the ES of all", .description),
    "oracle.error.mean": ("oracle off the mark, mean", .danger),
    "oracle.error.largest.q99": ("oracle off the mark at", .danger),
    "oracle.blocked.mean": ("liquidations that waited for the oracle", .danger),
    "attacker.gain.mean": ("attacker's gain, mean", .danger),
    "attacker.profitProbability": ("P(attacker gains)", .danger),
    "attacker.reserveFall.mean": ("fall of the reserve, mean", .danger),
    "margin.initial.mean": ("initial margin, mean", .burden),
    "margin.coverage": ("margin coverage", .protection),
    "margin.peakToTrough": ("margin, peak to trough", .burden),
    "margin.largestIncrease": ("largest margin increase", .burden),
    "margin.changeDeviation": ("deviation of margin changes", .burden),
    "margin.callLargest": ("largest margin call", .burden),
    "margin.callLargest.q99": ("largest margin call at", .burden),
    "margin.requirementDrivenShare": ("liquidations driven by margin", .burden),
    "margin.volatilitySeen": ("volatility seen", .description),
    "margin.volatilityRealised": ("volatility realised", .description),
    "scenario.loss.mean": ("loss", .danger),
    "scenario.loss.es": ("loss, ES", .danger),
    "scenario.shortfall.mean": ("shortfalls", .danger),
    "scenario.uncovered.mean": ("uncovered loss", .danger),
    "scenario.reserveLeft.mean": ("reserve left", .protection),
    "scenario.exhaustionProbability": ("P(reserve exhausted)", .danger),
    "scenario.exhaustionHours.median": ("time to exhaustion", .description),
    "scenario.accounts.mean": ("accounts liquidated", .danger),
    "scenario.notional.mean": ("liquidated notional", .danger),
    "scenario.open.mean": ("loss still open at the end", .danger),
    "scenario.exogenousFall.mean": ("deepest fall of a price", .description),
    "scenario.markFall.mean": ("deepest fall of a mark", .danger),
    "scenario.initialMargin.mean": ("initial margin, mean", .burden),
    "scenario.coverage.mean": ("margin coverage", .protection),
    "scenario.call.mean": ("largest margin call", .burden),
    "scenario.peakToTrough.mean": ("margin, peak to trough", .burden),
  ]
}

extension NumberText {
  /// A value in its unit.
  static func text(_ value: Double, _ unit: MeasureUnit, _ style: Style = .measured) -> String {
    switch unit {
    case .money: money(value, style)
    case .probability, .fraction, .volatility: percent(value, style)
    case .count, .ratio: ratio(value, style)
    case .hours: hours(value, style)
    }
  }

  /// A difference in its unit, with its sign; that of two percentages in percentage points (pp).
  static func difference(_ value: Double, _ unit: MeasureUnit) -> String {
    let digits = text(value, unit).replacing("%", with: "pp")
    return value > 0 && digits != "0" ? "+" + digits : digits
  }

  /// An interval in brackets; empty if neither end is known.
  static func interval(_ interval: ConfidenceInterval, _ unit: MeasureUnit, signed: Bool = false) -> String {
    guard !interval.low.isNaN || !interval.high.isNaN else { return "" }
    let ends = [interval.low, interval.high].map { signed ? difference($0, unit) : text($0, unit) }
    return "[\(ends[0]), \(ends[1])]"
  }
}
