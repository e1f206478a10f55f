import RiskMeasures

/// Picks the curves of a report and makes the charts of the HTML page from them, in the order to read.
enum ChartSections {
  /// The sections that have something to show.
  static func all(_ report: StressReport) -> [ChartSectionView] {
    [
      section("losses", "Losses and the reserve", report.venues.flatMap { lossFigures(report, $0) }),
      section("liquidations", "Liquidations", report.venues.flatMap { liquidationFigures(report, $0.id) }),
      section(
        "map", "Liquidation map", report.venues.flatMap { mapFigures(report, $0.id) },
        tables: ExposureTables.all(report)),
      // Shares of a reserve of nothing are no figures.
      section(
        "reserve-paths", "The reserve along the paths",
        report.venues.filter { $0.initialReserve > 0 }.flatMap { reserveFans(report, $0.id) }),
      section(
        "prices", "Prices along the paths", priceFans(report), isSmall: true,
        note:
          "Price of each asset relative to its start. Bands hold 98\u{00A0}%, 90\u{00A0}% and 50\u{00A0}% of the paths."
      ),
      section(
        "worst-path", "The worst path", report.worstTrace.map(TraceFigures.all) ?? [],
        note: WorstPathWording.text(report)),
      section("margins", "Margin models", report.venues.flatMap { marginFigures(report, $0.id) }),
    ].compactMap { $0 }
  }

  /// A section, or nil where it would be empty.
  private static func section(
    _ id: String, _ heading: String, _ figures: [Figure], isSmall: Bool = false, note: String? = nil,
    tables: [PageView.Table] = []
  ) -> ChartSectionView? {
    guard !figures.isEmpty else { return nil }
    return ChartSectionView(
      id: id, heading: heading, note: note, isSmall: isSmall, figures: figures.map(FigureView.init), tables: tables)
  }

  /// Loss exceedance and reserve adequacy of one venue.
  private static func lossFigures(_ report: StressReport, _ venue: VenueDescription) -> [Figure] {
    let curves = report.curves.venue(venue.id)
    guard !curves.isEmpty else { return [] }
    let losses = curves.map { model, curves in
      LossExceedanceChart.Line(
        series: model, name: report.models[model].displayName,
        points: curves.lossExceedance.points.map { ($0.x, $0.probability) },
        marks: curves.lossExceedance.marks.map {
          LossExceedanceChart.TailMark(
            level: $0.level, valueAtRisk: $0.valueAtRisk.value, expectedShortfall: $0.expectedShortfall.value)
        })
    }
    let reserves = curves.map { model, curves in
      ReserveCurveChart.Line(
        series: model, name: report.models[model].displayName,
        points: curves.reserve.points.map {
          ReserveCurveChart.Point(
            reserve: $0.x, probability: $0.probability, low: $0.interval.low, high: $0.interval.high)
        })
    }
    return [
      LossExceedanceChart(venue: venue.id, lines: losses).figure,
      ReserveCurveChart(venue: venue.id, presentReserve: venue.initialReserve, lines: reserves).figure,
    ]
  }

  /// Frequency by leverage and time to the first liquidation.
  private static func liquidationFigures(_ report: StressReport, _ venue: String) -> [Figure] {
    let curves = report.curves.venue(venue)
    let passages = curves.map { model, curves in
      let points = curves.firstPassage.points
      let shown = FanFigure.evenlySpaced(count: points.count, to: FanFigure.pointsShown)
      return FirstPassageChart.Line(
        series: model, name: report.models[model].displayName,
        points: shown.map { (points[$0].hours, points[$0].cumulativeProbability) })
    }
    let passage = passages.isEmpty ? [] : [FirstPassageChart(venue: venue, lines: passages).figure]
    return leverageFigures(report, venue) + passage
  }

  /// Number of single assets whose map is drawn; all are in the table.
  private static let mappedAssets = 3

  /// The liquidation map of all prices together and of the assets with the most notional.
  private static func mapFigures(_ report: StressReport, _ venue: String) -> [Figure] {
    let first = report.curves.liquidationMaps.filter { $0.venue == venue && $0.model == 0 && $0.totalNotional > 0 }
    return first.prefix(1 + mappedAssets).map { map in
      let lines = report.curves.maps(venue: venue, asset: map.asset).map {
        LiquidationMapChart.Line(series: $0.model, name: report.models[$0.model].displayName, points: $0.points)
      }
      return LiquidationMapChart(
        moved: map.asset.map { "\($0) alone, \(venue)" } ?? "all prices together, \(venue)",
        totalNotional: map.totalNotional, lines: lines
      ).figure
    }
  }

