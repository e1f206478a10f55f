import JobFiles
import Kernels
import Markets
import Schema
import Testing

/// A job that replays bars: what it reads, and every way in which bars can be wrong.
@Suite("A history of bars")
struct BarHistoryTests {
  static let bars = """
    event,venue,asset,time_utc,open,high,low,close,base_volume
    crash,spot,BTC,2020-03-12T00:00Z,100,101,90,95,1
    crash,spot,BTC,2020-03-12T01:00Z,96,99,94,98,1
    crash,spot,BTC,2020-03-12T02:00Z,97,97.5,80,85,1
    crash,spot,ETH,2020-03-12T00:00Z,10,10.5,8,9,1
    crash,spot,ETH,2020-03-12T01:00Z,9,9.5,8.5,9.25,1
    crash,spot,ETH,2020-03-12T02:00Z,9.25,9.25,9.25,9.25,1
    calm,spot,BTC,2021-03-12T00:00Z,100,100,100,100,1
    """

  /// A place of work whose job replays two bars of the crash.
  static func workplace(history: String = "{ bars: bars.csv, event: crash }", bars: String = BarHistoryTests.bars)
    throws
    -> Workplace
  {
    let place = try Workplace()
    try place.write("bars.csv", bars)
    try place.edit(
      "job.yaml", "process: { kind: garch, innovations: student-t }",
      "process: { kind: replay }\n  history: \(history)")
    try place.edit("job.yaml", "days: 2", "hours: 2")
    try place.edit("job.yaml", "paths: 1000", "paths: 1")
    try place.edit("job.yaml", "updateHours: 8", "updateHours: 1")
    try place.edit("book/venue.yaml", "intervalHours: 8", "intervalHours: 1")
    return place
  }

  /// One block drawn from the job's market: every channel of asset `asset` on the first path.
  private func series(_ job: StressJob, asset: Int) -> [[Double?]] {
    let generator = PathGenerator(market: job.market, seed: 1)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    return [PathBlock.Channel.price, .low, .high].map { channel in
      (0..<job.grid.points).map { block.value(channel, path: 0, asset: asset, point: $0) }
    }
  }

  @Test("closes become prices, the first open is t = 0, and extremes reach back over the gap before an open")
  func unscaled() throws {
    let place = try Self.workplace(history: "{ bars: bars.csv, event: crash, scaledToCalibration: false }")
    let job = try place.load()
    #expect(series(job, asset: 0) == [[100, 95, 98], [100, 90, 94], [100, 101, 99]])
    #expect(series(job, asset: 1) == [[10, 9, 9.25], [10, 8, 8.5], [10, 10.5, 9.5]])
    #expect(job.market.intraStep == .bars && job.market.process.distinctPaths == 1)
    let later = try place.load([JobOverride(argument: "market.from=2020-03-12T01:00Z")])
    #expect(series(later, asset: 0) == [[96, 98, 85], [96, 94, 80], [96, 99, 98]])
  }

  @Test("by default a path starts at the calibration's prices and keeps the bars' log returns")
  func scaled() throws {
    let job = try Self.workplace().load()
    #expect(series(job, asset: 0) == [[50000, 47500, 49000], [50000, 45000, 47000], [50000, 50500, 49500]])
    let calm = try #require(series(job, asset: 1)[0][1])
    #expect(abs(calm - 1800) < 1e-9)
    #expect(job.market.process.initialPrices == [50000, 2000])
  }

  @Test("closes alone on request: no extremes are kept")
  func closesAlone() throws {
    let job = try Self.workplace().load([JobOverride(argument: "market.intraStep={kind: none}")])
    #expect(series(job, asset: 0) == [[50000, 47500, 49000], [nil, nil, nil], [nil, nil, nil]])
  }

