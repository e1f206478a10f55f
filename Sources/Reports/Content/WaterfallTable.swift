import RiskMeasures

/// Who paid for the losses of liquidated accounts at one venue, means over all paths, the models side by side.
struct WaterfallTable {
  /// The header: step, then the models.
  let header: [String]
  /// One row a step, with intervals.
  let rows: [[String]]

  /// The steps in the order of the waterfall.
  private static let steps: [(id: String, name: String)] = [
    ("waterfall.equity.mean", "Accounts that end with a shortfall: their equity"),
    ("waterfall.penalty.mean", "Penalties and bonuses of all liquidated accounts"),
    ("liquidators.income.mean", "of which liquidators kept, after slippage and costs"),
    ("reserve.inflow.mean", "of which the reserve got"),
    ("waterfall.shortfall.mean", "Shortfalls, paid by"),
    ("waterfall.segments.mean", "1. segments of the reserve"), ("waterfall.reserve.mean", "2. its shared part"),
    ("adl.haircut.mean", "3. winners, auto-deleveraged"), ("socialised.mean", "4. the remaining accounts"),
    ("badDebt.mean", "5. nobody: bad debt"),
  ]

  /// The table of one venue; nil where no model has a shortfall or a penalty on any path.
  init?(_ report: StressReport, venue: String) {
    let found = Self.steps.map { step in
      report.models.map { model in model.estimates.first { $0.id == step.id && $0.label.venue == venue } }
    }
    guard found.joined().contains(where: { ($0?.value ?? 0) > 0 }) else { return nil }
    header = ["who pays, mean per path"] + report.models.map(\.displayName)
    rows = zip(Self.steps, found).map { step, estimates in
      [step.name]
        + estimates.map { estimate in
          guard let estimate else { return "–" }
          let range = NumberText.interval(estimate.interval, estimate.label.unit)
          let value = NumberText.text(estimate.value, estimate.label.unit)
          return range.isEmpty ? value : "\(value) \(range)"
        }
    }
  }
}
