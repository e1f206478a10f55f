import Foundation

/// A job that replays the seven crises on one embedded portfolio.
struct EventsJob {
  /// Hourly bars of six crises, by event; four-hour bars of August 2024.
  static let hourly = "stress_hourly_ohlcv.csv"
  static let fourHourly = "aug2024_4h_ohlcv.csv"

  /// One event: where its bars are, when it begins, how long it lasts, and what stands in for assets without bars.
  struct Event {
    let name: String
    let event: String?
    let from: String
    let hours: Int
    var stepHours = 1
    var venues = ""
    var proxies = ""
  }

  let name: String
  let portfolio: String
  let models: String
  let events: [Event]

  /// The perpetual venue, published tiers beside a margin that follows volatility.
  static let perpetual = EventsJob(
    name: "events-perpetual", portfolio: "perpetual-venue",
    models: """
        - { name: static, kind: tiered }
        - { name: dynamic, kind: volatility-scaled, volatility: { kind: ewma, lambda: 0.97, lambdaPer: day },
            confidence: 0.99, marginPeriodHours: 24, floor: 0.025, cap: 0.5, updateHours: 8 }
      """,
    events: [
      Event(
        name: "march-2020", event: "covid_black_thursday", from: "2020-03-12T00:00Z", hours: 48,
        proxies: "SOL: ETH, AVAX: ETH, DOT: LINK, AAVE: ETH"),
      Event(name: "may-2021", event: "may_2021_crash", from: "2021-05-19T00:00Z", hours: 24),
      Event(name: "terra-2022", event: "luna_ust", from: "2022-05-08T00:00Z", hours: 144),
      Event(name: "ftx-2022", event: "ftx", from: "2022-11-06T00:00Z", hours: 144),
      Event(name: "usdc-2023", event: "usdc_svb", from: "2023-03-10T00:00Z", hours: 48),
      Event(name: "august-2024", event: nil, from: "2024-08-04T00:00Z", hours: 72, stepHours: 4),
      Event(
        name: "october-2025", event: "oct_2025_adl", from: "2025-10-10T00:00Z", hours: 48,
        venues: "binance_spot, binance_usdtm_perp"),
    ])

  /// The lending pool: staked ether and wrapped bitcoin move as what they stand for, USDC by its own bars where it has some.
  static let lending = EventsJob(
    name: "events-lending", portfolio: "lending-pool", models: "  - { name: pool, kind: loan-to-value }",
    events: [
      Event(
        name: "march-2020", event: "covid_black_thursday", from: "2020-03-12T00:00Z", hours: 48,
        proxies: "STETH: ETH, WBTC: BTC, USDC: flat"),
      Event(
        name: "may-2021", event: "may_2021_crash", from: "2021-05-19T00:00Z", hours: 24,
        proxies: "STETH: ETH, WBTC: BTC"),
      Event(
        name: "terra-2022", event: "luna_ust", from: "2022-05-08T00:00Z", hours: 144,
        proxies: "STETH: ETH, WBTC: BTC, USDC: flat"),
      Event(
        name: "ftx-2022", event: "ftx", from: "2022-11-06T00:00Z", hours: 144,
        proxies: "STETH: ETH, WBTC: BTC, USDC: flat"),
      Event(
        name: "usdc-2023", event: "usdc_svb", from: "2023-03-11T14:00Z", hours: 34, proxies: "STETH: ETH, WBTC: BTC"),
      Event(
        name: "august-2024", event: nil, from: "2024-08-04T00:00Z", hours: 72, stepHours: 4,
        proxies: "STETH: ETH, WBTC: BTC, USDC: flat"),
      Event(
        name: "october-2025", event: "oct_2025_adl", from: "2025-10-10T00:00Z", hours: 48,
        venues: "binance_spot, binance_usdtm_perp, bybit_spot", proxies: "STETH: ETH, WBTC: BTC"),
    ])

  /// Writes the job into `folder` and returns its path; the job's own market is small, it only stands beside the events.
  func write(data: String, to folder: String) throws -> String {
    let place = "\(ProjectFolders.package)/Portfolios/\(portfolio)"
    let text = """
      job: \(name)
      description: "Seven crises on the book of today"
      portfolio: \(place)
      market:
        calibration: \(place)/market.yaml
        process: { kind: gbm }
        dependence: { kind: student-t }
      horizon: { hours: 48, stepHours: 1 }
      paths: 256
      seed: 20261124
      marginModels:
      \(models)
      measures: { levels: [0.95, 0.99] }
      scenarios:
      \(events.map { scenario($0, data: data) }.joined(separator: "\n"))

      """
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = "\(folder)/\(name).yaml"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private func scenario(_ event: Event, data: String) -> String {
    let file = event.event == nil ? Self.fourHourly : Self.hourly
    var history = ["bars: \(data)/\(file)"]
    if let name = event.event { history.append("event: \(name)") }
    if !event.venues.isEmpty { history.append("venues: [\(event.venues)]") }
    if !event.proxies.isEmpty { history.append("proxies: { \(event.proxies) }") }
    return """
        - name: \(event.name)
          horizon: { hours: \(event.hours), stepHours: \(event.stepHours) }
          market: { process: { kind: replay }, history: { \(history.joined(separator: ", ")) }, from: "\(event.from)" }
      """
  }
}
