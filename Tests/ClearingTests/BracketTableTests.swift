import Clearing
import Testing
import Venues

@Suite("Bracket tables")
struct BracketTableTests {
  /// Rate by rate on the part of the notional inside each bracket: the same thing without deductions.
  private func piecewise(_ notional: Double, _ table: BracketTable) -> TwoLevels {
    var sum = TwoLevels(initial: 0, maintenance: 0)
    for (index, bracket) in table.brackets.enumerated() {
      let end = index + 1 < table.brackets.count ? table.brackets[index + 1].from : .infinity
      let part = max(0, min(notional, end) - bracket.from)
      sum.initial += part * bracket.initial
      sum.maintenance += part * bracket.maintenance
    }
    return sum
  }

  @Test(
    "the largest line is the sum of each bracket's rate on its own part",
    arguments: [0, 1, 999_999, 1e6, 1_000_001, 1.9e7, 2e7, 5e8])
  func lines(notional: Double) {
    for table in SampleVenue.tables {
      let expected = piecewise(notional, table)
      #expect(abs(table.initialLines.requirement(notional: notional) - expected.initial) <= 1e-9 * notional)
      #expect(abs(table.maintenanceLines.requirement(notional: notional) - expected.maintenance) <= 1e-9 * notional)
    }
  }

  @Test("no jump at a bracket's edge", arguments: [1e6, 2e7])
  func continuity(edge: Double) {
    for lines in [SampleVenue.tables[0].initialLines, SampleVenue.tables[0].maintenanceLines] {
      let below = lines.requirement(notional: edge.nextDown)
      let above = lines.requirement(notional: edge.nextUp)
      #expect(abs(above - below) <= 1e-9 * edge)
    }
  }

  /// Hyperliquid, "Margin tiers": BTC 40x up to 150 M notional, then 20x; maintenance is half of initial. At 200 M:
  /// 150 M·1.25 % + 50 M·2.5 % = 3.125 M.
  @Test("a published table: 200 M of BTC needs 3.125 M of maintenance margin")
  func published() throws {
    let table = try #require(
      BracketTable([
        .init(from: 0, initial: 1.0 / 40, maintenance: 1.0 / 80),
        .init(from: 150e6, initial: 1.0 / 20, maintenance: 1.0 / 40),
      ]))
    #expect(abs(table.maintenanceLines.requirement(notional: 200e6) - 3.125e6) < 1e-6)
    #expect(abs(table.initialLines.requirement(notional: 200e6) - 6.25e6) < 1e-6)
  }

  @Test("tables that do not start at zero, do not rise, or whose rates fall are refused")
  func refused() {
    typealias Bracket = BracketTable.Bracket
    let first = Bracket(from: 0, initial: 0.1, maintenance: 0.05)
    #expect(BracketTable([]) == nil)
    #expect(BracketTable([Bracket(from: 1, initial: 0.1, maintenance: 0.05)]) == nil)
    #expect(BracketTable([first, Bracket(from: 0, initial: 0.2, maintenance: 0.1)]) == nil)
    #expect(BracketTable([first, Bracket(from: 10, initial: 0.09, maintenance: 0.05)]) == nil)
    #expect(BracketTable([first, Bracket(from: 10, initial: 0.1, maintenance: 0.04)]) == nil)
    #expect(BracketTable([first, Bracket(from: 10, initial: 0.1, maintenance: 0.05)]) != nil)
  }

  @Test("a bound or a rate that is not a number is refused")
  func notANumber() {
    typealias Bracket = BracketTable.Bracket
    let first = Bracket(from: 0, initial: 0.1, maintenance: 0.05)
    #expect(BracketTable([Bracket(from: .nan, initial: 0.1, maintenance: 0.05)]) == nil)
    #expect(BracketTable([first, Bracket(from: .nan, initial: 0.1, maintenance: 0.05)]) == nil)
    #expect(BracketTable([first, Bracket(from: 1, initial: .nan, maintenance: 0.05)]) == nil)
  }
}
