import Kernels
import RiskMeasures
import Schema
import Simulation
import Testing

/// What every family of measures must keep, run on each of them over plain and awkward tables.
@Suite("Contract of risk measures")
struct RiskMeasureContract {
  private static func random(_ paths: Int, seed: UInt64) -> SampleTable {
    var sample = SampleTable(paths: paths, models: [.baseline, .dynamic])
    for model in 0..<2 {
      for (index, quantity) in PathQuantity.allCases.enumerated() {
        sample.columns[model][quantity] = Draw.uniforms(paths, seed: seed, factor: UInt32(10 + 40 * model + index))
      }
      sample.columns[model][.exhaustionHours] = sample.columns[model][.exhaustionHours]?.map {
        $0 < 0.4 ? 6 : .infinity
      }
      // Causes are parts of what was liquidated.
      let accounts = sample.columns[model][.liquidatedAccounts] ?? []
      for cause in [PathQuantity.causedByPrice, .causedByOwnImpact, .causedByOtherVenue, .causedByRequirement] {
        sample.columns[model][cause] = sample.columns[model][cause].map { zip($0, accounts).map { $0 * $1 / 4 } }
      }
      sample.liquidated[model] = (0..<paths).map { [$0 % 4, ($0 * model + 1) % 4] }
      sample.bookLoss[model] = Draw.normals(paths, seed: seed, factor: UInt32(model))
    }
    return sample
  }

  /// Ordinary, nothing happened, one path, none, everything blank, a path blank under one model only.
  static let tables: [SampleTable] = {
    var blank = random(50, seed: 3)
    blank.columns = blank.columns.map { columns in columns.mapValues { $0.map { _ in .nan } } }
    var partly = random(60, seed: 4)
    partly.columns[1][.loss]?[7] = .nan
    var odd = random(60, seed: 5)
    odd.columns[0][.peakToTrough] = [Double](repeating: .infinity, count: 60)
    odd.columns[0][.largestCall] = [Double](repeating: 1e308, count: 60)
    let calm = SampleTable(paths: 40, models: [.baseline, .dynamic])
    return [random(700, seed: 1), calm, random(1, seed: 2), random(0, seed: 2), blank, partly, odd]
  }()

  @Test("labels carry known ids and the venue, and do not repeat", arguments: tables.indices)
  func labels(table: Int) {
    let summary = Self.tables[table].summary()
    let about = Dictionary(uniqueKeysWithValues: allMeasureDescriptions.map { ($0.id, $0) })
    for model in summary.models {
      #expect(Set(model.estimates.map(\.label)).count == model.estimates.count)
      for estimate in model.estimates {
        #expect(estimate.label.venue == "perps")
        #expect(about[estimate.id]?.unit == estimate.label.unit, "\(estimate.id)")
        let levels = about[estimate.id]?.levels(in: summary.settings) ?? []
        #expect(estimate.label.level.map(levels.contains) ?? levels.isEmpty, "\(estimate.id)")
      }
    }
  }

  @Test("nothing is infinite, what is undefined has a note, an interval holds its value", arguments: tables.indices)
  func numbers(table: Int) {
    let summary = Self.tables[table].summary()
    for estimate in summary.models.flatMap(\.estimates) {
      check(
        estimate.value, estimate.standardError, estimate.interval, note: estimate.note, "\(estimate.label)",
        confidence: estimate.confidence)
    }
    for difference in summary.comparisons.flatMap(\.differences) {
      check(
        difference.difference, difference.standardError, difference.interval, note: difference.note,
        "\(difference.label)", confidence: difference.confidence)
    }
  }

  private func check(
    _ value: Double, _ error: Double, _ interval: ConfidenceInterval, note: String?, _ what: String, confidence: Double
  ) {
    #expect(!value.isInfinite && !error.isInfinite, "\(what)")
    #expect(!interval.low.isInfinite && !interval.high.isInfinite, "\(what)")
    #expect(note != nil || !(value.isNaN || error.isNaN), "\(what)")
    #expect(error.isNaN || error >= 0, "\(what)")
    #expect(!interval.excludes(value) || value.isNaN, "\(what)")
    #expect(confidence == 0.95)
  }

  @Test("every family says what it is, and every id belongs to one family")
  func descriptions() {
    let kinds = allRiskMeasures.map { $0.kind }
    #expect(Set(kinds.map(\.name)).count == kinds.count)
    #expect(kinds.allSatisfy { !$0.summary.isEmpty && !$0.source.isEmpty && !$0.formula.isEmpty })
    #expect(Set(allMeasureDescriptions.map(\.id)).count == allMeasureDescriptions.count)
  }

  @Test("no model, no venue: an empty summary")
  func empty() {
    var table = Self.tables[0].table
    table.venues = []
    #expect(RiskSummary(of: table, settings: .forTests).comparisons.map(\.differences.count) == [0])
    table.models = []
    #expect(RiskSummary(of: table, settings: .forTests).models.isEmpty)
  }
}
