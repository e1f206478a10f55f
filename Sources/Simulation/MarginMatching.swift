public import Markets

import Clearing
import Kernels
import Venues

/// The factor that makes a model's average initial margin equal the baseline's, found on paths of its own.
///
/// The book is held constant, prices are exogenous, the mean runs over pilot paths and steps 1…T of the summed initial
/// requirement of all venues. The factor multiplies initial and maintenance rates after floor and cap, so the mean is
/// proportional to it and the factor is a ratio of means; its error is the ratio estimator's (Cochran, *Sampling
/// Techniques*, 6.4). The pilot's size is fixed whatever the run's, and its seed differs from the run's.
public struct MarginMatching: Sendable {
  /// The factor on the compared model's rates.
  public let factor: Double
  /// Its standard error over pilot paths.
  public let standardError: Double
  /// Mean initial requirement of the baseline and of the compared model as configured.
  public let baselineInitial: Double, modelInitial: Double
  /// Mean maintenance requirement of the baseline and of the compared model as configured.
  public let baselineMaintenance: Double, modelMaintenance: Double
  /// Number of pilot paths.
  public let paths: Int

  /// What the pilot's seed differs from the run's by (the golden ratio in 64 bits).
  private static let pilotSalt: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Draws pilot paths of a run's market, which are not the run's.
  static func pilot(of generator: PathGenerator) -> PathGenerator {
    PathGenerator(market: generator.market, seed: generator.seed ^ pilotSalt)
  }

  /// Compares `model` with `baseline`, each one plan per venue, on `paths` pilot paths of `generator`'s market.
  ///
  /// Nil if the compared model requires nothing at all and the baseline something, so that no factor can help.
  public init?(
    generator: PathGenerator, venues: [VenuePlan], baseline: [ModelPlan], model: [ModelPlan], paths: Int, workers: Int
  ) throws {
    let pilot = Self.pilot(of: generator)
    let blocks = max(1, paths / pathsPerBlock)
    let drawn = try WorkerPool(workers: workers).map(
      blocks: blocks, makeWorkspace: { _ in PilotWorkspace(pilot, venues: venues, models: [baseline, model]) }
    ) { block, workspace in workspace.means(block: block) }.flatMap { $0 }
    let means = generator.market.process.distinctPaths.map { Array(drawn.prefix($0)) } ?? drawn
    let count = Double(means.count)
    func mean(_ model: Int, _ level: Int) -> Double { means.reduce(0) { $0 + $1[model][level] } / count }
    baselineInitial = mean(0, 0)
    modelInitial = mean(1, 0)
    baselineMaintenance = mean(0, 1)
    modelMaintenance = mean(1, 1)
    self.paths = means.count
    guard modelInitial > 0 else {
      // Where neither requires anything, such as a venue of other instruments, the levels are equal already.
      guard baselineInitial == 0 else { return nil }
      factor = 1
      standardError = 0
      return
    }
    let ratio = baselineInitial / modelInitial
    factor = ratio
    let squares = means.reduce(0) { sum, path in
      let residual = path[0][0] - ratio * path[1][0]
      return sum + residual * residual
    }
    standardError = (squares / (count * max(count - 1, 1))).squareRoot() / modelInitial
  }
}

/// One worker's buffers for pilot paths.
private struct PilotWorkspace: ~Copyable {
  private let generator: PathGenerator
  private var block: PathBlock
  private var paths: PathWorkspace
  private let lanes: [[PilotLane]]

  init(_ generator: PathGenerator, venues: [VenuePlan], models: [[ModelPlan]]) {
    self.generator = generator
    block = generator.makeBlock()
    paths = generator.makeWorkspace()
    lanes = models.map { zip(venues, $0).map { PilotLane(plan: $0.0, model: $0.1, grid: generator.market.grid) } }
  }

  /// Mean requirement over steps of each path of a block, [path][model][initial, maintenance].
  mutating func means(block index: Int) -> [[[Double]]] {
    generator.generate(block: index, into: &block, workspace: &paths)
    return (0..<pathsPerBlock).map { path in
      let view = PathView(of: block, path: path, seed: generator.seed)
      return lanes.map { venues in
        venues.reduce([0, 0]) { sum, lane in
          let mean = lane.mean(over: view)
          return [sum[0] + mean.initial, sum[1] + mean.maintenance]
        }
      }
    }
  }
}

