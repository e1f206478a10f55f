import Kernels
import RiskMeasures
import Simulation
import Testing

@Suite("Losses of the venue and of the book")
struct VenueLossTests {
  private func table(losses: [Double]) -> SampleTable {
    var sample = SampleTable(paths: losses.count)
    sample.columns[0][.loss] = losses
    sample.bookLoss[0] = losses.map { $0 * 4 }
    return sample
  }

  @Test("VaR and ES of 100,000 exponential losses are ln(1/(1−α)) and 1 + that, within 4 standard errors")
  func closedForm() throws {
    let summary = table(losses: Draw.exponentials(100_000, seed: 5)).summary()
    for (level, exact) in [(0.95, 2.995732273553991), (0.99, 4.605170185988091), (0.999, 6.907755278982137)] {
      let valueAtRisk = try #require(summary.estimate("venue.loss.var", level: level))
      let shortfall = try #require(summary.estimate("venue.loss.es", level: level))
      #expect(abs(valueAtRisk.value - exact) < 4 * valueAtRisk.standardError)
      #expect(abs(shortfall.value - exact - 1) < 4 * shortfall.standardError)
      #expect(valueAtRisk.paths == 100_000)
      #expect(valueAtRisk.note == nil)
      #expect(valueAtRisk.label.unit == .money)
    }
  }

  @Test("ES is never below VaR, and both grow with the level")
  func order() throws {
    for seed in 0..<20 {
      let summary = table(losses: Draw.normals(50 + 37 * seed, seed: UInt64(seed))).summary()
      var previous = (-Double.infinity, -Double.infinity)
      for level in summary.settings.levels {
        let valueAtRisk = try #require(summary.estimate("venue.loss.var", level: level)).value
        let shortfall = try #require(summary.estimate("venue.loss.es", level: level)).value
        #expect(shortfall >= valueAtRisk)
        #expect(valueAtRisk >= previous.0 && shortfall >= previous.1)
        previous = (valueAtRisk, shortfall)
      }
    }
  }

  @Test("over 300 seeds the ES interval covers the truth about as often as stated")
  func coverage() throws {
    let settings = MeasureSettings(levels: [0.95], seed: 1)
    var hits = 0
    for seed in 0..<300 {
      let summary = table(losses: Draw.normals(4000, seed: UInt64(seed))).summary(settings)
      let shortfall = try #require(summary.estimate("venue.loss.es", level: 0.95))
      hits += shortfall.interval.excludes(2.0627128075074257) ? 0 : 1  // φ(1.6448536)/0.05
    }
    #expect(abs(deviation(hits: hits, of: 300, probability: 0.95)) < 4)
  }

  @Test("group losses have their own estimates, and the book's scale with them")
  func groups() throws {
    let summary = table(losses: Draw.exponentials(2000, seed: 8)).summary()
    let book = try #require(summary.estimate("book.loss.es", level: 0.99))
    let retail = try #require(summary.estimate("book.loss.es", level: 0.99, group: "retail"))
    let funds = try #require(summary.estimate("book.loss.es", level: 0.99, group: "funds"))
    #expect(abs(retail.value + funds.value - book.value) < 1e-9)
    #expect(abs(retail.standardError - 0.75 * book.standardError) < 1e-9)
  }

  @Test("a venue that loses nothing has zero everywhere, with zero error")
  func allZero() throws {
    let summary = table(losses: [Double](repeating: 0, count: 3000)).summary()
    for level in [0.95, 0.99, 0.999] {
      for id in ["venue.loss.var", "venue.loss.es"] {
        let estimate = try #require(summary.estimate(id, level: level))
        #expect(estimate.value == 0 && estimate.standardError == 0)
        #expect(estimate.interval == ConfidenceInterval(low: 0, high: 0))
      }
    }
    let curve = summary.models[0].venues[0].lossExceedance
    #expect(curve.points.map(\.x) == [0])
    #expect(curve.points.map(\.probability) == [1])
  }

  @Test("one path is its own quantile and mean, without an error and with a note")
  func onePath() throws {
    let summary = table(losses: [12.5]).summary()
    for id in ["venue.loss.var", "venue.loss.es"] {
      let estimate = try #require(summary.estimate(id, level: 0.99))
      #expect(estimate.value == 12.5)
      #expect(estimate.standardError.isNaN)
      #expect(estimate.note != nil)
    }
    let mean = try #require(summary.estimate("reserve.inflow.mean"))
    #expect(mean.value == 0 && mean.standardError.isNaN && mean.note != nil)
  }

  @Test("no path at all: everything undefined, nothing crashes")
  func noPath() {
    let summary = table(losses: []).summary()
    #expect(summary.models[0].estimates.allSatisfy { $0.value.isNaN && $0.note != nil })
    #expect(summary.models[0].venues[0].lossExceedance.points.isEmpty)
    #expect(summary.models[0].venues[0].reserve.points.isEmpty)
  }

  @Test("paths that are not finite are left out of every estimate, counted and said")
  func nonFinitePaths() throws {
    let good = Draw.exponentials(500, seed: 9)
    var losses = good
    losses.insert(.nan, at: 3)
    losses.insert(.infinity, at: 100)
    let with = table(losses: losses).summary()
    let without = table(losses: good).summary()
    for id in ["venue.loss.var", "venue.loss.es", "book.loss.var", "book.loss.es"] {
      let estimate = try #require(with.estimate(id, level: 0.95))
      #expect(estimate.value == (try #require(without.estimate(id, level: 0.95))).value)
      #expect(estimate.paths == 500)
      #expect(estimate.note?.contains("2 of 502 paths are left out") == true)
    }
    #expect(with.estimate("reserve.exhaustionProbability")?.paths == 500)
    #expect(with.estimate("liquidation.frequency", bucket: "low")?.note?.contains("2 paths are not finite") == true)
  }

  @Test("numbers beyond the range of doubles become undefined with a note, never infinite")
  func overflow() throws {
    let summary = table(losses: (0..<100).map { $0 % 2 == 0 ? 1e308 : -1e308 }).summary()
    for estimate in summary.models[0].estimates {
      #expect(!estimate.value.isInfinite && !estimate.standardError.isInfinite)
      #expect(!estimate.interval.low.isInfinite && !estimate.interval.high.isInfinite)
    }
    #expect(summary.estimate("venue.loss.es", level: 0.95)?.note != nil)
  }
}
