import RiskMeasures

/// `tables/curves.csv`: the points of every curve in long form, so that one file serves all charts.
///
/// `x` and `y` are: loss and P(loss ≥ x); reserve and P(exhausted); hours and the share of accounts liquidated so far;
/// volatility realised and seen; hours and a quantile of reserve ÷ initial reserve or of price ÷ initial price.
enum CurveTable {
  /// The whole file.
  static func text(_ report: StressReport) -> String {
    var table = CSVText(
      header: ["curve", "venue", "model", "matching", "asset", "quantile", "x", "y", "low", "high"])
    for (model, venues) in report.curves.models.enumerated() where model < report.models.count {
      for curves in venues { append(curves, report.models[model], to: &table) }
    }
    for fan in report.curves.priceFans { append(fan, ["price_fan", "", "", "", CSVText.cell(fan.name)], to: &table) }
    return table.text
  }

  /// All curves of one model at one venue.
  private static func append(_ curves: VenueSummary, _ model: ModelResult, to table: inout CSVText) {
    let place = [curves.id, model.name, model.matching].map(CSVText.cell) + [""]
    append(curves.lossExceedance.points, ["loss_exceedance"] + place, to: &table)
    append(curves.reserve.points, ["reserve"] + place, to: &table)
    for point in curves.firstPassage.points {
      let values = [point.hours, point.cumulativeProbability, nil, nil]
      table.append(["first_passage"] + place + [""] + values.map(CSVText.number))
    }
    for group in curves.volatility?.groups ?? [] {
      table.append(["volatility"] + place + [""] + [group.realised, group.seen, nil, nil].map(CSVText.number))
    }
    append(curves.reserveFan, ["reserve_fan"] + place, to: &table)
  }

  /// A curve of probabilities with its intervals.
  private static func append(_ points: [ProbabilityPoint], _ place: [String], to table: inout CSVText) {
    for point in points {
      let values = [point.x, point.probability, point.interval.low, point.interval.high]
      table.append(place + [""] + values.map { CSVText.number($0) })
    }
  }

  /// A fan, one row a quantile and time.
  private static func append(_ fan: FanChart, _ place: [String], to table: inout CSVText) {
    for (probability, values) in zip(fan.probabilities, fan.values) {
      for (hours, value) in zip(fan.hours, values) {
        table.append(place + [CSVText.number(probability)] + [hours, value, nil, nil].map(CSVText.number))
      }
    }
  }
}
