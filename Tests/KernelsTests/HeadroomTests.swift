import Kernels
import Testing

/// Random books of sparse rows, screened in every way there is, against looking at every row.
@Suite("Headroom rows and their screens")
struct HeadroomTests {
  private static let columns = 7

  /// A book: rows of nought to five entries, long and short, requirements of nought to three lines.
  fileprivate struct Book {
    var rowStart: [Int32] = [0]
    var column: [Int32] = []
    /// What an entry counts for at least, and by how much more it does at any size.
    var weight: [Double] = []
    var stretch: [Double] = []
    var table: [Int32] = []
    var quantity: [Double] = []
    var constant: [Double] = []
    let tableStart: [Int32] = [0, 0, 1, 3, 6]
    let slopes = [0.05, 0.02, 0.04, 0.01, 0.1, 0.5]
    let deductions: [Double] = [0, 0, 2, 0, 9, 209]

    init(rows: Int, _ draws: inout SystemlessGenerator) {
      for _ in 0..<rows {
        let held = (0..<HeadroomTests.columns).filter { _ in draws.uniform() < 0.22 }
        var gross = 0.0
        for each in held {
          column.append(Int32(each))
          weight.append(draws.uniform() < 0.2 ? 0.8 : 1)
          stretch.append(draws.uniform() < 0.7 ? 1 : 1 + draws.uniform() / 2)
          table.append(Int32(draws.uniform() * 4))
          quantity.append((draws.uniform() - 0.5) * 4)
          gross += abs(quantity[quantity.count - 1])
        }
        rowStart.append(Int32(column.count))
        // Net of what the positions are worth, a cushion of nought to two thirds of the gross.
        let value = held.indices.reduce(0) { $0 + quantity[quantity.count - held.count + $1] }
        constant.append((gross * draws.uniform() / 1.5 - value) * 100 + (held.isEmpty ? draws.uniform() - 0.3 : 0))
      }
    }

    /// What each entry counts for.
    var weighted: [Double] { quantity.indices.map { weight[$0] * stretch[$0] * quantity[$0] } }

    var headroom: HeadroomRows {
      HeadroomRows(
        rowStart: rowStart, column: column, weight: weight, table: table, tableStart: tableStart, slopes: slopes,
        deductions: deductions)
    }
  }

  /// Values, sizes and factors about prices of 100, those of shorts three times those of longs.
  private static func state(spread: Double, _ draws: inout SystemlessGenerator) -> [Double] {
    (0..<columns).flatMap { _ -> [Double] in
      let price = 100 * (1 + spread * (2 * draws.uniform() - 1))
      let factors = (0..<2).map { _ in 1 + spread * (draws.uniform() - 0.5) }
      return [price - spread * draws.uniform(), price, factors[0], 3 * factors[1]]
    }
  }

  /// Bounds that hold all of `states`.
  private static func bounds(of states: [[Double]]) -> FixedBuffer<Double> {
    var bounds = FixedBuffer<Double>(repeating: 0, count: columns * HeadroomRows.boundStride)
    for column in 0..<columns {
      func all(_ offset: Int) -> [Double] { states.map { $0[column * HeadroomRows.columnStride + offset] } }
      let accrued = zip(all(1), all(0)).map { $0 - $1 }
      ColumnBounds(
        lowPrice: all(1).min() ?? 0, highPrice: all(1).max() ?? 0, lowGrowth: 1, highGrowth: 1,
        lowAccrued: accrued.min() ?? 0, highAccrued: accrued.max() ?? 0, highFactor: all(2).max() ?? 0,
        highShortFactor: all(3).max() ?? 0, sizeGrows: true
      ).write(column: column, to: &bounds)
    }
    return bounds
  }

  private static func negative(_ book: Book, _ headroom: HeadroomRows, _ state: [Double]) -> [Int32] {
    let all = (0..<Int32(headroom.count)).map { $0 }
    var found = all
    let count = headroom.negativeRows(
      among: all, first: all.count, quantity: FixedBuffer(book.quantity), weighted: FixedBuffer(book.weighted),
      constant: FixedBuffer(book.constant), columns: FixedBuffer(state), into: &found)
    return Array(found[0..<count])
  }

