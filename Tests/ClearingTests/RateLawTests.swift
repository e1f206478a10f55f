import Clearing
import Foundation
import Kernels
import Markets
import Testing

@Suite("Laws that turn a volatility into rates")
struct RateLawTests {
  /// Vega protocol, risk model parameters of its market configurations: λ, τ in years, σ, factor of a short position.
  @Test(
    "published short factors of the lognormal law",
    arguments: [
      (1e-6, 0.001, 1.0, 0.168823688613152), (1e-6, 0.001, 2, 0.364832368677682), (1e-6, 0.002, 1, 0.246490344053441),
      (1e-4, 0.001, 1, 0.132813400256394),
    ])
  func published(tail: Double, years: Double, volatility: Double, factor: Double) {
    let law = LognormalLaw(tailProbability: tail, horizonYears: years)
    #expect(abs(law.rates(asset: 0, volatility: volatility).short - factor) < 1e-9)
  }

  @Test("the lognormal law is the mean loss of the worst cases, by quadrature", arguments: [0.001, 0.02, 0.3])
  func quadrature(tail: Double) {
    let law = LognormalLaw(tailProbability: tail, horizonYears: 0.01)
    let deviation = 0.9 * 0.1
    let end = -normalQuantile(tail)
    // Simpson's rule on the tail of the density, from the quantile to ten standard deviations beyond it.
    func mean(of loss: (Double) -> Double) -> Double {
      let pieces = 2000
      let width = 10 / Double(pieces)
      let sum = (0...pieces).reduce(0.0) { sum, place in
        let z = end + Double(place) * width
        let weight: Double = place == 0 || place == pieces ? 1 : place % 2 == 1 ? 4 : 2
        return sum + weight * loss(z) * exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      }
      return sum * width / 3 / tail
    }
    let rates = law.rates(asset: 0, volatility: 0.9)
    let short = mean { expm1(deviation * $0 - deviation * deviation / 2) }
    let long = mean { -expm1(-deviation * $0 - deviation * deviation / 2) }
    #expect(abs(rates.short - short) < 1e-9 && abs(rates.long - long) < 1e-9)
    #expect(rates.long < rates.short)
  }

  @Test("for small deviations both sides are the normal shortfall φ(z)/λ·s, and nothing moves without volatility")
  func smallDeviation() {
    let law = LognormalLaw(tailProbability: 0.01, horizonYears: 1)
    let rates = law.rates(asset: 0, volatility: 1e-5)
    let normal = normalPDF(normalQuantile(0.01)) / 0.01 * 1e-5
    #expect(abs(rates.long / normal - 1) < 1e-4 && abs(rates.short / normal - 1) < 1e-4)
    #expect(law.rates(asset: 0, volatility: 0) == SidedRate(0))
  }

  @Test("order statistics by hand: of losses 1 … 100, 95 is the 95 % quantile and 98 the mean beyond it")
  func orderStatistics() {
    let losses = RescaledLosses(residuals: (1...100).map { -Double($0) })
    #expect(losses.long == (1...100).map(Double.init))
    #expect(RescaledLosses.quantile(losses.long, confidence: 0.95) == 95)
    #expect(abs(RescaledLosses.shortfall(losses.long, confidence: 0.95) - 98) < 1e-9)
    // Between two ranks the mean takes part of the quantile: (0.5·95 + 96 + … + 100)/5.5.
    let between = RescaledLosses.shortfall(losses.long, confidence: 0.945)
    #expect(abs(between - (0.5 * 95 + 490) / 5.5) < 1e-9)
    #expect(RescaledLosses.quantile(losses.short, confidence: 0.95) == -6)
    let law = HistoricalLaw(losses: [losses, nil], confidence: 0.95, isShortfall: false, rootPeriod: 0.1)
    #expect(law.rates(asset: 0, volatility: 0.5).long == 95 * 0.05)
    #expect(law.rates(asset: 0, volatility: 0.5).short == 0)
    #expect(law.rates(asset: 1, volatility: 0.5) == SidedRate(0))
  }

  @Test("normal residuals give the normal law")
  func normalResiduals() {
    let residuals = (0..<100_000).map { normalQuantile((Double($0) + 0.5) / 100_000) }
    let losses = RescaledLosses(residuals: residuals)
    let quantile = HistoricalLaw(losses: [losses], confidence: 0.99, isShortfall: false, rootPeriod: 1)
    let shortfall = HistoricalLaw(losses: [losses], confidence: 0.99, isShortfall: true, rootPeriod: 1)
    let z = normalQuantile(0.99)
    for side in [\SidedRate.long, \SidedRate.short] {
      #expect(abs(quantile.rates(asset: 0, volatility: 1)[keyPath: side] - z) < 1e-3)
      #expect(abs(shortfall.rates(asset: 0, volatility: 1)[keyPath: side] - normalPDF(z) / 0.01) < 1e-3)
    }
  }

  @Test("residuals of a history: a return over the period by what was forecast at its start, none across a gap")
  func history() throws {
    // Returns of exactly 1 % up and down: σ̂ is 1 % a step whatever λ.
    var prices = [100.0]
    for step in 1...30 { prices.append(prices[step - 1] * exp(step % 2 == 0 ? 0.01 : -0.01)) }
    prices[20] = .nan
    let grid = try #require(TimeGrid(steps: 1, stepHours: 1))
    let history = try PriceHistory(
      assetIDs: ["A"], timesHours: (0...30).map { Double($0) + ($0 > 10 ? 5 : 0) }, prices: [prices])
    let estimator = ExponentialVolatility(lambda: 0.9, per: .step, grid: grid)
    let recursion = VolatilityRecursion(estimator, initialVolatility: 0.5)
    let losses = RescaledLosses(history: history, asset: 0, recursion: recursion, steps: 1)
    // 30 pairs of neighbours, less one across the gap of times and two beside the missing price.
    #expect(losses.long.count == 27)
    let moves = [1 - exp(0.01), 1 - exp(-0.01)].map { $0 / 0.01 }
    #expect(losses.long.allSatisfy { loss in moves.contains { abs($0 - loss) < 1e-9 } })
    let two = RescaledLosses(history: history, asset: 0, recursion: recursion, steps: 2)
    #expect(two.long.count == 25 && two.long.allSatisfy { abs($0) < 1e-9 })
  }
}
