import Foundation
import Markets
import Schema
import Testing

@Suite("Price history")
struct PriceHistoryTests {
  private static func history(_ times: [Double], _ prices: [Double?]...) throws -> PriceHistory {
    try PriceHistory(
      assetIDs: prices.indices.map { "A\($0)" }, timesHours: times, prices: prices.map { $0.map { $0 ?? .nan } },
      source: SourceLocation(file: "prices.csv"))
  }

  @Test("The interval is the most frequent spacing, the smaller of equals")
  func interval() throws {
    #expect(try Self.history([0, 1, 2, 5, 6, 30], [1, 1, 1, 1, 1, 1]).intervalHours == 1)
    #expect(try Self.history([0, 24, 48], [1, 1, 1]).intervalHours == 24)
    #expect(try Self.history([0, 3, 5], [1, 1, 1]).intervalHours == 2)
    let fiveMinutes = (0..<20).map { Double($0) / 12 }
    let fine = try Self.history(fiveMinutes, fiveMinutes.map { 1 + $0 })
    #expect(abs(fine.intervalHours - 1.0 / 12) < 1e-12)
    #expect(fine.logReturns().values[0].allSatisfy { !$0.isNaN })
  }

  @Test("No return is taken across a gap, of rows or of prices")
  func gaps() throws {
    let e = exp(1.0)
    let history = try Self.history([0, 1, 2, 5, 6, 6.5, 7], [1, e, e, 100, 100 * e, 7, 9], [1, nil, 4, 4, 8, 8, 8])
    let returns = history.logReturns()
    #expect(returns.stepHours == 1)
    // 0→1, 1→2, a gap of three, 5→6, and two spacings of half a step, which are no steps.
    let expected: [[Double]] = [
      [1, 0, .nan, .nan, .nan, 1, .nan, .nan], [.nan, .nan, .nan, .nan, .nan, log(2), .nan, .nan],
    ]
    for (row, wanted) in zip(returns.values, expected) {
      #expect(row.count == wanted.count)
      for (value, target) in zip(row, wanted) {
        #expect(target.isNaN ? value.isNaN : abs(value - target) < 1e-15)
      }
    }
    #expect(returns.observations(of: 0) == 3 && returns.observations(of: 1) == 1)
    #expect(returns.endsHours[5] == 6 && returns.endsHours[3].isNaN)
  }

  @Test("Rows without any price are left out at both ends and nowhere else")
  func trimmed() throws {
    let history = try Self.history(
      [0, 1, 2, 3, 4, 5, 6], [nil, nil, 1, nil, 3, nil, nil], [nil, 2, nil, nil, nil, nil, nil])
    #expect(history.trimmed.timesHours == [1, 2, 3, 4] && history.trimmed.intervalHours == 1)
    #expect(history.trimmed.prices[0].map { $0.isNaN ? 0 : $0 } == [0, 1, 0, 3])
    #expect(history.trimmed.prices[1].map { $0.isNaN ? 0 : $0 } == [2, 0, 0, 0])
    let empty = try Self.history([0, 1], [nil, nil])
    #expect(empty.trimmed.timesHours == [0, 1])
  }

  @Test("A gap of a lifetime costs no memory")
  func longGap() throws {
    let returns = try Self.history([0, 1, 2, 9e8, 9e8 + 1], [1, 2, 4, 1, 3]).logReturns()
    #expect(returns.values[0].count == 10_003)
    #expect(returns.observations(of: 0) == 3)
  }

  @Test("Hourly rows become daily ones at midnight; a daily history keeps its hour")
  func resampling() throws {
    let times = (5..<100).map(Double.init)
    let daily = try Self.history(times, times).resampled(toHours: 24)
    #expect(daily.timesHours == [24, 48, 72, 96] && daily.intervalHours == 24)
    #expect(daily.prices[0] == [24, 48, 72, 96])
    let evening = try Self.history([17, 41, 65, 88, 112, 136, 161], [1, 2, 3, 4, 5, 6, 7])
    #expect(try evening.resampled(toHours: 24).timesHours.count == 7)
    #expect(try evening.resampled(toHours: 48).timesHours == [17, 65, 161])
    let before = try Self.history([-49, -48, -47, -25, -24, -23], [1, 2, 3, 4, 5, 6])
    #expect(try before.resampled(toHours: 24).prices[0] == [2, 5])
    // A history whose days with data alternate still has the step asked for, not the commonest spacing.
    let holed = try Self.history([0, 1, 48, 49, 96, 97], [1, 1, 1, 1, 1, 1]).resampled(toHours: 24)
    #expect(holed.intervalHours == 24)
    #expect(holed.logReturns().observations(of: 0) == 0)
  }

  @Test("A step that is no multiple of the interval is refused")
  func badSteps() throws {
    let daily = try Self.history([0, 24, 48], [1, 2, 3])
    for step in [1.0, 36, 0, -24, .nan, .infinity, 1e-300, 1e300] {
      let problems = try #require(throws: Problems.self) { try daily.resampled(toHours: step) }
      #expect("\(problems)".contains("prices.csv") && "\(problems)".contains("24.0 h"))
    }
    #expect(throws: Problems.self) { try daily.resampled(toHours: 24 * 1e7) }
  }

  @Test("Every problem of an input is reported, with its place")
  func problems() throws {
    let problems = try #require(throws: Problems.self) {
      try PriceHistory(
        assetIDs: ["BTC", "BTC", "ETH"], timesHours: [0, 2, 1], prices: [[1, -1, 0], [1, .infinity, 2], [1, 2]],
        source: SourceLocation(file: "prices.csv"))
    }
    let text = problems.all.map(\.description)
    #expect(text.count == 6)
    #expect(text.contains { $0.contains("twice") && $0.contains("BTC") })
    #expect(text.contains { $0.contains("price of BTC in row 2") && $0.contains("-1.0") })
    #expect(text.contains { $0.contains("price of BTC in row 3") && $0.contains("0.0") })
    #expect(text.contains { $0.contains("row 2") && $0.contains("inf") })
    #expect(text.contains { $0.contains("ETH do not fill") })
    #expect(text.allSatisfy { $0.hasPrefix("prices.csv") })
    for times in [[0.0, 0], [1, 0], [.nan, 1], [0, 1e300], [0, 1e-9], [0]] {
      #expect(throws: Problems.self) {
        try PriceHistory(assetIDs: ["A"], timesHours: times, prices: [times.map { _ in 1 }])
      }
    }
    #expect(throws: Problems.self) { try PriceHistory(assetIDs: [], timesHours: [0, 1], prices: []) }
    let flood = try #require(throws: Problems.self) {
      try PriceHistory(
        assetIDs: ["A"], timesHours: (0..<100_000).map(Double.init), prices: [[Double](repeating: -1, count: 100_000)])
    }
    #expect(flood.all.count == 101)
  }

  @Test("Assets and windows are chosen, and absent ones named")
  func choosing() throws {
    let history = try Self.history([0, 1, 2, 3], [1, 2, 3, 4], [5, 6, 7, 8])
    let chosen = try history.selecting(["A1", "A0"]).window(fromHours: 1, toHours: 2.5)
    #expect(chosen.assetIDs == ["A1", "A0"] && chosen.prices == [[6, 7], [2, 3]] && chosen.timesHours == [1, 2])
    let problems = try #require(throws: Problems.self) { try history.selecting(["A1", "B", "C"]) }
    #expect(problems.all.count == 2)
    #expect(throws: Problems.self) { try history.selecting(["A0", "A0"]) }
    #expect(throws: Problems.self) { try history.window(fromHours: 2.5, toHours: 9) }
  }
}
