import Clearing
import Simulation
import TestSupport
import Testing
import Venues

/// The engine against the plain reference under every margin model and overlay.
@Suite("The engine equals the reference under every margin model")
struct TwinMarginTests {
  static let cases = 0..<500

  @Test("step by step and path by path")
  func equal() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(margin: number))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      #expect(table.pathStates == [[twin.paths.count, 0]])
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
      }
    }
  }

  @Test("the cases exercise every model, estimator and overlay where somebody is closed")
  func features() throws {
    var counts: [String: Int] = [:]
    func add(_ feature: String, when happened: Bool = true) { counts[feature, default: 0] += happened ? 1 : 0 }
    for number in Self.cases {
      let twin = try #require(TwinCase(margin: number))
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        for (venue, outcome) in trace.outcomes.enumerated() where outcome.liquidationEvents > 0 {
          switch twin.venues[venue].model {
          case .sizePremium:
            add("size premium")
            let isPartial = trace.steps.contains { step in
              step.waves.contains { $0.actions.contains { $0.venue == venue && $0.closing.collateralShare < 1 } }
            }
            add("size premium with part of a balance closed", when: isPartial)
          case .openInterest: add("open interest")
          case .lending: add("efficiency modes")
          case .rated(let rating): addRated(rating, add)
          default: add("something else")
          }
        }
      }
    }
    #expect(counts["something else"] == nil)
    #expect(counts.count == 18)
    for (feature, count) in counts.sorted(by: { $0.key < $1.key }) {
      #expect(count >= 30, "\(feature): \(count) times")
    }
  }

  private func addRated(_ rating: ReferenceRating, _ add: (String, Bool) -> Void) {
    if case .garch = rating.estimator { add("garch", true) } else { add("ewma", true) }
    switch rating.law {
    case .normal(_, _, let own):
      add("normal", true)
      add("normal with own maintenance", own != nil)
    case .historical(_, _, let isShortfall, let own):
      add("historical quantile", !isShortfall)
      add("historical shortfall", isShortfall)
      add("historical with own maintenance", own != nil)
    case .lognormal(_, _, let own):
      add("lognormal", true)
      add("lognormal with own maintenance", own != nil)
    }
    add("market-wide volatility", rating.overlays.isMarketWide)
    add("long-run floor", rating.overlays.longRunFloor > 0)
    add("stress weight", rating.overlays.stressWeight > 0)
    add("buffer", rating.overlays.buffer != nil)
    add("speed limit", rating.overlays.largestChange != nil)
  }
}
