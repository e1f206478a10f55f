/// The rows that can turn negative at all, of these the few that can while the columns stay within the bounds of a window, and
/// of these the fewer that a state can have reached.
///
/// - Formula: `HeadroomRows.possiblyNegativeRows` for the bounds; then each row's reach from the state at which the window
///   begins (see `ColumnMoves`), so that a later state needs the headroom of those rows only whose reach its moves exceed.
/// - Layout: the entries of the selected rows are copied to lie one after the other with what they hold, ready to be
///   multiplied: a book is spread over more memory than the processor keeps near. Selected rows and candidates ascending;
///   found rows ascending.
/// - Cost: to begin, a few ns a selected entry; below 1 ns a candidate and state, a few ns for a candidate in reach.
/// - Oracle: `HeadroomRows.negativeRows` among all rows.
///
/// One worker's memory, made once.
public final class HeadroomWindow {
  /// Number of candidates.
  public private(set) var count = 0
  private let rows: HeadroomRows
  private let moves: ColumnMoves
  /// Rows selected, their constants, and where the entries of each begin in `entries`.
  private var selectedCount = 0
  private let selected: UnsafeMutablePointer<Int32>
  private let constants: UnsafeMutablePointer<Double>
  private let firsts: UnsafeMutablePointer<Int32>
  private var entries: UnsafeMutablePointer<HeldEntry>
  private var entryCapacity: Int
  /// The largest unit of each column that the entries are ready for.
  private let sizes: UnsafeMutablePointer<Double>
  /// Where a row stands among the selected, and among the candidates, if it does.
  private let place: UnsafeMutablePointer<Int32>
  private let candidatePlace: UnsafeMutablePointer<Int32>
  /// Candidates, by their places among the selected.
  private let candidates: UnsafeMutablePointer<Int32>
  private let reaches: UnsafeMutablePointer<Double>
  private let keys: UnsafeMutablePointer<Int32>
  private let near: UnsafeMutablePointer<Int32>

  /// A window on `rows`, which have entries in so many columns.
  public init(rows: HeadroomRows, columns: Int) {
    self.rows = rows
    moves = ColumnMoves(rows: rows, columns: columns)
    let capacity = rows.count + 1
    selected = .allocate(capacity: capacity)
    firsts = .allocate(capacity: capacity)
    place = .allocate(capacity: capacity)
    candidatePlace = .allocate(capacity: capacity)
    candidates = .allocate(capacity: capacity)
    keys = .allocate(capacity: capacity)
    near = .allocate(capacity: capacity)
    for list in [selected, firsts, place, candidatePlace, candidates, keys, near] {
      list.initialize(repeating: 0, count: capacity)
    }
    constants = .allocate(capacity: capacity)
    reaches = .allocate(capacity: capacity)
    for list in [constants, reaches] { list.initialize(repeating: 0, count: capacity) }
    sizes = .allocate(capacity: columns)
    sizes.initialize(repeating: 0, count: columns)
    entryCapacity = 256
    entries = .allocate(capacity: entryCapacity)
  }

  deinit {
    for list in [selected, firsts, place, candidatePlace, candidates, keys, near] { list.deallocate() }
    for list in [constants, reaches, sizes] { list.deallocate() }
    entries.deallocate()
  }

  /// Selects the first `count` of `among`: all that a window can have as candidates while the columns stay within `bounds`.
  public func select(
    among: [Int32], first count: Int, quantity: borrowing FixedBuffer<Double>, weighted: borrowing FixedBuffer<Double>,
    constant: borrowing FixedBuffer<Double>, bounds: borrowing FixedBuffer<Double>
  ) {
    for column in 0..<moves.columns {
      let start = column * HeadroomRows.boundStride
      sizes[column] = max(bounds[start + 4], bounds[start + 5])
    }
    let held = Holdings(quantity, weighted, constant)
    var number = 0
    for index in 0..<count {
      let row = Int(among[index])
      selected[index] = among[index]
      place[row] = Int32(truncatingIfNeeded: index)
      firsts[index] = Int32(truncatingIfNeeded: number)
      number &+= rows.places(of: row).count
      if number > entryCapacity { reserve(number) }
      take(index, held)
    }
    firsts[count] = Int32(truncatingIfNeeded: number)
    selectedCount = count
    self.count = 0
  }

