import RiskMeasures

/// The tables that open on demand at the end of the HTML report.
enum DetailTables {
  /// Every table, in order.
  static func all(_ report: StressReport) -> [PageView.Table] {
    waterfalls(report) + [estimates(report)] + report.comparisons.map { differences(report, $0) }
      + [loops(report), risky(report), notes(report)]
      .compactMap { $0 }
  }

  /// Who paid for losses, venue by venue.
  private static func waterfalls(_ report: StressReport) -> [PageView.Table] {
    report.venues.compactMap { venue in
      WaterfallTable(report, venue: venue.id).map { table in
        PageView.Table(
          title: "Who pays at \(venue.id)",
          note: "Means over all paths, losses without any included; the five payers add up to the shortfalls.",
          table: FigureTable(header: table.header, rows: table.rows, textColumns: 1).markup.text)
      }
    }
  }

  /// The files that were read.
  static func inputs(_ source: Provenance) -> MarkupElement {
    FigureTable(
      header: ["file", "SHA-256", "size"],
      rows: source.inputs.map { [$0.label, $0.sha256, NumberText.bytes($0.bytes)] }, textColumns: 2
    ).markup
  }

  /// Every label that any model has, the models side by side.
  private static func estimates(_ report: StressReport) -> PageView.Table {
    var labels: [MeasureLabel] = []
    var seen: Set<MeasureLabel> = []
    for estimate in report.models.flatMap(\.estimates) where seen.insert(estimate.label).inserted {
      labels.append(estimate.label)
    }
    let found = report.models.map { model in
      Dictionary(model.estimates.map { ($0.label, $0) }, uniquingKeysWith: { first, _ in first })
    }
    let rows = labels.map { label in
      [MeasureWording.capitalized(MeasureWording.name(of: label)), label.venue, label.id]
        + found.map { text($0[label]) }
    }
    return PageView.Table(
      title: "All measures", note: "Every number with its interval; the same in tables/measures.csv.",
      table: FigureTable(
        header: ["measure", "venue", "id"] + report.models.map(\.displayName), rows: rows, textColumns: 3
      ).markup.text)
  }

  /// A value with its interval; a dash where the model has no such estimate.
  private static func text(_ estimate: Estimate?) -> String {
    guard let estimate else { return "–" }
    let range = NumberText.interval(estimate.interval, estimate.label.unit)
    let value = NumberText.text(estimate.value, estimate.label.unit)
    return range.isEmpty ? value : "\(value) \(range)"
  }

  /// Every paired difference of one model.
  private static func differences(_ report: StressReport, _ comparison: ComparisonResult) -> PageView.Table {
    let names = [report.models[comparison.model].displayName, report.models.first?.displayName ?? ""]
    let rows = comparison.differences.map { item in
      [
        MeasureWording.name(of: item.label), item.label.venue,
        NumberText.difference(item.difference, item.label.unit),
        NumberText.interval(item.interval, item.label.unit, signed: true), item.isDistinguishable ? "yes" : "no",
      ]
    }
    return PageView.Table(
      title: "\(names[0]) against \(names[1])", note: "Differences on the same paths.",
      table: FigureTable(
        header: ["measure", "venue", "difference", "interval", "leaves out zero"], rows: rows, textColumns: 2
      ).markup.text)
  }

  /// Leverage loops of staked and wrapped collateral.
  private static func loops(_ report: StressReport) -> PageView.Table? {
    let found = report.curves.loops.filter { $0.model < report.models.count }
    guard !found.isEmpty else { return nil }
    let shares = found.filter { $0.model == 0 }.map {
      "\(NumberText.percent($0.shareOfDebt, .measured)) of the debt at \($0.venue) is in loops on \($0.root)"
    }
    return PageView.Table(
      title: "Looped collateral",
      note:
        "Before any simulation: tokens that stand for the asset that their account owes; leverage is tokens ÷ "
        + "equity, and the peg is the token's price over what it stands for. "
        + shares.joined(separator: "; ") + ".",
      table: FigureTable(
        header: LoopResult.header, rows: found.flatMap { $0.cells(named: report.models[$0.model].displayName) },
        textColumns: 4
      ).markup.text)
  }

  /// What was remarked on estimates: excluded paths, undefined values, intervals that fall short.
  private static func notes(_ report: StressReport) -> PageView.Table? {
    let rows = report.models.flatMap { model in
      model.estimates.compactMap { estimate in
        estimate.note.map { [MeasureWording.name(of: estimate.label), estimate.label.venue, model.displayName, $0] }
      }
    }
    guard !rows.isEmpty else { return nil }
    return PageView.Table(
      title: "Remarks on single numbers", note: nil,
      table: FigureTable(header: ["measure", "venue", "model", "remark"], rows: rows, textColumns: 4).markup.text)
  }

  /// The accounts that are liquidated most often under any model.
  private static func risky(_ report: StressReport) -> PageView.Table? {
    let accounts = report.accounts.map {
      (most: $0.liquidation.map(\.value).filter(\.isFinite).max() ?? 0, account: $0)
    }
    .filter { $0.most > 0 }.sorted { ($0.most, $1.account.id) > ($1.most, $0.account.id) }.prefix(20).map(\.account)
    guard !accounts.isEmpty else { return nil }
    let rows = accounts.map { account in
      [
        account.id, account.venue, account.group, NumberText.money(account.equity), NumberText.money(account.exposure),
        account.leverageBucket,
      ] + account.liquidation.map { text($0) }
    }
    return PageView.Table(
      title: "Accounts liquidated most often",
      note: "The first twenty by the largest probability under any model; all are in tables/accounts.csv.",
      table: FigureTable(
        header: ["account", "venue", "group", "equity", "exposure", "leverage"] + report.models.map(\.displayName),
        rows: rows, textColumns: 3
      ).markup.text)
  }

  /// A probability with its interval.
  private static func text(_ probability: AccountProbability) -> String {
    guard probability.value.isFinite else { return NumberText.undefined }
    let ends = [probability.low, probability.high].map { NumberText.percent($0, .measured) }
    return "\(NumberText.percent(probability.value, .measured)) [\(ends[0]), \(ends[1])]"
  }
}
