public import Simulation

/// The outcomes of one model at one venue as a measure reads them: paths that are not finite are blanked.
public struct VenueOutcomes: Sendable {
  /// The whole table.
  public let table: OutcomeTable
  /// Index of the model.
  public let model: Int
  /// Index of the venue.
  public let venue: Int
  /// The shared choices.
  public let settings: MeasureSettings
  /// How tail losses divide by asset and group, where the tail was replayed.
  public let contributions: TailContributions?
  /// Whether each path counts.
  let isUsable: [Bool]
  /// Number of paths that count.
  let usableCount: Int
  /// The resampling of paths that all comparisons share; nil where nothing is compared.
  let bootstrap: PairedBootstrap?
  private let series: OutcomeSeries

  /// A view of one series of `table`.
  ///
  /// A path counts if its loss, its uncovered loss, its required reserve and the fall of the whole book are finite.
  init(
    table: OutcomeTable, model: Int, venue: Int, settings: MeasureSettings, contributions: TailContributions? = nil,
    bootstrap: PairedBootstrap? = nil
  ) {
    self.table = table
    self.model = model
    self.venue = venue
    self.settings = settings
    self.contributions = contributions
    self.bootstrap = bootstrap
    let series = table.series(model: model, venue: venue)
    let deciding = [series[.loss], series[.uncovered], series[.requiredReserve]] + series.bookLoss.prefix(1)
    isUsable = (0..<table.paths).map { path in deciding.allSatisfy { path < $0.count && $0[path].isFinite } }
    usableCount = isUsable.count { $0 }
    self.series = series
  }

  /// The venue's label.
  public var venueLabel: VenueLabel { table.venues[venue] }
  /// The model's label.
  public var modelLabel: ModelLabel { table.models[model] }
  /// Length of the horizon in days.
  public var horizonDays: Double { Double(table.steps) * table.stepHours / 24 }
  /// Liquidation counts of the venue, all models.
  var moments: LiquidationMoments { table.moments[venue] }
  /// First liquidations by batch of paths and step.
  var firstPassage: [[UInt32]] { series.firstPassage }
  /// On how many paths each reporting account was liquidated.
  var liquidationsByAccount: [UInt32] { series.liquidationsByAccount }
  /// Reserve balance ÷ initial balance along time.
  var reserveFan: FanCounts { series.reserveFan }

  /// One value per path; NaN where the path does not count.
  public subscript(_ quantity: PathQuantity) -> [Double] { blanked(series[quantity]) }

  /// First liquidations that would not be without each venue's impact, [origin][path]; empty where there is one venue.
  var contagion: [[Double]] { series.contagion.map(blanked) }

  /// Fall of the summed equity per path: of all accounts, or of a group by its index; NaN where the path does not count.
  func bookLoss(group: Int? = nil) -> [Double] { blanked(series.bookLoss[group.map { $0 + 1 } ?? 0]) }

  /// Number of groups that the book's loss is recorded for.
  var groupCount: Int { min(series.bookLoss.count - 1, venueLabel.groups.count) }

  /// A column with NaN where the path does not count.
  private func blanked(_ column: [Double]) -> [Double] {
    guard usableCount < table.paths else { return column }
    return zip(column, isUsable).map { $1 ? $0 : .nan }
  }

  /// The label of a measure of the whole venue.
  func label(_ id: String, _ unit: MeasureUnit, level: Double? = nil, hours: Double? = nil) -> MeasureLabel {
    MeasureLabel(id, venue: venueLabel.id, unit: unit, level: level, hours: hours)
  }

  /// What a count over all paths must say if some of them are not finite: counts cannot leave them out.
  var countNote: String? {
    let nonFinite = table.paths - usableCount
    return nonFinite > 0 ? "\(nonFinite) paths are not finite: they count with what happened before they ended" : nil
  }
}