  @Test("No screen misses a row, at any distance, and each finds what looking at every row finds")
  func screensAreComplete() {
    var draws = SystemlessGenerator(state: 11)
    var skipped = 0
    for spread in [0.0005, 0.01, 0.1, 0.4] {
      var book = Book(rows: 400, &draws)
      let headroom = book.headroom
      let states = (0..<12).map { _ in Self.state(spread: spread, &draws) }
      let bounds = Self.bounds(of: states)
      let order = HeadroomOrder(
        rows: headroom, quantity: FixedBuffer(book.quantity), weighted: FixedBuffer(book.weighted),
        constant: FixedBuffer(book.constant), state: states[0], typical: [1, 0.5, 0.1, 2, 0, 1, 1])
      let moves = order.makeMoves()
      moves.move(within: bounds)
      var bits = [UInt64](repeating: 0, count: 7)
      order.mark(moves, in: &bits)
      var marked = [Int32](repeating: 0, count: 400)
      let count = drainBits(&bits, into: &marked)
      #expect(Array(marked[0..<count]) == marked[0..<count].sorted() && bits.allSatisfy { $0 == 0 })
      skipped += 400 - count
      let window = HeadroomWindow(rows: headroom, columns: Self.columns)
      window.select(
        among: marked, first: count, quantity: FixedBuffer(book.quantity), weighted: FixedBuffer(book.weighted),
        constant: FixedBuffer(book.constant), bounds: bounds)
      window.begin(bounds: bounds, state: FixedBuffer(states[0]))
      skipped += count - window.count
      for state in states {
        var found = marked
        let number = window.negativeRows(state: FixedBuffer(state), into: &found)
        #expect(Array(found[0..<number]) == Self.negative(book, headroom, state))
      }
      // A row that loses cash or changes sides, as a closing does, is seen in the next state.
      let changed = Array(marked[0..<count].prefix(40))
      for row in changed {
        book.constant[Int(row)] -= 20
        for entry in Int(book.rowStart[Int(row)])..<Int(book.rowStart[Int(row) + 1]) { book.quantity[entry] *= -0.5 }
      }
      Self.update(window, changed, book, constant: book.constant)
      let candidates = Set(Self.candidates(of: window, states, book))
      for state in states {
        var found = marked
        let number = window.negativeRows(state: FixedBuffer(state), into: &found)
        let expected = Self.negative(book, headroom, state).filter { candidates.contains($0) }
        #expect(Array(found[0..<number]) == expected)
      }
    }
    #expect(skipped > 300, "the screens skip \(skipped) rows of 1600: too few to test anything")
  }

  /// The rows that a window reports in some state: those it can judge at all.
  private static func candidates(of window: HeadroomWindow, _ states: [[Double]], _ book: Book) -> [Int32] {
    var found = [Int32](repeating: 0, count: book.constant.count)
    // With every account deep in debt, the rows in reach are all the window's candidates.
    let poor = book.constant.map { _ in -1e9 }
    let all = (0..<Int32(book.constant.count)).map { $0 }
    update(window, all, book, constant: poor)
    defer { update(window, all, book, constant: book.constant) }
    let number = window.negativeRows(state: FixedBuffer(states[0]), into: &found)
    return Array(found[0..<number])
  }

  private static func update(_ window: HeadroomWindow, _ rows: [Int32], _ book: Book, constant: [Double]) {
    window.update(
      rows, quantity: FixedBuffer(book.quantity), weighted: FixedBuffer(book.weighted),
      constant: FixedBuffer(constant))
  }

  @Test("A requirement that does not begin at zero is looked at always, one that cannot be computed too")
  func degenerate() {
    let rows = HeadroomRows(
      rowStart: [0, 1, 2], column: [0, 1], weight: [1, 1], table: [0, 1], tableStart: [0, 1, 2], slopes: [0.1, 0.1],
      deductions: [-5, 0])
    let order = HeadroomOrder(
      rows: rows, quantity: FixedBuffer([1, 1]), weighted: FixedBuffer([1, 1]), constant: FixedBuffer([1000, .nan]),
      state: [100, 100, 1, 0, 100, 100, 1, 0], typical: [1, 1])
    let moves = order.makeMoves()
    moves.move(to: FixedBuffer([100, 100, 1, 0, 100, 100, 1, 0]))
    var bits: [UInt64] = [0]
    order.mark(moves, in: &bits)
    #expect(bits == [3])
  }
}

/// A small generator of its own, so that the cases are the same everywhere: Numerical Recipes' 64-bit congruential one.
private struct SystemlessGenerator {
  var state: UInt64

  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }
}
