public import Simulation

/// Everything estimated of a run: what reports show and limits are held against.
public struct RiskSummary: Sendable {
  /// The choices it was made with.
  public let settings: MeasureSettings
  /// One for each model of the table, in its order; the first is the baseline.
  public let models: [ModelSummary]
  /// One for each model but the baseline, in the table's order.
  public let comparisons: [ModelComparison]
  /// How prices spread along time, one chart an asset, relative to the start.
  public let priceFans: [FanChart]

  /// Estimates every measure of every model at every venue, and compares each model with the first.
  ///
  /// A pure function of its arguments. Models are taken one after the other: the cost is small beside the simulation.
  ///
  /// - Parameters:
  ///   - table: the outcomes, with at least one model and venue to say anything.
  ///   - contributions: how tail losses divide, for the paths that `tailPaths(of:settings:)` names; where they are
  ///     missing no components are reported.
  public init(of table: OutcomeTable, settings: MeasureSettings, contributions: [TailContributions] = []) {
    let bootstrap =
      table.models.count > 1
      ? PairedBootstrap(seed: settings.seed, pathCount: table.paths, replicates: settings.bootstrapReplicates) : nil
    let outcomes = table.models.indices.map { model in
      table.venues.indices.map { venue in
        VenueOutcomes(
          table: table, model: model, venue: venue, settings: settings,
          contributions: contributions.first { $0.model == model && $0.venue == venue }, bootstrap: bootstrap)
      }
    }
    self.settings = settings
    models = zip(table.models, outcomes).map(ModelSummary.init)
    comparisons = zip(table.models, outcomes).dropFirst().map { label, model in
      ModelComparison(baseline: table.models[0], model: label, outcomes: zip(model, outcomes[0]).map { ($0, $1) })
    }
    priceFans = table.priceFans.map { FanChart($0, stepHours: table.stepHours) }
  }

  /// The paths whose losses must be divided by asset and group for `component.es`: the tail beyond the component level.
  public static func tailPaths(of table: OutcomeTable, settings: MeasureSettings) -> [TailPaths] {
    table.models.indices.flatMap { model in
      table.venues.indices.map { venue in
        let outcomes = VenueOutcomes(table: table, model: model, venue: venue, settings: settings)
        let paths = ComponentShortfall.tailPaths(losses: outcomes[.loss], level: settings.componentLevel)
        return TailPaths(model: model, venue: venue, paths: paths)
      }
    }
  }
}

/// Paths to replay for one model at one venue.
public struct TailPaths: Sendable, Hashable {
  /// Index of the model.
  public let model: Int
  /// Index of the venue.
  public let venue: Int
  /// Indices of the paths, ascending.
  public let paths: [Int]
}

/// Everything estimated of one model.
public struct ModelSummary: Sendable {
  /// The model.
  public let label: ModelLabel
  /// Its estimates: venue by venue, the families in the order of `allRiskMeasures`.
  public let estimates: [Estimate]
  /// Accounts and curves of each venue.
  public let venues: [VenueSummary]

  /// Estimates one model from its outcomes at each venue.
  init(label: ModelLabel, outcomes: [VenueOutcomes]) {
    self.label = label
    let estimates = outcomes.flatMap { outcome in allRiskMeasures.flatMap { $0.init().estimates(of: outcome) } }
    self.estimates = estimates
    venues = outcomes.map { VenueSummary($0, estimates: estimates) }
  }

  /// The estimate of a label, if there is one.
  public func estimate(_ label: MeasureLabel) -> Estimate? { estimates.first { $0.label == label } }
}

/// Accounts and curves of one model at one venue.
public struct VenueSummary: Sendable {
  /// The venue's name.
  public let id: String
  /// Chance of liquidation of each reporting account.
  public let accounts: [AccountLiquidation]
  /// How likely each loss is.
  public let lossExceedance: LossExceedance
  /// How likely each reserve is to be exhausted.
  public let reserve: ReserveCurve
  /// When first liquidations happen.
  public let firstPassage: FirstPassageCurve
  /// `liquidation.frequency` of each leverage bucket, in the table's order.
  public let leverageFrequencies: [Estimate]
  /// Reserve balance ÷ initial balance along time.
  public let reserveFan: FanChart
  /// Volatility seen against realised; nil for a model that goes by none.
  public let volatility: VolatilityCurve?

  /// Draws the curves from outcomes and the estimates made of them.
  init(_ outcomes: VenueOutcomes, estimates: [Estimate]) {
    let venue = outcomes.venueLabel.id
    id = venue
    accounts = AccountLiquidation.rows(of: outcomes)
    lossExceedance = LossExceedance(outcomes, estimates: estimates)
    reserve = ReserveCurve(outcomes)
    firstPassage = FirstPassageCurve(outcomes, estimates: estimates)
    leverageFrequencies = estimates.filter {
      $0.id == "liquidation.frequency" && $0.label.venue == venue && $0.label.leverageBucket != nil
    }
    reserveFan = FanChart(outcomes.reserveFan, stepHours: outcomes.table.stepHours)
    volatility = VolatilityCurve(outcomes)
  }
}

/// What one model changes against the baseline.
public struct ModelComparison: Sendable {
  /// The baseline.
  public let baseline: ModelLabel
  /// The model.
  public let model: ModelLabel
  /// Paired differences, in the order of the model's estimates.
  public let differences: [PairedDifference]

  /// What the model was matched to the baseline in.
  public var matching: Matching { model.matching }

  /// Compares the outcomes of a model with the baseline's, venue by venue.
  init(
    baseline: ModelLabel, model: ModelLabel, outcomes: [(model: VenueOutcomes, baseline: VenueOutcomes)]
  ) {
    self.baseline = baseline
    self.model = model
    differences = outcomes.flatMap { pair in
      allRiskMeasures.flatMap { $0.init().differences(of: pair.model, from: pair.baseline) }
    }
  }

  /// The difference of a label, if there is one.
  public func difference(_ label: MeasureLabel) -> PairedDifference? { differences.first { $0.label == label } }
}
