public import Schema
import Simulation

/// What hedgers trade in a venue's market, what it costs them, and how much of its moves they make.
public struct HedgerActivity: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "hedgers", summary: "flow, cost and gain of dealers and agents that hedge, and the share of moves that they make",
    formula: "cost = Σ units·(fill − mark before the trade); share = Σ|ΔI of hedges| ÷ Σ|Δ ln M|, close to close",
    source: "mean with Student-t interval")

  /// What it reports, where anybody hedges.
  public static let measures = [
    MeasureDescription("hedger.flow.mean", .money, "money that hedgers trade over the horizon, both ways"),
    MeasureDescription("hedger.cost.mean", .money, "what their trading costs against the marks before it"),
    MeasureDescription("hedger.gain.mean", .money, "what they gain on their hedges, costs included"),
    MeasureDescription("hedger.moveShare.mean", .fraction, "share of the absolute log moves that hedging makes"),
  ]

  /// Creates the family.
  public init() {}

  /// Nothing where nobody hedges.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    guard outcomes[.hedgeFlow].contains(where: { !$0.isNaN }) else { return [] }
    let means: [(String, MeasureUnit, PathQuantity)] = [
      ("hedger.flow.mean", .money, .hedgeFlow), ("hedger.cost.mean", .money, .hedgeCost),
      ("hedger.gain.mean", .money, .hedgeGain), ("hedger.moveShare.mean", .fraction, .hedgeMoveShare),
    ]
    return means.map { id, unit, quantity in
      PathVariable(values: outcomes[quantity], statistics: [(outcomes.label(id, unit), .mean)])
    }
  }
}
