import Simulation
import Testing

@Suite("Columns of outcomes")
struct PathColumnTests {
  private func column(_ blocks: [(Range<Int>, [Double])]) -> [UInt64] {
    var column = PathColumn(count: 6)
    for (places, values) in blocks { column.replace(places, with: values[...]) }
    return column.elements.map(\.bitPattern)
  }

  private func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

  @Test("values are those set, in any order of blocks, whether or not they are all the same")
  func values() {
    let nan = Double.nan
    #expect(column([(0..<4, [2, 2, 2, 2]), (4..<6, [2, 2])]) == bits([2, 2, 2, 2, 2, 2]))
    #expect(column([(4..<6, [nan, nan]), (0..<4, [nan, nan, nan, nan])]) == bits([nan, nan, nan, nan, nan, nan]))
    #expect(column([(4..<6, [2, 2]), (0..<4, [2, 2, 7, 2])]) == bits([2, 2, 7, 2, 2, 2]))
    #expect(column([(0..<4, [1, 2, 3, 4]), (4..<6, [5, 6])]) == bits([1, 2, 3, 4, 5, 6]))
    #expect(column([(0..<4, [0, 0, 0, 0]), (4..<6, [-0.0, 0])]) == bits([0, 0, 0, 0, -0.0, 0]))
  }

  @Test("without a value it is 0, and hand-made values are kept")
  func handMade() {
    #expect(PathColumn(count: 2).elements == [0, 0])
    #expect(PathColumn([3, 1]).elements == [3, 1])
  }
}
