public import Clearing
import Venues

import Kernels

/// One margin model at one venue, made ready for replay.
public struct ModelPlan: Sendable {
  /// The model.
  let model: any MarginModel
  /// One number on all its rates, after floor and cap; 1 as configured.
  public let scale: Double
  /// Its demands of every position.
  let requirements: RequirementTable
  /// Headroom E^w − MM of every account, for screening and detection.
  let headroom: HeadroomRows
  /// Σ of the initial requirements of each column as a function of its unit notional, before the factor.
  let initialCurves: RequirementCurves
  /// The same of short positions alone.
  let shortInitialCurves: RequirementCurves
  /// Accounts with negative health at t = 0.
  public let liquidatableAtStart: [Int32]

  /// Prepares `model` for the book of `plan`, all its rates multiplied by `scale`.
  public init(model: any MarginModel, scale: Double, plan: VenuePlan) {
    let book = plan.venue.book
    let table = model.requirements(of: book)
    self.model = model
    self.scale = scale
    requirements = table
    headroom = HeadroomRows(
      rowStart: book.rowStart, column: book.column, table: table.maintenance.table,
      tableStart: table.maintenance.tableStart, slopes: table.maintenance.lines.map(\.slope),
      deductions: table.maintenance.lines.map(\.deduction))
    initialCurves = RequirementCurves(book: book, level: table.initial)
    shortInitialCurves = RequirementCurves(book: book, level: table.initial, shortOnly: true)
    liquidatableAtStart = Self.flag(model: model, scale: scale, table: table, plan: plan)
  }

  private static func flag(
    model: any MarginModel, scale: Double, table: RequirementTable, plan: VenuePlan
  ) -> [Int32] {
    let book = plan.venue.book
    let factors = model.makeFactors(for: book)
    factors.reset(oraclePrices: plan.initialPrices)
    let maintenance = factors.maintenance.map { $0 * scale }
    return book.accounts.indices.compactMap { index in
      let health = table.health(
        of: index, in: book, at: plan.initialValues, initialFactors: factors.initial, maintenanceFactors: maintenance)
      return health.health < 0 ? Int32(index) : nil
    }
  }
}
