/// The correlation matrix as squares whose depth of colour is the correlation, blue above zero and orange below.
struct CorrelationHeatMap {
  /// The matrix.
  let correlation: CorrelationDiagnostics

  /// Up to this many assets the numbers stand in the squares.
  private static let numbersShown = 16

  private var count: Int { correlation.assets.count }
  private var cell: Double { min(44, 420 / Double(max(1, count))) }
  private var frame: ChartFrame {
    let side = cell * Double(count)
    return ChartFrame(width: 64 + side + 8, height: 30 + side + 8, left: 64, right: 8, top: 30, bottom: 8)
  }

  /// The chart with its numbers.
  var figure: Figure {
    let squares = (0..<count).flatMap { row in (0..<count).flatMap { square(row, $0) } }
    return Figure(
      title: "Correlation of the shocks",
      caption: "Of the moves behind the dependence; standard errors are in the table and at the pointer.",
      drawing: frame.drawing(
        title: "Correlation of the shocks", description: "One square a pair of assets.", labels + squares),
      table: table)
  }

  private var labels: [MarkupElement] {
    correlation.assets.enumerated().flatMap { index, name in
      let middle = (Double(index) + 0.5) * cell
      let short = LeverageChart.shortened(name, to: 7)
      return [
        Drawing.label(short, x: frame.left - 6, y: frame.top + middle + 4, anchor: "end", "ticklabel").tooltip(name),
        Drawing.label(
          LeverageChart.shortened(name, to: Int(cell / 6.5)), x: frame.left + middle, y: frame.top - 8, "ticklabel"
        ).tooltip(name),
      ]
    }
  }

  private func square(_ row: Int, _ column: Int) -> [MarkupElement] {
    let value = correlation.values[row][column]
    let place = (x: frame.left + Double(column) * cell, y: frame.top + Double(row) * cell)
    var square = Drawing.rectangle(
      x: place.x, y: place.y, width: cell - 1, height: cell - 1, "heat \(Drawing.seriesClass(value < 0 ? 1 : 0))")
    square.attributes.append(("fill-opacity", Drawing.coordinate(min(1, abs(value)) * 0.75)))
    let names = "\(correlation.assets[row]) and \(correlation.assets[column])"
    let words = row == column ? correlation.assets[row] : "\(names): \(text(row, column))"
    guard count <= Self.numbersShown, row != column else { return [square.tooltip(words)] }
    let number = Drawing.label(
      Self.short(value), x: place.x + cell / 2, y: place.y + cell / 2 + 4, "ticklabel number")
    return [square.tooltip(words), number.tooltip(words)]
  }

  /// Two decimals without the zero in front.
  private static func short(_ value: Double) -> String {
    let text = NumberText.ratio((abs(value) * 100).rounded() / 100, .stated)
    let digits = text.hasPrefix("0.") ? String(text.dropFirst()) : text
    return value < 0 ? "\u{2212}" + digits : digits
  }

  private func text(_ row: Int, _ column: Int) -> String {
    "\(NumberText.ratio(correlation.values[row][column], .measured)) ± "
      + NumberText.ratio(correlation.standardErrors[row][column], .measured)
  }

  private var table: FigureTable {
    FigureTable(
      header: [""] + correlation.assets,
      rows: (0..<count).map { row in
        [correlation.assets[row]] + (0..<count).map { row == $0 ? "1" : text(row, $0) }
      })
  }
}
