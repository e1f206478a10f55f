import Clearing
import Foundation
import Kernels
import Markets
import Simulation

/// Limits of the impact of forced trades: none at all, and a flow cut into waves.
let impactCase = VerificationCase(
  id: "impact", group: .identities,
  summary: "no impact leaves the exogenous marks bit for bit; a flow cut into waves ends where the whole ends"
) { setting in
  try noImpactRows(setting) + splitLawRows() + splitWaveRows(setting)
}

private func noImpactRows(_ setting: VerificationSetting) throws -> [VerificationRow] {
  var venue = troubledVenue
  venue.impact = .none
  let market = try brownianMarket(volatility: 1.6, steps: 48, stepHours: 1)
  let simulator = try venue.simulator(market, seed: 63, paths: 4096)
  let series = try simulator.run(workers: setting.workers).series(model: 0, venue: 0)
  let troubled = series[.liquidatedAccounts].indices.filter { series[.liquidatedAccounts][$0] > 0 }
  var block = simulator.generator.makeBlock()
  var workspace = simulator.generator.makeWorkspace()
  simulator.generator.generate(block: 0, into: &block, workspace: &workspace)
  let watched = troubled.filter { $0 < pathsPerBlock }
  var compared = 0
  var equal = 0
  for path in watched {
    let observer = MarkObserver()
    _ = simulator.replay(path: path, model: 0, observer: observer)
    for (step, mark) in observer.closingMarks.enumerated() {
      compared += 1
      if mark.bitPattern == block.price(path: path, asset: 0, point: step + 1).bitPattern { equal += 1 }
    }
  }
  let drawdowns = zip(series[.markDrawdown], series[.exogenousDrawdown]).count { $0.bitPattern == $1.bitPattern }
  return [
    .atLeast("paths with a liquidation, of 4,096", bound: 1000, obtained: Double(troubled.count)),
    .holds(
      "no impact: marks of \(watched.count) such paths equal prices", expected: "\(compared)", obtained: "\(equal)",
      equal == compared && compared > 1000),
    .holds("no impact: drawdowns of all paths equal", expected: "4096", obtained: "\(drawdowns)", drawdowns == 4096),
  ]
}

/// ∫G over a flow in one piece and in many, for several laws.
private func splitLawRows() -> [VerificationRow] {
  let draws = KeyedDraws(seed: 64, path: 0, purpose: .verification)
  var shiftApart = 0.0
  var costApart = 0.0
  for step in 0..<UInt32(500) {
    let impact = MarketImpact(
      coefficient: 1, exponent: 0.2 + 0.8 * draws.uniform(step: step, factor: 0), permanentShare: 0.5, halfLifeHours: 1)
    let flow = (draws.uniform(step: step, factor: 1) - 0.5) * 1e7
    let cuts = (2..<8).map { flow * draws.uniform(step: step, factor: $0) }.sorted { abs($0) < abs($1) }
    let whole = impact.wave(from: 0, to: flow, scale: 0.04, volume: 1e6)
    var reached = 0.0
    var shift = 0.0
    var cost = 0.0
    for end in cuts + [flow] {
      let wave = impact.wave(from: reached, to: end, scale: 0.04, volume: 1e6)
      cost += (end - reached) * (shift + wave.averageFill)
      shift += wave.shift
      reached = end
    }
    shiftApart = max(shiftApart, abs(shift / whole.shift - 1))
    costApart = max(costApart, abs(cost / (flow * whole.averageFill) - 1))
  }
  return [
    .atMost("500 flows in 7 pieces: relative change of the mark's shift", bound: 1e-12, obtained: shiftApart),
    .atMost("500 flows in 7 pieces: relative change of the cost", bound: 1e-10, obtained: costApart),
  ]
}

/// One step with several waves: the mark ends where the law puts the summed flow. Only longs are there, so the flow of
/// the step is minus the notional closed.
private func splitWaveRows(_ setting: VerificationSetting) throws -> [VerificationRow] {
  var venue = troubledVenue
  venue.holdings = venue.holdings.filter { $0.perpetual > 0 }
  let volatility = 1.6
  let market = try brownianMarket(volatility: volatility, steps: 1, stepHours: 24)
  let simulator = try venue.simulator(market, seed: 65, paths: 2048)
  let series = try simulator.run(workers: setting.workers).series(model: 0, venue: 0)
  let paths = series[.waves].indices.filter { series[.waves][$0] >= 3 }.prefix(200)
  let dayVolatility = volatility / 365.0.squareRoot()
  var apart = 0.0
  for path in paths {
    let observer = MarkObserver()
    _ = simulator.replay(path: path, model: 0, observer: observer)
    let flow = -series[.liquidatedNotional][path]
    let expected = venue.impact.impact(
      flow: flow, scale: venue.impact.coefficient * dayVolatility, volume: venue.averageDailyVolume)
    let moved = log((observer.closingMarks.last ?? .nan) / (observer.openingMarks.last ?? .nan))
    apart = max(apart, abs(moved / expected - 1))
  }
  return [
    .atLeast("steps with three waves or more", bound: 50, obtained: Double(paths.count)),
    .atMost("their marks against the law of the summed flow, relative", bound: 1e-9, obtained: apart),
  ]
}

/// Writes down the marks of every step.
private final class MarkObserver: ReplayObserver {
  private(set) var openingMarks: [Double] = []
  private(set) var closingMarks: [Double] = []

  func stepBegan(_ step: Int, snapshot: VenueSnapshot) { openingMarks.append(snapshot.marks[0]) }
  func waveBooked(_ wave: Int, closings: [ClosingRecord], fills: [Double], venue: Int) {}
  func stepEnded(_ step: Int, snapshot: VenueSnapshot) { closingMarks.append(snapshot.marks[0]) }
}
