import Venues
import Clearing
import Kernels

/// Unit values, notionals and margin factors of one venue's columns as they are now, in the layout the kernels read.
final class ColumnState {
  let plan: VenuePlan
  /// The asset of each column.
  private let assets: [Int]
  /// What one unit adds to equity.
  private(set) var unitValue: FixedBuffer<Double>
  /// What one unit counts for in notional.
  private(set) var unitNotional: FixedBuffer<Double>
  /// Money that closing one unit moves in the asset's market.
  private(set) var unitTraded: FixedBuffer<Double>
  /// Funding paid by one long unit since t = 0.
  private(set) var accrued: FixedBuffer<Double>
  /// Value of one unit per unit of mark; 0 once settled.
  private(set) var growth: FixedBuffer<Double>
  /// Value of one unit at a mark of 0; what it was settled at once settled.
  private(set) var valueConstant: FixedBuffer<Double>
  /// Notional of one unit at a mark of 0; 0 once settled.
  private var notionalConstant: FixedBuffer<Double>
  /// Factors on the initial requirement, two per column (`factorIndex`), the model's scale included.
  private(set) var initialFactor: FixedBuffer<Double>
  /// Factors on the maintenance requirement, in the same way.
  private(set) var maintenanceFactor: FixedBuffer<Double>
  /// Interleaved value, notional, maintenance factors of long and short: what `HeadroomRows` reads.
  private(set) var packed: FixedBuffer<Double>
  /// The step that balances, funding and time to expiry stand at.
  private(set) var step = 0
  /// Rises whenever a value may have changed: what is computed from the values holds while it stays.
  private(set) var version = 0
  /// What options depend on besides marks.
  private(set) var curved: CurvedState
  /// The mark of each option's underlying.
  private(set) var optionMarks: FixedBuffer<Double>

  init(plan: VenuePlan) {
    self.plan = plan
    let count = plan.venue.book.columns.count
    assets = plan.venue.book.columns.map(\.asset)
    unitValue = FixedBuffer(repeating: 0, count: count)
    unitNotional = FixedBuffer(repeating: 0, count: count)
    unitTraded = FixedBuffer(repeating: 0, count: count)
    valueConstant = FixedBuffer(repeating: 0, count: count)
    notionalConstant = FixedBuffer(repeating: 0, count: count)
    accrued = FixedBuffer(repeating: 0, count: count)
    growth = FixedBuffer(repeating: 0, count: count)
    initialFactor = FixedBuffer(repeating: 0, count: 2 * count)
    maintenanceFactor = FixedBuffer(repeating: 0, count: 2 * count)
    packed = FixedBuffer(repeating: 0, count: count * HeadroomRows.columnStride)
    curved = CurvedState(plan.curved)
    optionMarks = FixedBuffer(repeating: 0, count: plan.curved.options.count)
  }

  /// Returns to t = 0 with the given marks.
  func reset(marks: [Double]) {
    step = 0
    for column in accrued.indices {
      accrued[column] = 0
      growth[column] = plan.growth[column][0]
      valueConstant[column] = plan.valueConstant[column]
      notionalConstant[column] = plan.notionalConstant[column]
    }
    curved.reset()
    revalue(marks: marks)
  }

  /// Moves to `step`: balances grow, funding falls due at the step's marks and, where it moves, at the path's rate; what
  /// expires is settled at the marks.
  func advance(to step: Int, marks: [Double], path: PathView) {
    self.step = step
    for index in assets.indices {
      growth[index] = plan.growth[index][step]
      let interval = plan.fundingSteps[index]
      if interval > 0, step % interval == 0 {
        let rate = plan.fundingRate(of: index, at: step, path: path)
        accrued[index] += rate * (marks[assets[index]] * growth[index] + notionalConstant[index])
      }
    }
    curved.advance(to: step, path: path)
    for expiry in plan.expiries where expiry.step <= step { settle(expiry, at: step, marks: marks) }
    revalue(marks: marks)
  }

  /// From its expiry on a unit is worth what it was settled at, whatever the mark, and has no notional.
  private func settle(_ expiry: ColumnExpiry, at step: Int, marks: [Double]) {
    let column = expiry.column
    if plan.curved.isCurved[column] {
      if expiry.step == step { _ = curved.settle(column: column, marks: marks) }
      return
    }
    if expiry.step == step {
      let mark = marks[plan.venue.book.columns[column].asset]
      valueConstant[column] = mark * growth[column] + valueConstant[column] - accrued[column]
      accrued[column] = 0
      notionalConstant[column] = 0
    }
    growth[column] = 0
  }

