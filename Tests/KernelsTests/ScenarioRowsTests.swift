import Kernels
import Testing

@Suite("Rows of worst losses over scenarios")
struct ScenarioRowsTests {
  /// Against the plain triple loop: rows of nought to three segments, of one or several blocks.
  @Test func againstPlainLoops() {
    var draws = LinearDraws(state: 11)
    let sizes = [8, 8, 16, 40, 16, 8]
    let offsets = sizes.indices.map { sizes[0..<$0].reduce(0, +) }
    // Columns 0, 1, 5 in group 0, columns 2 and 4 in group 1, column 3 in group 2.
    let groups: [[Int]] = [[0, 1, 5], [2, 4], [3]]
    var rows: [[ScenarioRows.Segment]] = []
    var quantity: [Double] = []
    for _ in 0..<200 {
      var row: [ScenarioRows.Segment] = []
      for (group, columns) in groups.enumerated() {
        let held = columns.filter { _ in draws.next() > 0 }
        guard !held.isEmpty else { continue }
        var segment = ScenarioRows.Segment(group: Int32(group), blocks: Int32(sizes[held[0]] / 8))
        for column in held {
          segment.positions.append(Int32(quantity.count))
          segment.offsets.append(Int32(offsets[column]))
          quantity.append(5 * draws.next())
        }
        row.append(segment)
      }
      rows.append(row)
    }
    let values = (0..<sizes.reduce(0, +)).map { _ in draws.next() }
    let kernel = ScenarioRows(rows: rows, valueCount: values.count)
    var losses = [Double](repeating: .nan, count: rows.count)
    var sums = [Double](repeating: .nan, count: groups.count)
    kernel.losses(quantity: quantity, values: values, into: &losses, groups: &sums)
    var expectedSums = [0.0, 0, 0]
    for (index, row) in rows.enumerated() {
      var expected = 0.0
      var scaled = 0.0
      for segment in row {
        var worst = 0.0
        for scenario in 0..<Int(segment.blocks) * 8 {
          var loss = 0.0
          for (position, offset) in zip(segment.positions, segment.offsets) {
            loss -= quantity[Int(position)] * values[Int(offset) + scenario]
          }
          worst = max(worst, loss)
        }
        expected += worst
        scaled += worst * Double(segment.group + 1)
        expectedSums[Int(segment.group)] += worst
      }
      #expect(abs(losses[index] - expected) < 1e-12)
      #expect(kernel.loss(row: index, quantity: FixedBuffer(quantity), values: values) == losses[index])
      let found = kernel.loss(row: index, quantity: FixedBuffer(quantity), values: values, groupScale: [1, 2, 3])
      #expect(abs(found - scaled) < 1e-12)
    }
    for group in 0..<3 { #expect(abs(sums[group] - expectedSums[group]) < 1e-10) }
  }

  @Test("without entries nothing is lost")
  func empty() {
    let kernel = ScenarioRows(rows: [[], []], valueCount: 0)
    var losses = [1.0, 1]
    var sums: [Double] = []
    kernel.losses(quantity: [], values: [], into: &losses, groups: &sums)
    #expect(losses == [0, 0] && kernel.loss(row: 1, quantity: FixedBuffer([]), values: []) == 0)
  }
}

/// Numbers in (−1, 1), the same everywhere.
private struct LinearDraws {
  var state: UInt64

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state)) / Double(Int64.max)
  }
}
