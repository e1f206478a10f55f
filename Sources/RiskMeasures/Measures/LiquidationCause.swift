public import Schema
import Simulation

/// What liquidations come from: prices, impact, other venues, the requirement; and whose impact it took.
///
/// The causes are decided account by account at its first liquidation and are exclusive; their shares sum to one but for
/// accounts that were flagged at the start and closed though healthy. The shares by origin are counterfactuals of their
/// own: what would not have been without one venue's impact, all else as it was. They need not sum to anything.
public struct LiquidationCause: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "liquidation-cause", summary: "share of first liquidations by cause, and by the venue whose impact they took",
    formula: "Σ first liquidations with the cause ÷ Σ first liquidations, error by the delta method",
    source: "Cochran, section 6.3; definitions: documentation page Contagion")

  /// What it reports; the last by venue of origin, where there are several venues.
  public static let measures = [
    MeasureDescription("cause.price", .fraction, "liquidated at exogenous prices and the requirement of the start"),
    MeasureDescription("cause.ownImpact", .fraction, "of the rest, with the impact of the account's own venue"),
    MeasureDescription("cause.otherVenue", .fraction, "of the rest, with all impact and the losses of claims"),
    MeasureDescription("cause.requirement", .fraction, "the rest: the requirement has moved"),
    MeasureDescription("contagion.share", .fraction, "first liquidations that would not be without a venue's impact"),
  ]

  /// Creates the family.
  public init() {}

  /// One ratio a cause, one an origin.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    let causes: [(String, PathQuantity)] = [
      ("cause.price", .causedByPrice), ("cause.ownImpact", .causedByOwnImpact),
      ("cause.otherVenue", .causedByOtherVenue), ("cause.requirement", .causedByRequirement),
    ]
    let accounts = outcomes[.liquidatedAccounts]
    let own = causes.filter { outcomes.table.venues.count > 1 || $0.1 != .causedByOtherVenue }.map { id, quantity in
      PathVariable(
        values: outcomes[quantity], denominators: accounts, statistics: [(outcomes.label(id, .fraction), .ratio)],
        undefinedBecause: "nobody was liquidated", isShare: true)
    }
    let origins = outcomes.contagion.enumerated().map { origin, column in
      PathVariable(
        values: column, denominators: accounts,
        statistics: [
          (
            MeasureLabel(
              "contagion.share", venue: outcomes.venueLabel.id, unit: .fraction,
              origin: outcomes.table.venues[origin].id), .ratio
          )
        ], undefinedBecause: "nobody was liquidated", isShare: true)
    }
    return own + origins
  }
}