  @Test("an asset without bars moves with another one, or not at all, and the job says so")
  func proxies() throws {
    let onlyBitcoin = Self.bars.split(separator: "\n").filter { !$0.contains("ETH") }.joined(separator: "\n")
    let scaled = "{ bars: bars.csv, event: crash, proxies: { ETH: { asset: BTC, factor: 2 } } }"
    let job = try Self.workplace(history: scaled, bars: onlyBitcoin).load()
    let found = series(job, asset: 1)
    for (values, ratios) in zip(found, [[1, 0.95, 0.98], [1, 0.9, 0.94], [1, 1.01, 0.99]]) {
      for (value, ratio) in zip(values, ratios) { #expect(abs(try #require(value) - 2000 * ratio * ratio) < 1e-9) }
    }
    #expect(
      job.warnings.contains { $0.hasSuffix("ETH has no bars in this event and moves with BTC, log returns times 2") })
    #expect(job.processParameters.contains(ParameterText(key: "history.proxies", value: "ETH as BTC × 2")))
    let flat = try Self.workplace(
      history: "{ bars: bars.csv, event: crash, proxies: { ETH: flat } }", bars: onlyBitcoin
    )
    .load()
    #expect(series(flat, asset: 1) == [[2000, 2000, 2000], [2000, 2000, 2000], [2000, 2000, 2000]])
    let own = try Self.workplace(history: "{ bars: bars.csv, event: crash, proxies: { ETH: flat } }").load()
    #expect(own.warnings.contains { $0.hasSuffix("ETH is not replayed from its own bars and keeps its price") })
  }

  @Test("of several venues the preferred one is used")
  func venues() throws {
    let both =
      Self.bars + "\ncrash,perp,BTC,2020-03-12T00:00Z,200,200,200,200,1"
      + "\ncrash,perp,BTC,2020-03-12T01:00Z,200,200,100,100,1\ncrash,perp,BTC,2020-03-12T02:00Z,100,100,100,100,1"
    let place = try Self.workplace(history: "{ bars: bars.csv, event: crash, venues: [perp, spot] }", bars: both)
    #expect(series(try place.load(), asset: 0)[0] == [50000, 50000, 25000])
    let open = try Self.workplace(bars: both).problems()
    #expect(open.map(\.location.keyPath) == ["market.history.venues"])
    #expect(open.first?.found == "'spot', 'perp'")
  }

  /// What is wrong, as (line or nil, key path, part of the message).
  private struct Wrong: CustomTestStringConvertible {
    let name: String
    var history = "{ bars: bars.csv, event: crash }"
    var old = ""
    var new = ""
    var overrides: [String] = []
    let expected: [String]
    var testDescription: String { name }
  }

  private static let wrongs: [Wrong] = [
    Wrong(
      name: "no event named", history: "{ bars: bars.csv }",
      expected: ["job.yaml:7: market.history.event: the table holds several events"]),
    Wrong(
      name: "an unknown event", history: "{ bars: bars.csv, event: crush }",
      expected: ["job.yaml:7: market.history.event: the table has no such event", "did you mean 'crash'?"]),
    Wrong(
      name: "an asset is missing", old: "ETH", new: "LTC",
      expected: ["market.history: the bars lack an asset of the market; found: 'ETH'", "proxies: { ETH: BTC }"]),
    Wrong(
      name: "a proxy for a stranger", history: "{ bars: bars.csv, event: crash, proxies: { ETG: BTC } }",
      expected: ["market.history.proxies.ETG: the proxy is for no asset of the market", "did you mean 'ETH'?"]),
    Wrong(
      name: "a proxy without bars", history: "{ bars: bars.csv, event: crash, proxies: { ETH: LTC } }", old: "ETH",
      new: "XRP", expected: ["market.history.proxies.ETH: the bars lack the asset that is to stand in for ETH"]),
    Wrong(
      name: "a gap", old: "crash,spot,BTC,2020-03-12T01:00Z,96,99,94,98,1\n", new: "",
      expected: ["bars.csv:3: bars of BTC are missing; found: none from 2020-03-12T01:00Z on, 1 in all"]),
    Wrong(
      name: "a high below the close", old: "96,99,94,98", new: "96,97,94,98",
      expected: ["bars.csv:3: high: the high is below another price of the bar; found: 97.0; allowed: ≥ 98.0"]),
    Wrong(
      name: "a low above the open", old: "96,99,94,98", new: "96,99,96.5,98",
      expected: ["bars.csv:3: low: the low is above another price of the bar; found: 96.5; allowed: ≤ 96.0"]),
    Wrong(
      name: "a blank price and a negative one", old: "96,99,94,98", new: "96,,-94,98",
      expected: ["bars.csv:3: high: the price is not allowed", "bars.csv:3: low: the price is not allowed"]),
    Wrong(
      name: "a bar twice", old: "crash,spot,BTC,2020-03-12T01:00Z,96", new: "crash,spot,BTC,2020-03-12T00:00Z,96",
      expected: ["bars.csv:3: time_utc: the bar is not later than the one before it"]),
    Wrong(
      name: "an unknown column", old: "base_volume", new: "colour",
      expected: ["bars.csv:1: unknown column; found: 'colour'"]),
    Wrong(
      name: "a horizon beyond the bars", overrides: ["horizon.hours=4"],
      expected: [
        "market.history: the bars do not fill the horizon; found: 3 bars", "a horizon of 3 hours would fit",
      ]),
    Wrong(
      name: "another step", overrides: ["horizon={hours: 2, stepHours: 0.5}"],
      expected: [
        "market.history: the bars are not one step long; found: 1 h; allowed: 0.5 h", "set horizon.stepHours to 1",
      ]),
    Wrong(
      name: "an empty window", overrides: ["market.from=2022-01-01"],
      expected: ["market.history: no bar lies in the window"]),
    Wrong(
      name: "a process that draws", overrides: ["market.process={kind: gbm}"],
      expected: ["market.history: bars are replayed only; found: process: { kind: gbm }"]),
    Wrong(
      name: "more paths than one", overrides: ["paths=2"],
      expected: ["paths: there are more paths than differ from each other; found: 2; allowed: ≤ 1"]),
    Wrong(
      name: "a table of bars as closes", history: "bars.csv",
      expected: ["market.history: this is a table of bars", "history: { bars: bars.csv }"]),
    Wrong(
      name: "keys of estimation", overrides: ["market.assets=[BTC]"],
      expected: ["market.assets: assets is for prices that figures are estimated from"]),
    Wrong(
      name: "a price out of all proportion", old: "9,9.5,8.5,9.25", new: "9,9e14,8.5,9.25",
      expected: ["market.history: the replayed price of ETH leaves the range of prices"]),
  ]

