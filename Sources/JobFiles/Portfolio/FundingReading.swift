import Schema

/// Reads `funding: { rate, intervalHours }` of a perpetual: a constant rate, or `rate: market`.
struct FundingReading {
  /// What longs pay at each funding time; 0 where the market says it, nil where the value is wrong (recorded).
  private(set) var rate: Double? = 0
  /// Hours between funding times; nil, recorded, where the value is wrong.
  private(set) var intervalHours: Double? = 8
  /// Whether the market's funding rate of the asset is paid.
  private(set) var isMarket = false

  private static let market = "market"
  private static let rate = Parameter<Double>.number(
    "rate", unit: "fraction of notional", in: Bounds(-1, 1), "what longs pay at each funding time")
  private static let interval = Parameter<Double>.number(
    "intervalHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), default: 8, "hours between funding times")

  /// Reads the section; without one nothing is paid.
  init(_ section: ParameterReader?) {
    guard var section else { return }
    if let node = section.take("rate") {
      readRate(node, section)
    } else {
      rate = nil
      section.record(
        "the key is required", key: "rate", allowed: Self.allowed, hint: Self.rate.description.summary)
    }
    intervalHours = section.read(Self.interval)
    section.finish()
  }

  private static var allowed: String { "\(rate.description.allowed), or market for the market's funding rate" }

  private mutating func readRate(_ node: DocumentNode, _ section: ParameterReader) {
    if case .scalar(Self.market) = node.content {
      isMarket = true
    } else if case .scalar(let text) = node.content, let value = Double(text), Bounds(-1, 1).contains(value) {
      rate = value
    } else {
      rate = nil
      section.record(
        "the value is not allowed", key: "rate", found: node.shortDescription, allowed: Self.allowed,
        hint: Self.rate.description.summary)
    }
  }
}