  /// Bars from the estimates; buckets in the order of the model that has most of them.
  private static func leverageFigures(_ report: StressReport, _ venue: String) -> [Figure] {
    let found = report.models.map { model in
      model.estimates.filter {
        $0.id == "liquidation.frequency" && $0.label.venue == venue && $0.label.leverageBucket != nil
      }
    }
    let names = (found.max { $0.count < $1.count } ?? []).compactMap(\.label.leverageBucket)
    guard !names.isEmpty else { return [] }
    let buckets = names.map { name in
      LeverageChart.Bucket(
        name: name,
        bars: found.enumerated().flatMap { model, estimates in
          estimates.filter { $0.label.leverageBucket == name }.map {
            LeverageChart.Bar(
              series: model, name: report.models[model].displayName, frequency: $0.value, low: $0.interval.low,
              high: $0.interval.high)
          }
        })
    }
    return [LeverageChart(venue: venue, buckets: buckets, legend: keys(report)).figure]
  }

  /// One fan a model.
  private static func reserveFans(_ report: StressReport, _ venue: String) -> [Figure] {
    report.curves.venue(venue).map { model, curves in
      fan(
        curves.reserveFan, title: "Reserve of \(venue) under \(report.models[model].displayName)",
        caption:
          "Balance of the reserve as a share of its start. Bands hold 98\u{00A0}%, 90\u{00A0}% and 50\u{00A0}% of the paths.",
        series: model, format: NumberText.percent)
    }
  }

  /// One small fan an asset; prices do not depend on the margin model.
  private static func priceFans(_ report: StressReport) -> [Figure] {
    report.curves.priceFans.map { chart in
      fan(
        chart, title: chart.name, caption: "", series: 0, format: NumberText.ratio,
        frame: ChartFrame(width: 300, height: 200, left: 44, right: 16, top: 10, bottom: 40), includesZero: false)
    }
  }

  /// Turns a fan of the summary, [quantile][time], into a drawing.
  private static func fan(
    _ chart: FanChart, title: String, caption: String, series: Int, format: @escaping @Sendable (Double) -> String,
    frame: ChartFrame = ChartFrame(), includesZero: Bool = true
  ) -> Figure {
    let quantiles = chart.hours.indices.map { time in chart.values.map { $0[time] } }
    return FanFigure(
      probabilities: chart.probabilities, hours: chart.hours, quantiles: quantiles, title: title, caption: caption,
      series: series, format: format, frame: frame, includesZero: includesZero
    ).figure
  }

  /// Volatility seen against realised, then the models against the baseline.
  private static func marginFigures(_ report: StressReport, _ venue: String) -> [Figure] {
    let lines = report.curves.venue(venue).compactMap { model, curves in
      curves.volatility.map { volatility in
        VolatilityChart.Line(
          series: model, name: report.models[model].displayName,
          points: volatility.groups.map { VolatilityChart.Point(realised: $0.realised, seen: $0.seen) })
      }
    }
    let volatility = lines.isEmpty ? [] : [VolatilityChart(venue: venue, lines: lines).figure]
    return volatility + [forest(report, venue)].compactMap { $0 }
  }

  /// Static against dynamic: the headline's measures as shares of the baseline's value.
  private static func forest(_ report: StressReport, _ venue: String) -> Figure? {
    guard let baseline = report.models.first, !report.comparisons.isEmpty else { return nil }
    let rows = Headline.labels(report, venue: venue).compactMap { label -> ForestChart.Row? in
      guard let base = baseline.estimate(label)?.value, base.isFinite, base != 0 else { return nil }
      let marks = report.comparisons.compactMap { comparison in
        comparison.difference(label).map { mark(report, comparison.model, $0, share: 1 / abs(base)) }
      }.filter { $0.low.isFinite && $0.high.isFinite }
      return marks.isEmpty ? nil : ForestChart.Row(label: MeasureWording.name(of: label), marks: marks)
    }
    guard !rows.isEmpty else { return nil }
    let legend = report.comparisons.map {
      Figure.Key(series: $0.model, name: report.models[$0.model].displayName)
    }
    return ForestChart(
      title: "Models against \(baseline.displayName), \(venue)", baseline: baseline.displayName, rows: rows,
      legend: legend
    ).figure
  }

  /// A difference as a share of the baseline's value.
  private static func mark(
    _ report: StressReport, _ model: Int, _ item: PairedDifference, share: Double
  ) -> ForestChart.Mark {
    ForestChart.Mark(
      series: model, name: report.models[model].displayName, share: item.difference * share,
      low: item.interval.low * share, high: item.interval.high * share)
  }

  /// All models, for legends.
  private static func keys(_ report: StressReport) -> [Figure.Key] {
    report.models.enumerated().map { Figure.Key(series: $0.offset, name: $0.element.displayName) }
  }
}
