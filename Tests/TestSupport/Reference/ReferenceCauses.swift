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

/// The marks of a wave with less impact than there is, for one venue.
struct ReferenceCounterfactual {
  /// Exogenous prices.
  var exogenous: [Double]
  /// With the impact of the venue itself.
  var own: [Double]
  /// With all impact but that of each venue.
  var without: [[Double]]
}

extension ReferencePrices {
  /// The present marks with less impact, as `venue` would see them.
  func counterfactual(venue: Int) -> ReferenceCounterfactual {
    func marks(of included: (Int) -> Bool) -> [Double] {
      exogenous.indices.map { asset in
        let impact = impactOf.indices.filter(included).reduce(0) { $0 + impactOf[$1].log(asset) }
        return exogenous[asset] * impactFactor(impact)
      }
    }
    return ReferenceCounterfactual(
      exogenous: exogenous, own: marks { $0 == venue },
      without: impactOf.indices.map { other in marks { $0 != other } })
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
    guard let counterfactual else { return }
    func isLiquidatable(_ prices: [Double], _ margin: ReferenceMargin) -> Bool {
      margin.health(of: accounts[index], valuation.at(prices)) < 0
    }
    let now = valuation.prices
    guard isLiquidatable(now, margin) else {
      path.causes.atStart += 1
      return
    }
    if isLiquidatable(counterfactual.exogenous, startingMargin) {
      path.causes.price += 1
    } else if isLiquidatable(counterfactual.own, startingMargin) {
      path.causes.ownImpact += 1
    } else if isLiquidatable(now, startingMargin) {
      path.causes.otherVenue += 1
    } else {
      path.causes.requirement += 1
    }
    for venue in counterfactual.without.indices where !isLiquidatable(counterfactual.without[venue], margin) {
      path.causes.preventable[venue] += 1
    }
  }
}