  @Test("what is wrong is said with its place and what to do", arguments: wrongs)
  private func wrong(_ wrong: Wrong) throws {
    let bars = wrong.old.isEmpty ? Self.bars : Self.bars.replacing(wrong.old, with: wrong.new)
    #expect(wrong.old.isEmpty || bars != Self.bars)
    let place = try Self.workplace(history: wrong.history, bars: bars)
    let text = place.problems(try wrong.overrides.map { try JobOverride(argument: $0) }).map(\.description)
      .joined(separator: "\n")
    #expect(!text.isEmpty)
    for part in wrong.expected { #expect(text.contains(part), "\(text)") }
  }

  @Test("extremes of a bridge are asked for by name, with how they hang together")
  func bridge() throws {
    let place = try Workplace()
    #expect(try place.load().market.intraStep == .none)
    func load(_ keys: String) throws -> StressJob {
      try place.load([JobOverride(argument: "market.intraStep=\(keys)")])
    }
    #expect(try load("{ kind: brownian-bridge }").market.intraStep == .brownianBridge(.correlated))
    let common = try load("{ kind: brownian-bridge, joint: comonotone }")
    #expect(common.market.intraStep == .brownianBridge(.comonotone))
    #expect(
      common.processParameters.contains(
        ParameterText(key: "intraStep", value: "brownian-bridge, extremes comonotone")))
    for (keys, message) in [
      ("{ kind: bridge }", "the value is not allowed"), ("{}", "the key is required"),
      ("{ kind: brownian-bridge, joint: loosely }", "the value is not allowed"),
      ("{ kind: none, joint: correlated }", "unknown key"),
    ] {
      let problems = place.problems([try JobOverride(argument: "market.intraStep=\(keys)")])
      #expect(problems.map(\.message) == [message], "\(keys)")
    }
    let bars = try Self.workplace().problems([try JobOverride(argument: "market.intraStep={kind: brownian-bridge}")])
    #expect(bars.map(\.message) == ["the bars have lows and highs of their own"])
  }

  @Test("bars without a calibration, and lows without bars")
  func without() throws {
    let place = try Self.workplace()
    try place.edit("job.yaml", "  calibration: market.yaml\n", "")
    #expect(place.problems().contains { $0.message == "bars are replayed with the figures of a calibration" })
    let closes = try Self.workplace(history: "prices.csv")
    let problems = closes.problems([try JobOverride(argument: "market.intraStep={kind: bars}")])
    #expect(problems.map(\.message) == ["there are no bars to take lows and highs from"])
  }
}
