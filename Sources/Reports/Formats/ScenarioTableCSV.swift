import RiskMeasures

/// `tables/scenarios.csv`: every figure of every scenario in long form; the job's own market has an empty name.
enum ScenarioTableCSV {
  /// The whole file.
  static func text(_ report: StressReport) -> String {
    var table = CSVText(
      header: ["scenario", "model", "matching", "measure", "venue", "level", "unit", "one_path"]
        + ["value", "standard_error", "low", "high", "confidence", "paths", "note"])
    for scenario in report.scenarios {
      for (model, figures) in zip(report.models, scenario.figures) {
        for item in figures {
          let names = [scenario.description.name ?? "", model.name, model.matching, item.id, item.label.venue]
          let values = [item.value, item.standardError, item.interval.low, item.interval.high, item.confidence]
          table.append(
            names.map(CSVText.cell) + [CSVText.number(item.label.level), item.label.unit.rawValue]
              + [scenario.description.isOnePath ? "true" : "false"] + values.map(CSVText.number)
              + [String(item.paths), CSVText.cell(item.note ?? "")])
        }
      }
    }
    return table.text
  }
}
