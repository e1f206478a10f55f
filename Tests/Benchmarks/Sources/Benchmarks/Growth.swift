import Foundation

/// `growth`: how the time of a run grows with each of its sizes, the others held; a chart for the documentation.
func runGrowth(_ session: Session) throws {
  func seconds(paths: Int = 512, steps: Int = 240, assets: Int = 12, accounts: Int = 2000, workers: Int? = nil) throws
    -> Double
  {
    let market = try market(assets: assets, steps: steps, isStudent: true)
    let venue = try BenchmarkVenue(market: market, accounts: accounts, hasImpact: true)
    return try Evaluation(session, venue, paths: paths, workers: workers, rounds: 3).secondsPerPath * Double(paths)
  }
  let workers = Array(Set([1, 2, 4, 8, session.workers]).filter { $0 <= session.workers }).sorted()
  let panels = [
    GrowthPanel("paths", try [512, 1024, 2048, 4096].map { ($0, try seconds(paths: $0)) }),
    GrowthPanel("steps", try [60, 120, 240, 480, 960].map { ($0, try seconds(steps: $0)) }),
    GrowthPanel("assets", try [6, 12, 24, 48].map { ($0, try seconds(assets: $0)) }),
    GrowthPanel("accounts", try [1000, 10_000, 100_000].map { ($0, try seconds(accounts: $0)) }),
    GrowthPanel("workers", try workers.map { ($0, try seconds(paths: 2048, workers: $0)) }),
  ]
  for panel in panels {
    for (size, seconds) in panel.points {
      session.table.add(Row(name: "growth.\(panel.title).\(size)", figure: seconds, unit: "s"))
    }
  }
  let resources = "\(session.root)/Sources/StressTesting/StressTesting.docc/Resources"
  let file = session.svg ?? "\(resources)/performance-growth.svg"
  try Data(growthChart(panels).utf8).write(to: URL(fileURLWithPath: file))
  say("wrote \(file)")
}

/// Seconds by one size.
struct GrowthPanel {
  let title: String
  let points: [(size: Int, seconds: Double)]
  init(_ title: String, _ points: [(Int, Double)]) {
    self.title = title
    self.points = points.map { ($0.0, $0.1) }
  }
}

/// A size in few characters: 512, 4096, 100k.
private func plain(_ size: Int) -> String { size % 1000 == 0 ? "\(size / 1000)k" : "\(size)" }

/// One small chart beside the other, both axes logarithmic and equally long per octave in all; the line is growth in
/// proportion, or for workers its inverse.
func growthChart(_ panels: [GrowthPanel]) -> String {
  let (width, height, margin) = (188.0, 220.0, 42.0)
  var svg =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(width) * panels.count) \(Int(height) + 20)\""
    + " font-family=\"sans-serif\" font-size=\"11\" role=\"img\" aria-label=\"Seconds of a run by its sizes\">\n"
    + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
  for (index, panel) in panels.enumerated() {
    guard let first = panel.points.first, let last = panel.points.last else { continue }
    let left = Double(index) * width + margin
    let seconds = panel.points.map(\.seconds)
    let octaves = max(log2(Double(last.size) / Double(first.size)), 1)
    let low = log2(seconds.min() ?? 1) - 0.4
    let high = max(log2(seconds.max() ?? 1) + 0.4, low + 1)
    func x(_ size: Double) -> Double { left + log2(size / Double(first.size)) / octaves * (width - margin - 16) }
    func y(_ value: Double) -> Double { height - 24 - (log2(value) - low) / (high - low) * (height - 60) }
    func place(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    let slope = panel.title == "workers" ? -1.0 : 1.0
    svg += "<text x=\"\(place(left))\" y=\"16\" font-weight=\"bold\">\(panel.title)</text>\n"
    svg +=
      "<path d=\"M\(place(left)) 28V\(place(height - 24))H\(place(left + width - margin - 16))\" fill=\"none\" stroke=\"#888888\"/>\n"
    let end = max(exp2(low), min(exp2(high), first.seconds * pow(Double(last.size) / Double(first.size), slope)))
    let reach = Double(first.size) * pow(end / first.seconds, slope)
    svg +=
      "<line x1=\"\(place(x(Double(first.size))))\" y1=\"\(place(y(first.seconds)))\" x2=\"\(place(x(reach)))\" y2=\"\(place(y(end)))\" stroke=\"#bbbbbb\" stroke-dasharray=\"4 3\"/>\n"
    for point in panel.points {
      let (across, up) = (x(Double(point.size)), y(point.seconds))
      svg += "<circle cx=\"\(place(across))\" cy=\"\(place(up))\" r=\"3.5\" fill=\"#1f5fa8\"/>\n"
      svg +=
        "<text x=\"\(place(across))\" y=\"\(place(up - 7))\" text-anchor=\"middle\" fill=\"#333333\">\(short(point.seconds))</text>\n"
      svg +=
        "<text x=\"\(place(across))\" y=\"\(place(height - 10))\" text-anchor=\"middle\" fill=\"#555555\">\(plain(point.size))</text>\n"
    }
  }
  return svg
    + "<text x=\"42\" y=\"\(Int(height) + 12)\" fill=\"#555555\">seconds of a run; dashed: in proportion</text>\n</svg>\n"
}
