import Markets
import TestSupport

/// Daily GARCH figures converted to hours, simulated hour by hour: is the day the fitted day?
///
/// Laws whose conversion has an eighth moment for variance, kurtosis and squares; typical fits of crypto assets, whose hours
/// have none, by how fast a storm is over. Variance and half-life must hold under each method, the kurtosis under all but
/// the diffusion limit, whose days have an infinite one.
let conversionCase = VerificationCase(
  id: "conversion", group: .estimation,
  summary: "days of hourly GARCH paths with converted figures = the daily model (2,048 × 1,000 days; 65,536 × 71 days)"
) { setting in
  let settled = [
    ("α 0.05, β 0.94, ν 20", daily(0.05, 0.94, 20, start: 1)),
    ("α 0.03, β 0.95, ν 30", daily(0.03, 0.95, 30, start: 1)),
    ("α 0.05, β 0.90, normal", daily(0.05, 0.9, nil, start: 1)),
  ]
  let storms = [
    ("α 0.08, β 0.88, ν 6", daily(0.08, 0.88, 6, start: 2)), ("α 0.15, β 0.83, ν 6", daily(0.15, 0.83, 6, start: 2)),
  ]
  var rows: [VerificationRow] = []
  for (index, (name, law)) in settled.enumerated() {
    let days = try required(
      try ConvertedDays(law, days: 1400, blocks: 8, seed: 80 + UInt64(index), workers: setting.workers), "the days")
    rows += days.longRunRows(after: 400).map { row(name, days, $0) }
  }
  for (index, (name, law)) in storms.enumerated() {
    let days = try required(
      try ConvertedDays(law, days: 71, blocks: 256, seed: 90 + UInt64(index), workers: setting.workers), "the days")
    rows += days.decayRows(days: [0, 1, 10, 35, 70]).map { row(name, days, $0) }
  }
  return rows
}

/// A daily law with a long-run volatility of 80 % a year that starts at `start` times it.
private func daily(_ alpha: Double, _ beta: Double, _ nu: Double?, start: Double) -> GarchParameters {
  GarchParameters(
    stepHours: 24, mean: 5e-4, omega: 0.64 / 365 * (1 - alpha - beta), alpha: alpha, gamma: 0, beta: beta,
    degreesOfFreedom: nu, initialVolatility: 0.8 * start)
}

private func row(_ name: String, _ days: ConvertedDays, _ row: ConvertedDays.Row) -> VerificationRow {
  .estimate(
    "\(name), \(days.hourly.method.rawValue): \(row.quantity)", expected: row.expected, obtained: row.obtained,
    standardError: row.standardError)
}
