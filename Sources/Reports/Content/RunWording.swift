import RiskMeasures

/// The sentences about a run that HTML and Markdown share.
enum RunWording {
  /// Size of the run in one line.
  static func subtitle(_ report: StressReport) -> String {
    let run = report.run
    let venues = report.venues.map { "\($0.id) (\(counted($0.accountCount, "account")))" }
    return [
      venues.joined(separator: ", "), counted(run.paths, "path"),
      "\(NumberText.ratio(run.horizonDays)) days in steps of \(NumberText.hours(run.stepHours))", "seed \(run.seed)",
      report.provenance.startText,
    ].filter { !$0.isEmpty }.joined(separator: " · ")
  }

  /// A number of things, in the singular where it is one.
  static func counted(_ count: Int, _ thing: String) -> String {
    "\(NumberText.count(count)) \(thing)\(count == 1 ? "" : "s")"
  }

  /// The notice that accounts are made up; nil where all are real.
  static func syntheticNotice(_ report: StressReport) -> String? {
    guard report.run.isSynthetic || report.venues.contains(where: \.isSynthetic) else { return nil }
    let names = report.venues.filter(\.isSynthetic).map(\.id)
    let what = names.isEmpty ? "Part of the input" : "The book of \(names.joined(separator: " and "))"
    return "Synthetic data. \(what) is made up, by hand or from stated distributions; no figure here describes real "
      + "accounts."
  }

  /// What the brackets mean, and the arrows where there are some.
  static func headlineNote(_ report: StressReport, hasArrows: Bool) -> String {
    let confidence = report.models.flatMap(\.estimates).first?.confidence ?? 0.95
    let baseline = report.models.first?.displayName ?? ""
    let brackets = "In brackets: \(NumberText.percent(confidence)) intervals of the sampling error."
    guard hasArrows, !report.comparisons.isEmpty else { return brackets }
    return brackets
      + " An arrow marks a difference from \(baseline) whose paired interval, on the same paths, leaves out zero."
  }

  /// What the run rests on, for the end of a report.
  static func provenance(_ report: StressReport) -> [NamedText] {
    let source = report.provenance
    return [
      NamedText("Started", source.startText), NamedText("Job", "\(report.run.job), SHA-256 \(source.jobHash)"),
      NamedText("Seed", String(report.run.seed)),
      NamedText("Program", "plimsoll \(source.programVersion)" + (source.gitRevision.map { ", revision \($0)" } ?? "")),
      NamedText("Compiled for", source.instructionSet),
      NamedText("BLAS", "\(source.blasConfiguration); \(source.blasFlavour); kernels \(source.blasCore)"),
      NamedText("Machine", "\(source.cpuModel), \(source.workers) \(source.workers == 1 ? "worker" : "workers")"),
      NamedText(
        "Cost",
        "\(NumberText.seconds(source.wallSeconds)) wall, \(NumberText.seconds(source.cpuSeconds)) CPU, "
          + "\(NumberText.bytes(source.peakMemoryBytes)) peak memory"),
      NamedText("Paths", report.pathStates.map { "\(NumberText.count($0.count)) \($0.name)" }.joined(separator: ", ")),
      NamedText(
        "Conservation", "largest relative residual \(NumberText.ratio(report.largestConservationResidual))"),
    ]
  }

  /// What a model was, in one line: matching, factor, parameters.
  static func summary(of model: ModelResult) -> String {
    func text(_ value: Double, _ error: Double) -> String { "\(NumberText.ratio(value)) ± \(NumberText.ratio(error))" }
    let byVenue = model.venueFactors.map { "\($0.venue) \(text($0.value, $0.standardError))" }
    let factors =
      byVenue.isEmpty
      ? "factor " + text(model.factor, model.factorStandardError) : "factors " + byVenue.joined(separator: ", ")
    let factor = model.isAsConfigured ? "as configured" : "\(model.matchingText), \(factors) (standard error)"
    let kind = "\(model.kind), \(model.isDynamic ? "dynamic" : "static")"
    let maintenance =
      model.meanMaintenance.isFinite ? ["mean maintenance \(NumberText.money(model.meanMaintenance))"] : []
    return ([kind, factor] + maintenance + model.parameters.map { "\($0.name) \($0.text)" }).joined(separator: "; ")
  }

  /// How many accounts a model could liquidate at the start, with the first names.
  static func atStart(_ model: ModelResult) -> String {
    let parts = model.liquidatableAtStart.filter { $0.count > 0 }.map { entry in
      let names = entry.ids.joined(separator: ", ") + (entry.count > entry.ids.count ? ", …" : "")
      return "\(entry.venue): \(NumberText.count(entry.count))\(names.isEmpty ? "" : " (\(names))")"
    }
    return parts.isEmpty ? "none" : parts.joined(separator: "; ")
  }
}
