import Kernels
import RiskMeasures
import Simulation
import Testing

/// Totals over venues and the parts of each, against sums by hand.
@Suite("Totals over venues")
struct TotalLossTests {
  /// Two venues with given losses; the second is called `pool`.
  private static func table(_ first: SampleTable, _ second: SampleTable) -> OutcomeTable {
    var table = first.table
    let other = second.table
    var label = other.venues[0]
    label.id = "pool"
    table.venues.append(label)
    table.moments += other.moments
    table.series = table.models.indices.flatMap { model -> [OutcomeSeries] in
      let own = other.series[model]
      return [
        table.series[model],
        OutcomeSeries(
          model: model, venue: 1, columns: own.columns, bookLoss: own.bookLoss,
          liquidationsByAccount: own.liquidationsByAccount, firstPassage: own.firstPassage, reserveFan: own.reserveFan),
      ]
    }
    return table
  }

  private static func sample(_ losses: [Double], exhausted: Set<Int> = []) -> SampleTable {
    var sample = SampleTable(paths: losses.count)
    sample.columns[0][.loss] = losses
    sample.columns[0][.requiredReserve] = losses.map { max(0, $0) }
    sample.columns[0][.uncovered] = losses.map { max(0, $0 - 90) }
    sample.columns[0][.exhaustionHours] = losses.indices.map { exhausted.contains($0) ? 5 : .infinity }
    return sample
  }

  private func estimate(_ summary: RiskSummary, _ id: String, level: Double? = nil, venue: String = "all venues")
    throws -> Estimate
  {
    let found = summary.models[0].estimates.filter {
      $0.id == id && $0.label.level == level && $0.label.venue == venue
    }
    #expect(found.count == 1, "\(id)")
    return try #require(found.first)
  }

  @Test("a path's total is the sum on that path; parts of VaR and ES add up to the total's")
  func sums() throws {
    let perps = (0..<200).map { Double($0) }
    let pool = (0..<200).map { Double(($0 * 7) % 200) / 2 - 10 }
    let exhausted = (Set(100..<120), Set(110..<150))
    let summary = RiskSummary(
      of: Self.table(Self.sample(perps, exhausted: exhausted.0), Self.sample(pool, exhausted: exhausted.1)),
      settings: .forTests)
    let totals = zip(perps, pool).map { $0 + $1 }
    let sorted = totals.sorted()
    #expect(try estimate(summary, "total.loss.var", level: 0.99).value == sorted[197])
    let shortfall = sorted[197] + (sorted[198] + sorted[199] - 2 * sorted[197]) / 2
    #expect(abs(try estimate(summary, "total.loss.es", level: 0.99).value - shortfall) < 1e-9)
    for (part, whole) in [("component.venue.var", sorted[197]), ("component.venue.es", shortfall)] {
      let parts = try ["perps", "pool"].map { try estimate(summary, part, level: 0.99, venue: $0).value }
      #expect(abs(parts[0] + parts[1] - whole) < 1e-9, "\(part)")
    }
    let required = zip(perps, pool).map { max(0, $0) + max(0, $1) }.sorted()
    #expect(try estimate(summary, "total.reserve.required", level: 0.99).value == required[197])
    let uncovered = zip(perps, pool).reduce(0) { $0 + max(0, $1.0 - 90) + max(0, $1.1 - 90) } / 200
    #expect(abs(try estimate(summary, "total.uncovered.mean").value - uncovered) < 1e-9)
    #expect(try estimate(summary, "total.exhaustionProbability").value == 50.0 / 200)
    #expect(try estimate(summary, "total.jointExhaustionProbability").value == 10.0 / 200)
  }

  @Test("a venue that loses the same on every path brings exactly that to VaR and ES")
  func constantPart() throws {
    let normals = Draw.normals(1000, seed: 3).map { 50 + 10 * $0 }
    let summary = RiskSummary(
      of: Self.table(Self.sample(normals), Self.sample([Double](repeating: 7, count: 1000))), settings: .forTests)
    let shortfall = try estimate(summary, "component.venue.es", level: 0.99, venue: "pool")
    #expect(abs(shortfall.value - 7) < 1e-9 && shortfall.standardError < 1e-9)
    let share = try estimate(summary, "component.venue.var", level: 0.99, venue: "pool")
    #expect(abs(share.value - 7) < 0.2, "the window's mean total is near VaR, not at it")
  }

  @Test("one venue has no totals, and a path that is not finite at one venue counts for none")
  func left() throws {
    #expect(Self.sample([1, 2, 3]).summary().models[0].estimates.allSatisfy { !$0.id.hasPrefix("total.") })
    let summary = RiskSummary(
      of: Self.table(Self.sample([1, .nan, 3]), Self.sample([1, 2, 3])), settings: .forTests)
    #expect(try estimate(summary, "total.uncovered.mean").paths == 2)
  }

  @Test("a model's totals differ from themselves by nothing")
  func differences() {
    var first = SampleTable(paths: 100, models: [.baseline, .dynamic])
    let losses = Draw.normals(100, seed: 9)
    first.columns[0][.loss] = losses
    first.columns[1][.loss] = losses
    let found = RiskSummary(of: Self.table(first, first), settings: .forTests).comparisons[0].differences.filter {
      $0.id.hasPrefix("total.") || $0.id.hasPrefix("component.venue")
    }
    #expect(found.count == 2 * 3 + 3 + 3 + 4)
    #expect(found.allSatisfy { $0.difference == 0 || $0.note != nil })
  }
}
