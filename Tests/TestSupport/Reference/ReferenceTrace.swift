/// How one account of the reference stands at one moment.
public struct ReferenceAccountState: Sendable, Hashable {
  /// Cash plus the value of all positions.
  public var equity: Double
  /// Weighted equity minus maintenance requirement, at the oracle's prices.
  public var health: Double
  /// Everything in the settlement currency, entry prices included.
  public var cash: Double
  /// Signed quantity of each position, in the book's order.
  public var quantities: [Double]
  /// Whether it still takes part.
  public var isOpen: Bool
}

/// How one venue of the reference stands at the end of a step, or at t = 0.
public struct ReferenceVenueState: Sendable, Hashable {
  /// The accounts.
  public var accounts: [ReferenceAccountState]
  /// Cumulative funding per unit of each instrument.
  public var funding: [Double]
  /// Volatility that the margin model sees, annualised, per asset.
  public var volatilities: [Double]
  /// Rates in force per instrument, before the model's scale; 1 for models without any.
  public var rates: [ReferenceRates]
  /// What the oracle shows.
  public var oracle: [Double]
  /// Maintenance requirement of all accounts at what the oracle shows.
  public var requirement: Double
  /// Balance of the reserve.
  public var reserve: Double
  /// What all liquidators together earned so far.
  public var liquidators: Double
  /// How the step's losses were borne.
  public var waterfall: ReferenceWaterfall
  /// (everything − everything at t = 0) ÷ gross equity at t = 0.
  public var conservationResidual: Double
}

/// One wave of liquidations over all venues.
public struct ReferenceWave: Sendable, Hashable {
  /// Marks that the wave was decided at.
  public var marks: [Double]
  /// What it did in each asset's market.
  public var executions: [ReferenceExecution]
  /// What it did to each account that was acted on, by venue and account.
  public var actions: [ReferenceAction]
  /// Whether a failed backstop sold what it held.
  public var sellsBackstop = false
}

/// The three places that a step takes prices to, in this order; the first two where extremes are known.
public enum ReferencePhase: Sendable, Hashable, CaseIterable {
  case low, high, close
}

/// What happened at a step's low or high.
public struct ReferenceVisit: Sendable, Hashable {
  /// Which of them.
  public var phase: ReferencePhase
  /// Exogenous price of each asset there.
  public var exogenous: [Double]
  /// Marks before any wave there.
  public var openingMarks: [Double]
  /// Marks after the last wave there.
  public var closingMarks: [Double]
  /// Number of waves there.
  public var waves: Int
}

/// One step of the reference; step 0 is the state at the start.
public struct ReferenceStep: Sendable, Hashable {
  /// Its number.
  public var number: Int
  /// Exogenous price of each asset.
  public var exogenous: [Double]
  /// The step's low and high, before everything else here; empty where they are not known.
  public var visits: [ReferenceVisit]
  /// Marks when the step's oracle price was published, at its close before any wave there.
  public var openingMarks: [Double]
  /// Marks after the last wave, and after the hedgers.
  public var interimMarks: [[Double]] = []
  /// Marks at the end.
  public var closingMarks: [Double]
  /// Log impact that stays, per asset, at the end.
  public var permanentImpact: [Double]
  /// Log impact that decays, per asset, at the end.
  public var transientImpact: [Double]
  /// The waves that did something, in order: those of the low first, then of the high, then of the close.
  public var waves: [ReferenceWave]
  /// The venues at the end.
  public var venues: [ReferenceVenueState]
}

/// Everything that happened along one path, step by step.
public struct ReferenceTrace: Sendable {
  /// Steps 0…T, fewer if the path ended early.
  public var steps: [ReferenceStep]
  /// Whether a mark or a total stopped being a finite number, which ends a path.
  public var isNonFinite: Bool
  /// The path's quantities, one set per venue.
  public var outcomes: [ReferenceOutcome]
}
