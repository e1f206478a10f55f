import Clearing
import Kernels
import Venues

/// The scenarios of one margin model at one venue, laid out for replay.
///
/// Where a group is one asset and everything held in it is linear in the price, a loss is proportional to the weighted
/// move: only the largest weighted moves each way are looked at, which is exact.
struct ScenarioPlan: Sendable {
  let part: ScenarioPart
  /// The accounts' positions by group.
  let rows: ScenarioRows
  /// Row of each account; −1 for those that are not margined so.
  let row: [Int32]
  /// Columns that take part and are held by such an account.
  let columns: [Column]
  /// Numbers that the values of all columns take.
  let valueCount: Int

  /// One column's place among the values.
  struct Column: Sendable {
    let column: Int
    let offset: Int
    /// Numbers from the offset on, a multiple of eight.
    let size: Int
    let shocks: [ScenarioShock]
    /// The same for options, eight at a time; nil for a column linear in the price.
    let options: OptionScenarios?
    /// Hours from t = 0 to expiry; infinite where there is none.
    let expiryHours: Double
  }

  init(part: ScenarioPart, book: Book) {
    self.part = part
    var row = [Int32](repeating: -1, count: book.accounts.count)
    for (number, account) in part.accounts.enumerated() { row[Int(account)] = Int32(truncatingIfNeeded: number) }
    self.row = row
    var isHeld = [Bool](repeating: false, count: book.columns.count)
    for account in part.accounts {
      for position in book.positions(of: Int(account)) {
        let column = Int(book.column[position])
        isHeld[column] = isHeld[column] || part.isShocked[column]
      }
    }
    let held = book.columns.indices.filter { isHeld[$0] }
    let shocks = Self.shocks(of: held, part: part, book: book)
    let options = shocks.map { shocks in
      OptionScenarios(
        priceMoves: shocks.map(\.priceMove), volatilityMoves: shocks.map(\.volatilityMove),
        weights: shocks.map(\.weight))
    }
    var columns: [Column] = []
    var next = 0
    for column in held {
      let own = shocks[book.columns[column].asset]
      let size = (own.count + ScenarioRows.blockSize - 1) / ScenarioRows.blockSize * ScenarioRows.blockSize
      columns.append(
        Column(
          column: column, offset: next, size: size, shocks: own,
          options: book.isLinear(column: column) ? nil : options[book.columns[column].asset],
          expiryHours: part.expiryHours[column]))
      next += size
    }
    self.columns = columns
    valueCount = next
    rows = ScenarioRows(rows: Self.segments(part: part, columns: columns, book: book), valueCount: next)
  }

  /// The shocks that decide, by asset: all, or the two largest weighted moves where all that is held is linear.
  private static func shocks(of held: [Int], part: ScenarioPart, book: Book) -> [[ScenarioShock]] {
    part.shocks.indices.map { asset in
      let group = part.groupOfAsset[asset]
      let others = held.filter { part.groupOfAsset[book.columns[$0].asset] == group }
      let isPlain = others.allSatisfy { book.columns[$0].asset == asset && book.isLinear(column: $0) }
      guard isPlain else { return part.shocks[asset] }
      let ordered = part.shocks[asset].sorted { $0.priceMove * $0.weight < $1.priceMove * $1.weight }
      return [ordered.first, ordered.last].compactMap(\.self)
    }
  }

  private static func segments(part: ScenarioPart, columns: [Column], book: Book) -> [[ScenarioRows.Segment]] {
    var place = [Int](repeating: -1, count: book.columns.count)
    for (number, column) in columns.enumerated() { place[column.column] = number }
    return part.accounts.map { account in
      var segments: [ScenarioRows.Segment] = []
      for position in book.positions(of: Int(account)) {
        let column = Int(book.column[position])
        guard place[column] >= 0 else { continue }
        let about = columns[place[column]]
        let group = Int32(truncatingIfNeeded: part.groupOfAsset[book.columns[column].asset])
        let index = segments.firstIndex { $0.group == group }
        if index == nil {
          segments.append(
            ScenarioRows.Segment(
              group: group, blocks: Int32(truncatingIfNeeded: about.size / ScenarioRows.blockSize)))
        }
        segments[index ?? segments.count - 1].positions.append(Int32(truncatingIfNeeded: position))
        segments[index ?? segments.count - 1].offsets.append(Int32(truncatingIfNeeded: about.offset))
      }
      return segments
    }
  }
}

extension Book {
  /// Whether a unit of the column is worth slope·mark + constant.
  func isLinear(column: Int) -> Bool { openingValuations[column].curve == nil }
}
