import Venues
import Clearing
import Kernels

/// Unit values, notionals and margin factors of one venue's columns as they are now, in the layout the kernels read.
final class ColumnState {
  private let plan: VenuePlan
  /// What one unit adds to equity.
  private(set) var unitValue: [Double]
  /// What one unit counts for in notional.
  private(set) var unitNotional: [Double]
  /// Funding paid by one long unit since t = 0.
  private(set) var accrued: [Double]
  /// What one unit has grown to.
  private(set) var growth: [Double]
  /// Factor on the initial requirement, the model's scale included.
  private(set) var initialFactor: [Double]
  /// Factor on the maintenance requirement, the model's scale included.
  private(set) var maintenanceFactor: [Double]
  /// Interleaved value, notional, maintenance factor: what `HeadroomRows` reads.
  private(set) var packed: [Double]

  init(plan: VenuePlan) {
    self.plan = plan
    let zero = [Double](repeating: 0, count: plan.venue.book.columns.count)
    unitValue = zero
    unitNotional = zero
    accrued = zero
    growth = zero
    initialFactor = zero
    maintenanceFactor = zero
    packed = [Double](repeating: 0, count: zero.count * HeadroomRows.columnStride)
  }

  /// Returns to t = 0 with the given marks.
  func reset(marks: [Double]) {
    for column in accrued.indices {
      accrued[column] = 0
      growth[column] = 1
    }
    revalue(marks: marks)
  }

  /// Moves to `step`: balances grow, funding falls due at the step's marks and, where it moves, at the path's rate.
  func advance(to step: Int, marks: [Double], path: PathView) {
    for (index, column) in plan.venue.book.columns.enumerated() {
      growth[index] = plan.growth[index][step]
      let interval = plan.fundingSteps[index]
      if interval > 0, step % interval == 0 {
        accrued[index] += plan.fundingRate(of: index, at: step, path: path) * marks[column.asset]
      }
    }
    revalue(marks: marks)
  }

  /// Takes new marks within a step.
  func revalue(marks: [Double]) {
    for (index, column) in plan.venue.book.columns.enumerated() {
      let grown = marks[column.asset] * growth[index]
      unitNotional[index] = grown
      unitValue[index] = grown - accrued[index]
      packed[index * HeadroomRows.columnStride] = unitValue[index]
      packed[index * HeadroomRows.columnStride + 1] = grown
    }
  }

  /// Takes the factors of the margin model times `scale`.
  func setFactors(_ factors: any MarginFactors, scale: Double) {
    for index in initialFactor.indices {
      initialFactor[index] = factors.initial[index] * scale
      maintenanceFactor[index] = factors.maintenance[index] * scale
      packed[index * HeadroomRows.columnStride + 2] = maintenanceFactor[index]
    }
  }
}
