public import RiskMeasures

/// What the charts show: the curves of each model at each venue, and how prices spread.
public struct RunCurves: Sendable {
  /// Curves, [model][venue], in the report's order of models.
  public var models: [[VenueSummary]]
  /// How prices spread along time, one an asset, relative to the start.
  public var priceFans: [FanChart]
  /// What would be liquidated at which prices, before any simulation.
  public var liquidationMaps: [LiquidationMapResult] = []
  /// What the books gain or lose as prices and implied volatilities move, before any simulation.
  public var exposures: [ExposureResult] = []
  /// Effective leverage before any simulation.
  public var leverages: [LeverageResult] = []
  /// Collateral that stands for what its accounts owe, where there is any.
  public var loops: [LoopResult] = []

  /// Collects curves; without any, the report has no charts.
  public init(models: [[VenueSummary]] = [], priceFans: [FanChart] = []) {
    self.models = models
    self.priceFans = priceFans
  }

  /// The maps of one venue for one asset, nil for all prices together, one a model.
  func maps(venue: String, asset: String?) -> [LiquidationMapResult] {
    liquidationMaps.filter { $0.venue == venue && $0.asset == asset }
  }

  /// The curves of one venue with the index of the model of each.
  func venue(_ id: String) -> [(model: Int, curves: VenueSummary)] {
    models.enumerated().flatMap { model, venues in
      venues.filter { $0.id == id }.map { (model: model, curves: $0) }
    }
  }
}