  /// Makes room for at least so many entries.
  private func reserve(_ number: Int) {
    let capacity = max(number, 2 * entryCapacity)
    let larger = UnsafeMutablePointer<HeldEntry>.allocate(capacity: capacity)
    larger.moveInitialize(from: entries, count: entryCapacity)
    entries.deallocate()
    (entries, entryCapacity) = (larger, capacity)
  }

  /// Copies what a selected row holds.
  @inline(__always)
  private func take(_ index: Int, _ held: Holdings) {
    let row = Int(selected[index])
    constants[index] = held.constant[row]
    var target = Int(firsts[index])
    for source in rows.places(of: row) {
      entries[target] = rows.entry(source, held, sizes)
      target &+= 1
    }
  }

  /// Begins a window at `state`: the candidates are those selected whose headroom might be below zero somewhere within
  /// `bounds`.
  public func begin(bounds: borrowing FixedBuffer<Double>, state: borrowing FixedBuffer<Double>) {
    moves.begin(state)
    moves.setScales(within: bounds)
    var number = 0
    for index in 0..<selectedCount {
      var lowest = constants[index]
      for entry in Int(firsts[index])..<Int(firsts[index &+ 1]) { lowest += rows.lowest(entries[entry], bounds.base) }
      candidates[number] = Int32(truncatingIfNeeded: index)
      candidatePlace[index] = Int32(truncatingIfNeeded: number)
      number &+= lowest >= 0 ? 0 : 1
    }
    count = number
    for candidate in 0..<number { setReach(candidate) }
  }

  private func setReach(_ candidate: Int) {
    let index = Int(candidates[candidate])
    let (first, end) = (Int(firsts[index]), Int(firsts[index &+ 1]))
    var headroom = constants[index]
    var gross = 0.0
    for entry in first..<end {
      headroom += rows.value(entries[entry], moves.reference)
      gross += moves.gross(entries[entry])
    }
    reaches[candidate] = HeadroomRows.reach(headroom: headroom, gross: gross)
    keys[candidate] = end - first == 1 ? entries[first].key : Int32(truncatingIfNeeded: moves.severalKey)
  }

  /// Takes note of rows that changed since they were selected.
  public func update(
    _ changed: [Int32], quantity: borrowing FixedBuffer<Double>, weighted: borrowing FixedBuffer<Double>,
    constant: borrowing FixedBuffer<Double>
  ) {
    let held = Holdings(quantity, weighted, constant)
    for row in changed {
      let index = Int(place[Int(row)])
      guard index < selectedCount, selected[index] == row else { continue }
      take(index, held)
      let candidate = Int(candidatePlace[index])
      if candidate < count, candidates[candidate] == index { setReach(candidate) }
    }
  }

  /// Writes the rows whose headroom is below zero in `state`, which must be within the window's bounds, to `found`, in
  /// order, and returns how many there are.
  public func negativeRows(state: borrowing FixedBuffer<Double>, into found: inout [Int32]) -> Int {
    moves.move(to: state)
    let moved = moves.moves
    var inReach = 0
    if moves.areComparable {
      // The sign of the difference, added without a branch: which rows are in reach, no processor can foresee. ∞ − ∞ is
      // a NaN of either sign: such a row is in reach or holds nothing.
      for index in 0..<count {
        near[inReach] = candidates[index]
        inReach &+= Int(truncatingIfNeeded: (reaches[index] - moved[Int(keys[index])]).bitPattern >> 63)
      }
    } else {
      for index in 0..<count { near[index] = candidates[index] }
      inReach = count
    }
    var number = 0
    for place in 0..<inReach {
      let index = Int(near[place])
      var headroom = constants[index]
      for entry in Int(firsts[index])..<Int(firsts[index &+ 1]) { headroom += rows.value(entries[entry], state.base) }
      found[number] = selected[index]
      number &+= headroom < 0 ? 1 : 0
    }
    return number
  }
}
