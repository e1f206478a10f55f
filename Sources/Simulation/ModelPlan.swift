public import Clearing
import Venues

import Kernels

/// One margin model at one venue, made ready for replay.
public struct ModelPlan: Sendable {
  /// The model.
  let model: any MarginModel
  /// One number on all its rates, after floor and cap; 1 as configured.
  public let scale: Double
  /// Rules that take the place of the venue's while it is replayed under this model; nil for the venue's own.
  let rules: ClearingRules?
  /// Its demands of every position.
  let requirements: RequirementTable
  /// Headroom E^w − MM of every account, for screening and detection.
  let headroom: HeadroomRows
  /// The accounts by how far prices must move before each can be liquidatable.
  let order: HeadroomOrder
  /// Σ of the initial requirements of each column as a function of its unit notional, before the factor.
  let initialCurves: RequirementCurves
  /// The same of short positions alone.
  let shortInitialCurves: RequirementCurves
  /// Its scenarios, for accounts margined by them; nil for a model without any.
  let scenarios: ScenarioPlan?
  /// Accounts with negative health at t = 0.
  public let liquidatableAtStart: [Int32]

  /// Prepares `model` for the book of `plan`, all its rates multiplied by `scale`. `rules`, if any, take the place of the
  /// venue's; their bracket tables, efficiency modes and impact are not looked at, since those belong to the venue and
  /// the market.
  public init(model: any MarginModel, scale: Double, plan: VenuePlan, rules: ClearingRules? = nil) {
    self.rules = rules
    let book = plan.venue.book
    let table = model.requirements(of: book)
    let factors = Self.startFactors(model: model, scale: scale, plan: plan)
    self.model = model
    self.scale = scale
    requirements = table
    headroom = HeadroomRows(
      rowStart: book.rowStart, column: book.column, weight: table.maintenance.leastWeight,
      table: table.maintenance.table,
      tableStart: table.maintenance.tableStart, slopes: table.maintenance.lines.map(\.slope),
      deductions: table.maintenance.lines.map(\.deduction))
    let values = plan.initialValues
    order = HeadroomOrder(
      rows: headroom, quantity: FixedBuffer(book.quantity),
      weighted: FixedBuffer(
        book.quantity.indices.map {
          table.maintenance.weight(position: $0, quantity: book.quantity[$0]) * book.quantity[$0]
        }), constant: FixedBuffer(book.standing),
      state: book.columns.indices.flatMap {
        [
          values.unitValue[$0], values.unitNotional[$0], factors.maintenance[2 * $0], factors.maintenance[2 * $0 + 1],
        ]
      }, typical: book.columns.map { plan.volatilities[$0.asset] })
    initialCurves = RequirementCurves(book: book, level: table.initial)
    shortInitialCurves = RequirementCurves(book: book, level: table.initial, shortOnly: true)
    scenarios = table.scenarios.map { ScenarioPlan(part: $0, book: book) }
    liquidatableAtStart = Self.flag(factors, scale: scale, table: table, plan: plan)
  }

  /// Factors on the requirements of each column at t = 0, those on maintenance scaled.
  private static func startFactors(
    model: any MarginModel, scale: Double, plan: VenuePlan
  ) -> (initial: [Double], maintenance: [Double]) {
    let factors = model.makeFactors(for: plan.venue.book)
    factors.reset(oraclePrices: plan.initialPrices)
    return (factors.initial, factors.maintenance.map { $0 * scale })
  }

  private static func flag(
    _ factors: (initial: [Double], maintenance: [Double]), scale: Double, table: RequirementTable, plan: VenuePlan
  ) -> [Int32] {
    let book = plan.venue.book
    return book.accounts.indices.compactMap { index in
      let health = table.health(
        of: index, in: book, at: plan.initialValues, initialFactors: factors.initial,
        maintenanceFactors: factors.maintenance, scale: scale)
      return health.health < 0 ? Int32(index) : nil
    }
  }
}
