/// What the books stand to gain or lose at the start, as tables beside the liquidation map and as files.
enum ExposureTables {
  /// Exposure with greeks, and effective leverage; those that have rows.
  static func all(_ report: StressReport) -> [PageView.Table] {
    let exposures = report.curves.exposures
    let leverages = report.curves.leverages.filter { $0.model < report.models.count }
    let tables = [
      (
        title: "Exposure and greeks",
        note: "Before any simulation. Delta is the money gained per relative rise of the price, "
          + "gamma what delta rises by as the price rises by 1\u{00A0}%, vega the money gained as the at-the-money "
          + "implied volatility rises by 0.01; the smile of options moves along.",
        table: FigureTable(header: ExposureResult.header, rows: exposures.map(\.cells), textColumns: 3, isStacked: true)
      ),
      (
        title: "Effective leverage",
        note:
          "Notional ÷ headroom before any simulation: futures and debts, options by their delta, over what accounts "
          + "have above their maintenance requirement.",
        table: FigureTable(
          header: LeverageResult.header, rows: leverages.map { $0.cells(named: report.models[$0.model].displayName) },
          textColumns: 2)
      ),
    ]
    return tables.filter { !$0.table.rows.isEmpty }.map {
      PageView.Table(title: $0.title, note: $0.note, table: $0.table.markup.text)
    }
  }

  /// `tables/exposure.csv` and `tables/effective_leverage.csv`; those that have rows.
  static func files(_ report: StressReport) -> [OutputFile] {
    var exposure = CSVText(
      header: [
        "venue", "group", "asset", "price", "long_notional", "short_notional", "balances", "option_notional",
        "delta_money", "gamma_money", "vega",
      ])
    for row in report.curves.exposures {
      let numbers = [
        row.price, row.longNotional, row.shortNotional, row.balances, row.optionNotional, row.delta, row.gamma,
        row.vega,
      ]
      exposure.append([row.venue, row.group ?? "", row.asset].map(CSVText.cell) + numbers.map(CSVText.number))
    }
    var leverage = CSVText(
      header: ["venue", "model", "matching", "notional", "headroom", "effective_leverage", "liquidatable"])
    let leverages = report.curves.leverages.filter { $0.model < report.models.count }
    for row in leverages {
      let model = report.models[row.model]
      let numbers: [Double?] = [row.notional, row.headroom, row.leverage]
      leverage.append(
        [row.venue, model.name, model.matching].map(CSVText.cell) + numbers.map(CSVText.number)
          + [String(row.liquidatable)])
    }
    return (report.curves.exposures.isEmpty ? [] : [OutputFile(name: "tables/exposure.csv", text: exposure.text)])
      + (leverages.isEmpty ? [] : [OutputFile(name: "tables/effective_leverage.csv", text: leverage.text)])
  }
}
