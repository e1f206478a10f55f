import Foundation
import JobFiles
import Markets
import Schema
import Testing

/// Processes that take regimes of a calibration, or returns of a history.
@Suite struct ProcessReadingTests {
  /// A job of one process over a calibration, and with `history` over its prices too.
  private func workplace(_ process: String, history: Bool = false, calibration: Bool = true) throws -> Workplace {
    let place = try Workplace()
    try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { \(process) }")
    let sources = (calibration ? "  calibration: market.yaml\n" : "") + (history ? "  history: prices.csv\n" : "")
    try place.edit("job.yaml", "  calibration: market.yaml\n", sources)
    return place
  }

  /// Hourly prices of both assets that move by a few per cent up and down.
  private func prices(rows: Int, assets: String = "ETH,BTC") -> String {
    var text = "hours,\(assets)\n"
    var (eth, btc) = (2000.0, 50000.0)
    var state: UInt64 = 1
    for row in 0..<rows {
      text += "\(row),\(eth),\(btc)\n"
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let up = state >> 63 == 1
      eth *= up ? 1.01 : 0.99
      btc *= (state >> 62) & 1 == 1 ? 1.005 : 1 / 1.005
    }
    return text
  }

  private let regimes = """

    regimes:
      - { name: calm, volatilityMultiple: 0.8, meanDurationDays: 60, next: { wary: 3, crisis: 1 } }
      - { name: wary, volatilityMultiple: 1.2, meanDurationDays: 15, next: { calm: 1 } }
      - { name: crisis, volatilityMultiple: 3, correlationBlend: 0.6, meanDurationDays: 3, next: { wary: 1 } }

    """

  @Test func regimesAreReadAndOneIsChosen() throws {
    let place = try workplace("kind: regime-switching, start: crisis")
    try place.write("market.yaml", Workplace.good("market.yaml") + regimes)
    let job = try place.load()
    let chain = try #require(job.calibration.regimes)
    #expect(chain.regimes.map(\.name) == ["calm", "wary", "crisis"])
    #expect(chain.regimes.map(\.meanDurationDays) == [60, 15, 3])
    #expect(chain.regimes.map(\.correlationBlend) == [0, 0, 0.6])
    #expect(chain.regimes[0].nextProbabilities == [0, 0.75, 0.25])
    #expect(job.market.process is RegimeSwitching)
    for (asset, volatility) in zip(job.calibration.assets, job.market.process.initialVolatilities) {
      #expect(abs(volatility - 3 * asset.volatility) < 1e-12)
    }
  }

  @Test(arguments: [
    ("volatilityMultiple: 0.8", "volatilityMultiple: -1", "regimes[0].volatilityMultiple"),
    ("meanDurationDays: 15", "meanDurationDays: 0", "regimes[1].meanDurationDays"),
    ("meanDurationDays: 15, ", "", "regimes[1].meanDurationDays"),
    ("correlationBlend: 0.6", "correlationBlend: 1.5", "regimes[2].correlationBlend"),
    ("next: { calm: 1 }", "next: { calmer: 1 }", "regimes[1].next"),
    (", next: { calm: 1 }", "", "regimes[1].next"),
    ("next: { calm: 1 }", "next: { calm: -1 }", "regimes[1].next.calm"),
    ("next: { calm: 1 }", "next: { crisis: 1 }", "regimes[0]"),
    ("name: wary", "name: stationary", "regimes[1].name"),
    ("name: wary", "name: calm", "regimes[1].name"),
  ])
  func wrongRegimes(edit: (old: String, new: String, place: String)) throws {
    let place = try workplace("kind: regime-switching")
    var text = regimes.replacingOccurrences(of: edit.old, with: edit.new)
    if edit.place == "regimes[0]" { text = text.replacingOccurrences(of: "wary: 3, crisis: 1", with: "wary: 1") }
    try place.write("market.yaml", Workplace.good("market.yaml") + text)
    #expect(place.problems().map(\.location.keyPath).contains { $0.hasPrefix(edit.place) })
  }

  @Test func twoRegimesFollowEachOther() throws {
    let place = try workplace("kind: regime-switching")
    try place.write(
      "market.yaml",
      Workplace.good("market.yaml") + """

        regimes:
          - { name: calm, volatilityMultiple: 1, meanDurationDays: 30 }
          - { name: crisis, volatilityMultiple: 2, meanDurationDays: 10 }

        """)
    #expect(try place.load().calibration.regimes?.stationaryLaw == [0.75, 0.25])
  }

  @Test func aCalibrationWithoutRegimesIsToldSo() throws {
    #expect(try workplace("kind: regime-switching").problems().map(\.location.keyPath) == ["market.process.kind"])
  }

  @Test func bootstrapTakesReturnsBesideACalibration() throws {
    let place = try workplace("kind: stationary-bootstrap, meanBlockHours: 6, drift: history", history: true)
    try place.write("prices.csv", prices(rows: 60))
    let job = try place.load()
    #expect(
      job.market.process is StationaryBootstrap
        && job.market.process.initialPrices == job.calibration.assets.map(\.price))
    // BTC is the calibration's first asset and the table's second: ± ln 1.005 an hour.
    let hourly = log(1.005) * TimeGrid.hoursPerYear.squareRoot()
    let volatility = job.market.process.longRunVolatilities[0]
    #expect(volatility < hourly && volatility > 0.8 * hourly)
  }

  @Test func filteredSimulationTakesAHistoryAlone() throws {
    let place = try workplace("kind: filtered-historical", history: true, calibration: false)
    try place.write("prices.csv", prices(rows: 300))
    let job = try place.load()
    #expect(job.market.process is FilteredHistorical && job.market.assetIDs == ["ETH", "BTC"])
    #expect(job.calibration.assets.allSatisfy { $0.garch != nil })
  }

  @Test func filteredSimulationTakesGivenFigures() throws {
    let place = try workplace("kind: filtered-historical", history: true)
    try place.write("prices.csv", prices(rows: 60))
    let job = try place.load()
    #expect(job.market.process is FilteredHistorical)
    #expect(job.market.process.initialVolatilities == job.calibration.assets.compactMap { $0.garch?.initialVolatility })
  }

  @Test(arguments: ["stationary-bootstrap", "filtered-historical"])
  func aHistoryMustBeThereAndFit(kind: String) throws {
    #expect(try workplace("kind: \(kind)").problems().map(\.location.keyPath) == ["market.process.kind"])
    let short = try workplace("kind: \(kind)", history: true)
    try short.write("prices.csv", prices(rows: 12))
    #expect(short.problems().map(\.location.keyPath) == ["market.process.kind"])
    try short.write("prices.csv", prices(rows: 60, assets: "ETH,SOL"))
    #expect(short.problems().contains { $0.location.file == "prices.csv" && $0.found == "'BTC'" })
  }
}