/// One model at one venue with the book held constant.
private final class PilotLane {
  private let model: ModelPlan
  private let columns: ColumnState
  private let shown: ColumnState
  private let factors: any MarginFactors
  private let maintenanceCurves: RequirementCurves
  private let shortMaintenanceCurves: RequirementCurves
  private var initialHints: RequirementCurves.Hints
  private var maintenanceHints: RequirementCurves.Hints
  private var shortInitialHints: RequirementCurves.Hints
  private var shortMaintenanceHints: RequirementCurves.Hints
  private let columnCount: Int
  private var marks: [Double]
  private var impliedVolatilities: [Double]
  private let oracle: OracleFeed?
  private let scenarios: ScenarioValues?
  private let quantity: [Double]
  private var losses: [Double]
  private var groupLosses: [Double]

  init(plan: VenuePlan, model: ModelPlan, grid: TimeGrid) {
    let book = plan.venue.book
    self.model = model
    columns = ColumnState(plan: plan)
    factors = model.model.makeFactors(for: book)
    maintenanceCurves = RequirementCurves(book: book, level: model.requirements.maintenance)
    shortMaintenanceCurves = RequirementCurves(book: book, level: model.requirements.maintenance, shortOnly: true)
    initialHints = model.initialCurves.makeHints()
    maintenanceHints = maintenanceCurves.makeHints()
    shortInitialHints = model.shortInitialCurves.makeHints()
    shortMaintenanceHints = shortMaintenanceCurves.makeHints()
    columnCount = book.columns.count
    marks = [Double](repeating: 0, count: plan.assetIDs.count)
    impliedVolatilities = marks
    oracle = OracleFeed(plan: plan, points: grid.points, stepHours: grid.stepHours, frozen: nil)
    shown = oracle == nil ? columns : ColumnState(plan: plan)
    scenarios = model.scenarios.map { ScenarioValues(plan: $0, stepHours: plan.stepHours) }
    quantity = book.quantity
    losses = [Double](repeating: 0, count: model.scenarios?.rows.count ?? 0)
    groupLosses = [Double](repeating: 0, count: model.scenarios?.part.groupCount ?? 0)
  }

  /// Mean over steps 1…T of the summed requirement, as configured times the model's own scale.
  func mean(over path: PathView) -> TwoLevels {
    takeMarks(of: path, at: 0)
    factors.reset(oraclePrices: marks)
    columns.reset(marks: marks)
    columns.setFactors(factors, scale: model.scale)
    oracle?.reset(marks: marks)
    var sum = TwoLevels(initial: 0, maintenance: 0)
    for step in 1..<path.points {
      takeMarks(of: path, at: step)
      columns.advance(to: step, marks: marks, path: path)
      oracle?.publish(at: step, marks: marks)
      path.give(to: factors, at: step, buffer: &impliedVolatilities)
      if factors.advance(step: step, oraclePrices: oracle?.samples ?? marks) {
        columns.setFactors(factors, scale: model.scale)
      }
      if let oracle { shown.take(columns, prices: oracle.prices) }
      for column in 0..<columnCount {
        let unit = shown.unitNotional[column]
        let initial = columns.initial(of: column)
        let maintenance = columns.maintenance(of: column)
        sum.initial += initial.long * model.initialCurves.value(column: column, at: unit, hints: &initialHints)
        sum.maintenance +=
          maintenance.long * maintenanceCurves.value(column: column, at: unit, hints: &maintenanceHints)
        if initial.short != initial.long {
          sum.initial +=
            (initial.short - initial.long)
            * model.shortInitialCurves.value(column: column, at: unit, hints: &shortInitialHints)
        }
        if maintenance.short != maintenance.long {
          sum.maintenance +=
            (maintenance.short - maintenance.long)
            * shortMaintenanceCurves.value(column: column, at: unit, hints: &shortMaintenanceHints)
        }
      }
      addScenarios(to: &sum)
    }
    let steps = Double(path.steps)
    return TwoLevels(initial: sum.initial / steps, maintenance: sum.maintenance / steps)
  }

  /// Adds what scenarios ask of all accounts at the present values.
  private func addScenarios(to sum: inout TwoLevels) {
    guard let scenarios else { return }
    scenarios.refresh(shown)
    scenarios.plan.rows.losses(
      quantity: quantity, values: scenarios.values, into: &losses, groups: &groupLosses)
    let loss = model.scale * groupLosses.reduce(0, +)
    sum.initial += loss
    sum.maintenance += scenarios.plan.part.maintenanceFraction * loss
  }

  private func takeMarks(of path: PathView, at point: Int) {
    for asset in marks.indices { marks[asset] = path.values[path.start + asset * path.points + point] }
  }
}
