public import Simulation

/// One margin model with against without impact, on the same paths: what forced selling does by moving marks.
///
/// Without impact everybody trades at the exogenous price and half the spread, and no venue's trades reach another. The
/// rest is the same: paths, books, rules, margin models and their factors, claims on venues that fail.
public struct ImpactPairing: Sendable {
  /// The model.
  public let model: ModelLabel
  /// One number with and without impact.
  public struct Row: Sendable {
    /// As in the run.
    public let with: Estimate
    /// Without impact.
    public let without: Estimate
    /// With minus without, paired by path.
    public let difference: PairedDifference
  }

  /// The pairs: losses, reserve, liquidations of each venue, and of all together.
  public let rows: [Row]
  /// Σ over paths with impact ÷ Σ over paths without, of accounts liquidated, liquidated notional and shortfalls.
  public let amplifications: [Estimate]

  /// The families whose numbers are paired.
  private static let families: [any RiskMeasure] = [
    VenueLoss(), ReserveAdequacy(), LiquidationActivity(), TotalLoss(),
  ]

  /// Pairs `model` of a run with the same model of a run of the same paths without impact.
  public init(with: OutcomeTable, without: OutcomeTable, model: Int, settings: MeasureSettings) {
    self.model = with.models[model]
    let bootstrap = PairedBootstrap(
      seed: settings.seed, pathCount: with.paths, replicates: settings.bootstrapReplicates)
    func outcomes(_ table: OutcomeTable, _ venue: Int) -> VenueOutcomes {
      VenueOutcomes(table: table, model: model, venue: venue, settings: settings, bootstrap: bootstrap)
    }
    var rows: [Row] = []
    var amplifications: [Estimate] = []
    for venue in with.venues.indices {
      let pair = (with: outcomes(with, venue), without: outcomes(without, venue))
      for family in Self.families {
        let found = Dictionary(family.estimates(of: pair.with).map { ($0.label, $0) }) { first, _ in first }
        let bare = Dictionary(family.estimates(of: pair.without).map { ($0.label, $0) }) { first, _ in first }
        rows += family.differences(of: pair.with, from: pair.without).compactMap { difference in
          guard let with = found[difference.label], let without = bare[difference.label] else { return nil }
          return Row(with: with, without: without, difference: difference)
        }
      }
      amplifications += Self.amplifications(pair.with, pair.without)
    }
    self.rows = rows
    self.amplifications = amplifications
  }

  private static func amplifications(_ with: VenueOutcomes, _ without: VenueOutcomes) -> [Estimate] {
    let quantities: [(String, PathQuantity)] = [
      ("amplification.accounts", .liquidatedAccounts), ("amplification.notional", .liquidatedNotional),
      ("amplification.shortfall", .shortfall),
    ]
    return quantities.flatMap { id, quantity in
      PathVariable(
        values: with[quantity], denominators: without[quantity],
        statistics: [(with.label(id, .ratio), .ratio)], undefinedBecause: "nothing of it without impact"
      ).estimates(confidence: with.settings.confidence)
    }
  }
}
