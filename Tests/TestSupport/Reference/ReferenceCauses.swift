import Clearing

/// Why accounts were liquidated for the first time, and whose impact it took.
public struct ReferenceCauses: Sendable, Hashable {
  /// First liquidations by the first thing that explains them.
  public var price = 0
  /// Of the rest, those that the impact of the venue itself explains.
  public var ownImpact = 0
  /// Of the rest, those that all impact explains.
  public var otherVenue = 0
  /// The rest.
  public var requirement = 0
  /// Flagged at the start and closed though healthy.
  public var atStart = 0
  /// First liquidations that would not have been without the impact of each venue.
  public var preventable: [Int] = []
}

/// What a venue would be shown with less impact: the same oracle on other marks.
struct ReferenceCounterfactual {
  /// Which impact is left: none, the venue's own, or all but that of one venue.
  private let included: (Int) -> Bool
  private var oracle: ReferenceOracle
  /// What is shown in the wave under way.
  private(set) var prices: [Double] = []

  init(_ oracle: ReferenceOracle, including: @escaping (Int) -> Bool) {
    self.oracle = oracle
    included = including
  }

  mutating func publish(_ market: ReferencePrices) {
    oracle.publish(step: market.step, marks: market.marks(with: included))
  }

  mutating func judge(_ market: ReferencePrices) {
    prices = oracle.judge(step: market.step, marks: market.marks(with: included))
  }

  /// No impact, the impact of `venue`, and then all impact but that of each of `count` venues.
  static func all(of venue: Int, count: Int, oracle: ReferenceOracle) -> [ReferenceCounterfactual] {
    [
      ReferenceCounterfactual(oracle) { _ in false }, ReferenceCounterfactual(oracle) { $0 == venue },
    ] + (0..<count).map { other in ReferenceCounterfactual(oracle) { $0 != other } }
  }
}

extension ReferencePrices {
  /// The present marks with the impact of some venues only.
  func marks(with included: (Int) -> Bool) -> [Double] {
    exogenous.indices.map { asset in
      let impact = impactOf.indices.filter(included).reduce(0) { $0 + impactOf[$1].log(asset) }
      return exogenous[asset] * impactFactor(impact)
    }
  }
}

/// Log impact that one venue's trades, or its failure, made.
struct ReferenceVenueImpact {
  var permanent: [Double]
  var transient: [Double]

  func log(_ asset: Int) -> Double { permanent[asset] + transient[asset] }
}

extension ReferenceClearingHouse {
  /// Finds the cause of the first liquidation of an account, before it is booked: the least that explains it.
  mutating func countCause(of index: Int, _ valuation: ReferenceValuation) {
    func isLiquidatable(_ prices: [Double]) -> Bool {
      margin.health(of: accounts[index], valuation.at(prices)) < 0
    }
    let start = self.valuation(startingMargin.start, hours: 0)
    func isLiquidatableAtStartRates(_ prices: [Double]) -> Bool {
      startingMargin.healthAtStartRates(of: accounts[index], valuation.at(prices), start: start) < 0
    }
    let now = valuation.prices
    guard isLiquidatable(now) else {
      path.causes.atStart += 1
      return
    }
    if isLiquidatableAtStartRates(counterfactuals[0].prices) {
      path.causes.price += 1
    } else if isLiquidatableAtStartRates(counterfactuals[1].prices) {
      path.causes.ownImpact += 1
    } else if isLiquidatableAtStartRates(now) {
      path.causes.otherVenue += 1
    } else {
      path.causes.requirement += 1
    }
    for venue in path.causes.preventable.indices where !isLiquidatable(counterfactuals[2 + venue].prices) {
      path.causes.preventable[venue] += 1
    }
  }
}
