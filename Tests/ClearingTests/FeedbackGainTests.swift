import Clearing
import Foundation
import Testing

/// The gain of forced trades under linear impact.
@Suite("Feedback gain")
struct FeedbackGainTests {
  @Test("evenly spread liquidation prices: impact per money times notional per log price")
  func even() throws {
    let turns = (1...1000).map { LiquidationMap.Turn(ratio: exp(-0.0001 * Double($0)), notional: 50) }
    let gain = try #require(FeedbackGain(along: turns, impactPerMoney: 1e-6))
    // 50 per 10⁻⁴, times 10⁻⁶.
    #expect(abs(gain.gain - 0.5) < 0.01)
  }

  @Test("the densest window counts, and what is liquidatable now does not")
  func densest() throws {
    let far = (0..<4).map { LiquidationMap.Turn(ratio: 1.2 + 0.001 * Double($0), notional: 25) }
    let turns = [LiquidationMap.Turn(ratio: 1, notional: 1e9), LiquidationMap.Turn(ratio: 1.05, notional: 60)] + far
    let gain = try #require(FeedbackGain(along: turns, impactPerMoney: 1e-4))
    #expect(abs(gain.gain - 1) < 1e-12 && gain.ratio == 1.2)
    #expect(FeedbackGain(along: [LiquidationMap.Turn(ratio: 1, notional: 5)], impactPerMoney: 1) == nil)
  }
}
