import Foundation
import Kernels
import RiskMeasures
import Simulation

/// VaR and ES of the fall of a book whose value is lognormal, as the report estimates them.
///
/// With S_T = S₀·exp(m + sZ): a held coin loses S₀ − S_T, so VaR_α = S₀ − S₀e^{m+sz_{1−α}} and
/// ES_α = S₀ − S₀e^{m+s²/2}·Φ(z_{1−α} − s)/(1−α). A short perpetual loses S_T − S₀: VaR_α = S₀e^{m+sz_α} − S₀ and
/// ES_α = S₀e^{m+s²/2}·Φ(s − z_α)/(1−α) − S₀. Source: A. McNeil, R. Frey, P. Embrechts, *Quantitative Risk Management*
/// (2015), section 2.3.
let lognormalCase = VerificationCase(
  id: "lognormal", group: .closedForms,
  summary: "book.loss VaR and ES = formulas of a lognormal position over 5 daily steps (131,072 paths)"
) { setting in
  try [true, false].flatMap { isHeld in
    let law = LognormalLoss(isHeld: isHeld)
    let summary = try law.summary(workers: setting.workers)
    return try law.levels.flatMap { level in
      try ["book.loss.var", "book.loss.es"].map { measure in
        let label = MeasureLabel(measure, venue: "small", unit: .money, level: level)
        let estimate = try required(summary.estimate(label), measure)
        return VerificationRow.estimate(
          "\(law.name): \(measure) \(level)",
          expected: measure == "book.loss.var" ? law.valueAtRisk(level) : law.expectedShortfall(level),
          obtained: estimate.value, standardError: estimate.standardError)
      }
    }
  }
}

/// A coin held, or sold short by a perpetual, for five days.
private struct LognormalLoss {
  let isHeld: Bool
  let levels = [0.95, 0.99, 0.999]
  private let drift = 0.2
  private let volatility = 0.75
  private let days = 5

  init(isHeld: Bool) { self.isHeld = isHeld }

  var name: String { isHeld ? "coin held" : "short perpetual" }

  private var years: Double { Double(days) / 365 }
  private var deviation: Double { volatility * years.squareRoot() }
  private var mean: Double { (drift - volatility * volatility / 2) * years }

  func summary(workers: Int) throws -> ModelSummary {
    let holding =
      isHeld
      ? SmallVenue.Holding(id: "only", spot: 1)
      : SmallVenue.Holding(id: "only", cash: 1e6, perpetual: -1, entryPrice: SmallVenue.price)
    let market = try brownianMarket(volatility: volatility, drift: drift, steps: days, stepHours: 24)
    let table = try SmallVenue(holdings: [holding]).simulator(market, seed: 3, paths: 131_072).run(workers: workers)
    return try required(
      RiskSummary(of: table, settings: MeasureSettings(levels: levels)).models.first, "the summary")
  }

  func valueAtRisk(_ level: Double) -> Double {
    let price = SmallVenue.price * exp(mean + deviation * normalQuantile(isHeld ? 1 - level : level))
    return isHeld ? SmallVenue.price - price : price - SmallVenue.price
  }

  func expectedShortfall(_ level: Double) -> Double {
    let forward = SmallVenue.price * exp(drift * years)
    let share = normalCDF(isHeld ? normalQuantile(1 - level) - deviation : deviation - normalQuantile(level))
    let tailPrice = forward * share / (1 - level)
    return isHeld ? SmallVenue.price - tailPrice : tailPrice - SmallVenue.price
  }
}