  /// Takes new marks within a step.
  func revalue(marks: [Double]) {
    version += 1
    for index in assets.indices {
      let grown = marks[assets[index]] * growth[index]
      unitTraded[index] = grown * plan.traded[index]
      unitNotional[index] = grown + notionalConstant[index]
      unitValue[index] = grown + valueConstant[index] - accrued[index]
      packed[index * HeadroomRows.columnStride] = unitValue[index]
      packed[index * HeadroomRows.columnStride + 1] = unitNotional[index]
    }
    for (number, option) in plan.curved.options.enumerated() {
      let mark = marks[option.asset]
      optionMarks[number] = mark
      set(
        option.column, value: curved.value(option: number, mark: mark), notional: curved.isSettled(number) ? 0 : mark,
        traded: 0)
    }
    for share in plan.curved.shares {
      let value = share.value(at: marks)
      set(share.column, value: value, notional: value, traded: value / 2)
    }
  }

  /// Sets what a column that is no straight line is worth.
  private func set(_ column: Int, value: Double, notional: Double, traded: Double) {
    unitTraded[column] = traded
    unitNotional[column] = notional
    unitValue[column] = value
    packed[column * HeadroomRows.columnStride] = value
    packed[column * HeadroomRows.columnStride + 1] = notional
  }

  /// What one unit of a column is closed at when the market fills its assets at `fills` and their marks are `marks`.
  ///
  /// An option trades at its value at the marks before the wave: it moves nothing in its underlying. A pool share is
  /// redeemed at those marks for equal values of both assets, which are sold at the fills.
  func fillPrice(of column: Int, fills: borrowing FixedBuffer<Double>, marks: [Double]) -> Double {
    let about = plan.venue.book.columns[column]
    guard plan.curved.isCurved[column] else {
      let price = about.isTraded ? fills[about.asset] : marks[about.asset]
      return price * growth[column] + valueConstant[column] - accrued[column]
    }
    guard about.leg != .option else { return unitValue[column] }
    var other = 1.0
    if let asset = about.otherAsset { other = fills[asset] / marks[asset] }
    return unitValue[column] / 2 * (fills[about.asset] / marks[about.asset] + other)
  }

  /// What closing one unit of a column counts for in closed notional and is penalised on: its notional, of an option its
  /// value, since a part of the underlying can be more than the option is worth.
  func unitClosed(_ column: Int) -> Double {
    plan.venue.book.columns[column].leg == .option ? unitValue[column] : unitNotional[column]
  }

  /// Half the relative spread that closing a unit of a column costs.
  func spread(of column: Int, halfSpread: borrowing FixedBuffer<Double>) -> Double {
    let about = plan.venue.book.columns[column]
    guard about.isTraded else { return 0 }
    guard plan.curved.isCurved[column] else { return halfSpread[about.asset] }
    guard let other = about.otherAsset else { return halfSpread[about.asset] / 2 }
    return (halfSpread[about.asset] + halfSpread[other]) / 2
  }

  /// Becomes what `other` is, at other prices: what a venue's oracle makes of its columns.
  func take(_ other: ColumnState, prices: [Double]) {
    for column in accrued.indices {
      accrued[column] = other.accrued[column]
      growth[column] = other.growth[column]
      valueConstant[column] = other.valueConstant[column]
      notionalConstant[column] = other.notionalConstant[column]
    }
    for index in initialFactor.indices {
      initialFactor[index] = other.initialFactor[index]
      maintenanceFactor[index] = other.maintenanceFactor[index]
      packed[index / 2 * HeadroomRows.columnStride + 2 + index % 2] = maintenanceFactor[index]
    }
    curved.take(other.curved)
    step = other.step
    revalue(marks: prices)
  }

  /// Multiplies the factors on the maintenance requirement: what is below a multiple of maintenance has negative headroom.
  func raiseMaintenance(by factor: Double) {
    for index in maintenanceFactor.indices {
      maintenanceFactor[index] *= factor
      packed[index / 2 * HeadroomRows.columnStride + 2 + index % 2] = maintenanceFactor[index]
    }
  }

  /// Takes the factors of the margin model times `scale`.
  func setFactors(_ factors: any MarginFactors, scale: Double) {
    let (initial, maintenance) = (factors.initial, factors.maintenance)
    for index in initialFactor.indices {
      initialFactor[index] = initial[index] * scale
      maintenanceFactor[index] = maintenance[index] * scale
      packed[index / 2 * HeadroomRows.columnStride + 2 + index % 2] = maintenanceFactor[index]
    }
  }

  /// Factors on the initial requirement of a column's long and short positions.
  func initial(of column: Int) -> SidedRate {
    SidedRate(long: initialFactor[2 * column], short: initialFactor[2 * column + 1])
  }

  /// Factors on the maintenance requirement of a column's long and short positions.
  func maintenance(of column: Int) -> SidedRate {
    SidedRate(long: maintenanceFactor[2 * column], short: maintenanceFactor[2 * column + 1])
  }
}
