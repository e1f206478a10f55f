import Clearing
import Foundation
import Testing

@Suite("Market impact")
struct MarketImpactTests {
  private let scale = 0.05
  private let volume = 1e6

  private func law(_ exponent: Double) -> MarketImpact {
    MarketImpact(coefficient: 1, exponent: exponent, permanentShare: 0.4, halfLifeHours: 4)
  }

  @Test("square-root law by hand: 4 % of a day's volume at 10 % moves the log mark by 2 %, filled at two thirds")
  func byHand() {
    let wave = law(0.5).wave(from: 0, to: -0.04 * volume, scale: 0.1, volume: volume)
    #expect(abs(wave.shift + 0.02) < 1e-15)
    #expect(abs(wave.averageFill + 0.02 * 2 / 3) < 1e-15)
  }

  @Test("cutting a flow into waves changes nothing", arguments: [0.5, 0.3, 1])
  func cutting(exponent: Double) {
    let law = law(exponent)
    let bounds = [0, -1e3, -2.5e4, -1e4, 4e4, 3.9e5]
    var shift = 0.0
    var money = 0.0
    for (before, after) in zip(bounds, bounds.dropFirst()) {
      let wave = law.wave(from: before, to: after, scale: scale, volume: volume)
      money += (shift + wave.averageFill) * (after - before)
      shift += wave.shift
    }
    let whole = law.wave(from: 0, to: 3.9e5, scale: scale, volume: volume)
    #expect(abs(shift - whole.shift) < 1e-15)
    #expect(abs(money - whole.averageFill * 3.9e5) < 1e-9 * abs(money))
  }

  @Test("the average fill is the mean of G along the trade, by quadrature", arguments: [(0.5, 2e4), (0.3, -3e5)])
  func average(exponent: Double, end: Double) {
    let law = law(exponent)
    let start = 1e4
    let pieces = 200_000
    let mean =
      (0..<pieces).reduce(0) { sum, piece in
        let flow = start + (end - start) * (Double(piece) + 0.5) / Double(pieces)
        return sum + law.impact(flow: flow, scale: scale, volume: volume)
      } / Double(pieces)
    let wave = law.wave(from: start, to: end, scale: scale, volume: volume)
    #expect(abs(wave.averageFill - (mean - law.impact(flow: start, scale: scale, volume: volume))) < 1e-7)
  }

  @Test("odd in the flow, nothing without flow or without scale, half of the transient left after a half-life")
  func symmetry() {
    let law = law(0.5)
    let bought = law.wave(from: 0, to: 5e4, scale: scale, volume: volume)
    let sold = law.wave(from: 0, to: -5e4, scale: scale, volume: volume)
    #expect(bought.shift == -sold.shift && bought.averageFill == -sold.averageFill)
    #expect(law.wave(from: 7, to: 7, scale: scale, volume: volume) == (0, 0))
    #expect(law.wave(from: 0, to: 7, scale: 0, volume: volume) == (0, 0))
    #expect(law.decay(hours: 4) == 0.5 && law.decay(hours: 0) == 1)
  }

  @Test("a small trade on top of a large one costs next to nothing", arguments: [1e-6, 1e-3, 1, 1e3])
  func smallAfterLarge(flow: Double) {
    let wave = law(0.5).wave(from: 1_234_567, to: 1_234_567 + flow, scale: scale, volume: volume)
    let cost = wave.averageFill * flow
    #expect(cost >= -1e-9 && cost <= wave.shift * flow + 1e-9)
  }

  @Test("a pool by hand: selling a tenth of what it holds pays 1/1.1 a unit and leaves the price at 1/1.21")
  func poolByHand() {
    let pool = MarketImpact(coefficient: 0, exponent: 0.5, permanentShare: 1, halfLifeHours: 1, poolDepth: 1e6)
    let wave = pool.poolWave(flow: -1e5, moved: 0, depth: 1e6)
    #expect(abs(exp(wave.averageFill) - 1 / 1.1) < 1e-15 && abs(exp(wave.shift) - 1 / 1.21) < 1e-15)
    #expect(pool.poolWave(flow: 0, moved: 0.3, depth: 1e6) == (0, 0))
    #expect(pool.poolWave(flow: 1e6, moved: 0, depth: 1e6).shift == .infinity)
  }

  @Test("a pool's round trip ends where it began and costs nothing; cutting a sale into waves changes nothing")
  func poolRoundTrip() {
    let pool = MarketImpact(coefficient: 0, exponent: 0.5, permanentShare: 1, halfLifeHours: 1, poolDepth: 1e6)
    var mark = 100.0
    var moved = 0.0
    var money = 0.0
    func trade(_ units: Double) {
      let wave = pool.poolWave(flow: units * mark, moved: moved, depth: 1e6)
      money -= units * mark * exp(wave.averageFill)
      mark *= exp(wave.shift)
      moved += wave.shift
    }
    for units in [-700, -1300, -500.0] { trade(units) }
    let whole = pool.poolWave(flow: -2500 * 100, moved: 0, depth: 1e6)
    #expect(abs(moved - whole.shift) < 1e-14)
    #expect(abs(money - 2500 * 100 * exp(whole.averageFill)) < 1e-8)
    for units in [2000, 500.0] { trade(units) }
    #expect(abs(moved) < 1e-14 && abs(mark - 100) < 1e-11 && abs(money) < 1e-8)
  }

  @Test("depth thins with volatility to the power κ, to a twentieth at most, and thickens to twice at most")
  func thinning() {
    var law = law(0.5)
    #expect(law.depthFactor(volatility: 3, longRun: 0.5) == 1)
    law.thinning = 2
    #expect(law.depthFactor(volatility: 1, longRun: 0.5) == 0.25)
    #expect(law.depthFactor(volatility: 4, longRun: 0.5) == 0.05)
    #expect(law.depthFactor(volatility: 0, longRun: 0.5) == 2 && law.depthFactor(volatility: 1, longRun: 0) == 1)
  }
}
