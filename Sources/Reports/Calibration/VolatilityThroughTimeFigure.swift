import Foundation

/// Realised volatility through the window, with the fitted process's own where it follows the data.
struct VolatilityThroughTimeFigure {
  /// The asset.
  let asset: AssetDiagnostics

  private let frame = CalibrationCharts.small

  /// Creates the chart of one asset.
  init(_ asset: AssetDiagnostics) { self.asset = asset }

  /// The chart with its numbers.
  var figure: Figure {
    let points = asset.volatility.filter { $0.realised.isFinite }
    let band = asset.simulatedVolatility
    let values = points.flatMap { [$0.realised, $0.model ?? $0.realised] } + [band.low, band.high]
    let first = points.first?.hours ?? 0, last = points.last?.hours ?? 1
    let x = Scale(.linear, domain: first...max(first + 1, last), from: frame.left, to: frame.plotRight)
    let y = Scale(covering: values, from: frame.plotBottom, to: frame.top, includingZero: true, divisions: 4)
    let times = CalendarTicks(fromHours: first, toHours: last)
    let axes =
      frame.verticalAxis(y, ticks: y.ticks(4), format: NumberText.percent)
      + frame.horizontalAxis(x, title: "", ticks: times.hours, format: times.label)
    let ends = [x.domain.lowerBound, x.domain.upperBound].map(x.position)
    let area = Drawing.area(
      lower: ends.map { ($0, y.position(band.low)) }, upper: ends.map { ($0, y.position(band.high)) },
      Drawing.seriesClass(0))
    let middle = Drawing.stroke(
      from: (ends[0], y.position(band.middle)), to: (ends[1], y.position(band.middle)), "rule")
    let realised = Drawing.line(
      points.map { (x.position($0.hours), y.position($0.realised)) }, Drawing.seriesClass(1) + " median")
    let model = points.compactMap { point in point.model.map { (x.position(point.hours), y.position($0)) } }
    let lines = model.count > 1 ? [realised, Drawing.line(model, Drawing.seriesClass(0))] : [realised]
    return Figure(
      title: asset.id, caption: "",
      drawing: frame.drawing(
        title: "Volatility of \(asset.id) through time",
        description: "Annualised volatility of stretches of the window, realised and of the fitted process.",
        axes + [area, middle] + lines), table: table)
  }

  private var table: FigureTable {
    FigureTable(
      header: ["middle of the stretch", "realised", "model"],
      rows: asset.volatility.map {
        [
          CalendarTicks.day($0.hours), NumberText.percent($0.realised, .measured),
          $0.model.map { NumberText.percent($0, .measured) } ?? "",
        ]
      })
  }
}

/// Where a time axis has its labels: the starts of years, or of quarters where the window is short.
struct CalendarTicks {
  /// Places, in hours since 1970.
  let hours: [Double]
  private let isYearly: Bool

  /// At most six ticks between two times.
  init(fromHours first: Double, toHours last: Double) {
    let yearHours = 8765.82
    let years = (from: 1970 + first / yearHours, to: 1970 + last / yearHours)
    isYearly = years.to - years.from > 2.5
    let unit = isYearly ? 1.0 : 0.25
    let count = (years.to - years.from) / unit
    let step = max(1, (count / 5).rounded(.up)) * unit
    var tick = (years.from / step).rounded(.up) * step
    var found: [Double] = []
    while tick <= years.to, found.count < 12 {
      found.append((tick - 1970) * yearHours)
      tick += step
    }
    hours = found
  }

  /// `2024`, or `2024-07`; a tick is the first of a month up to a day or two.
  func label(_ hours: Double) -> String {
    let text = Self.day(hours + 72)
    return String(text.prefix(isYearly ? 4 : 7))
  }

  /// The UTC day of a time; the number itself where it lies outside of the calendar.
  static func day(_ hours: Double) -> String {
    guard abs(hours) < 2e7 else { return NumberText.ratio(hours) }
    return Date(timeIntervalSince1970: hours * 3600).formatted(.iso8601.year().month().day())
  }
}
