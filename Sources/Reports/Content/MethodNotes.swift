/// The notes on method and data at the end of the HTML report.
enum MethodNotes {
  /// Every note, in order.
  static func all(_ report: StressReport) -> [PageView.Notes] {
    [market(report)] + report.venues.map(venue) + [models(report), atStart(report), statistics]
  }

  /// Process, dependence, horizon, data.
  private static func market(_ report: StressReport) -> PageView.Notes {
    let market = report.market
    let days = NumberText.ratio(report.run.horizonDays)
    let facts = [
      NamedText("Price process", market.process), NamedText("Dependence", market.dependence),
      NamedText("Assets", market.assets.joined(separator: ", ")),
      NamedText("Horizon", "\(days) days, \(report.run.steps) steps of \(NumberText.hours(report.run.stepHours))"),
    ]
    let sources = market.dataSources.map { NamedText("Data", $0) }
    return PageView.Notes(title: "Market", text: nil, pairs: facts + sources + market.parameters)
  }

  /// The book at the start and the venue's rules.
  private static func venue(_ venue: VenueDescription) -> PageView.Notes {
    let unit = " " + venue.settlement
    let facts = [
      NamedText("Accounts", NumberText.count(venue.accountCount)),
      NamedText("Positions", NumberText.count(venue.positionCount)),
      NamedText("Equity of all accounts", NumberText.money(venue.totalEquity) + unit),
      NamedText("Open interest", NumberText.money(venue.openInterest) + unit),
      NamedText("Reserve at the start", NumberText.money(venue.initialReserve) + unit),
      NamedText("Assets", venue.assets.joined(separator: ", ")),
    ]
    let text = venue.summary.isEmpty ? nil : venue.summary
    return PageView.Notes(title: "Venue \(venue.id)", text: text, pairs: facts + venue.parameters)
  }

  /// Each model's parameters and matching.
  private static func models(_ report: StressReport) -> PageView.Notes {
    PageView.Notes(
      title: "Margin models", text: nil,
      pairs: report.models.map { NamedText($0.displayName, RunWording.summary(of: $0)) })
  }

  /// What would be liquidated without any move of the market.
  private static func atStart(_ report: StressReport) -> PageView.Notes {
    PageView.Notes(
      title: "Accounts liquidatable at the start",
      text: "Their liquidations follow from the level of the margin, not from its movement.",
      pairs: report.models.map { NamedText($0.displayName, RunWording.atStart($0)) })
  }

  /// How numbers and intervals are made.
  private static let statistics = PageView.Notes(
    title: "Statistics",
    text: """
      All margin models see the same price paths. Value at risk is the order statistic of rank ⌈nα⌉ with a \
      distribution-free interval; expected shortfall is that value plus the mean excess over it divided by 1 − α. \
      Probabilities have Wilson intervals; frequencies over accounts are clustered by path. Differences between models \
      are paired by path. The intervals measure sampling error only: they say nothing on whether the price process, the \
      impact or the book is right.
      """,
    pairs: [])
}
