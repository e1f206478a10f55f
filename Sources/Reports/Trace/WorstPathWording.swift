/// The sentences on worst paths that the formats share.
enum WorstPathWording {
  /// Which path each model lost most on, and how to look at it alone; nil where nothing is known.
  static func text(_ report: StressReport) -> String? {
    let lines = sentences(report)
    return lines.isEmpty ? nil : lines.joined(separator: " ")
  }

  /// One sentence a model.
  static func sentences(_ report: StressReport) -> [String] {
    report.worstPaths.filter { $0.model < report.models.count }.map { worst in
      "Under \(report.models[worst.model].displayName) the largest loss, \(NumberText.money(worst.loss)), is on path "
        + "\(worst.path): \(worst.command)."
    }
  }
}
