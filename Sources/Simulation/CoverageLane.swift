import Clearing
import Markets
import Venues

/// One model at one venue with the book held constant, judged over windows as `MarginMetrics` does.
final class CoverageLane {
  private let scale: Double
  private let columns: ColumnState
  /// The columns at the oracle's prices.
  private let shown: ColumnState
  private let oracle: OracleFeed?
  private let factors: any MarginFactors
  private let metrics: MarginMetrics
  private var marks: [Double]
  private var impliedVolatilities: [Double]

  init(plan: VenuePlan, model: ModelPlan, window: Int, grid: TimeGrid) {
    scale = model.scale
    columns = ColumnState(plan: plan)
    factors = model.model.makeFactors(for: plan.venue.book)
    metrics = MarginMetrics(
      plan: plan, model: model, window: window, points: grid.points, stepYears: grid.stepYears)
    marks = [Double](repeating: 0, count: plan.assetIDs.count)
    impliedVolatilities = marks
    oracle = OracleFeed(plan: plan, points: grid.points, stepHours: grid.stepHours, frozen: nil)
    shown = oracle == nil ? columns : ColumnState(plan: plan)
  }

  /// Notional at t = 0 of what has a requirement: the weight of this venue among others.
  var notional: Double { metrics.totalNotional }

  /// Walks a path of exogenous prices; `judged` is told of every move, its weight being that within the venue.
  func walk(_ path: PathView, judged: @escaping (_ weight: Double, _ loss: Double, _ rate: Double) -> Void) {
    metrics.onJudged = judged
    takeMarks(of: path, at: 0)
    factors.reset(oraclePrices: marks)
    columns.reset(marks: marks)
    columns.setFactors(factors, scale: scale)
    oracle?.reset(marks: marks)
    metrics.reset(columns: columns, volatilities: factors.volatilities, marks: marks)
    for step in 1..<path.points {
      takeMarks(of: path, at: step)
      columns.advance(to: step, marks: marks, path: path)
      oracle?.publish(at: step, marks: marks)
      path.give(to: factors, at: step, buffer: &impliedVolatilities)
      if factors.advance(step: step, oraclePrices: oracle?.samples ?? marks) {
        columns.setFactors(factors, scale: scale)
      }
      if let oracle { shown.take(columns, prices: oracle.prices) }
      metrics.record(
        step: step, columns: shown, volatilities: factors.volatilities, marks: marks, atMarks: columns)
    }
    metrics.onJudged = nil
  }

  private func takeMarks(of path: PathView, at point: Int) {
    for asset in marks.indices { marks[asset] = path.values[path.start + asset * path.points + point] }
  }
}
