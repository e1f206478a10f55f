import Foundation

/// What a venue does to slow liquidations down: a cap per asset, a pause after a move.
///
/// Both delay. What is delayed may be closed at better prices later, or at worse ones: the run says which, by comparing
/// with the same paths without the breaker.
public struct CircuitBreaker: Sendable, Hashable {
  /// A pause of liquidations in an asset after its mark moved too far.
  public struct Pause: Sendable, Hashable {
    /// Relative move of the mark, either way, that sets it off, > 0.
    public var move: Double
    /// Hours over which the move is measured, > 0; rounded up to steps.
    public var windowHours: Double
    /// Hours that it lasts, > 0; rounded up to steps, the one in which it begins included.
    public var hours: Double

    /// Creates a pause.
    public init(move: Double, windowHours: Double, hours: Double) {
      self.move = move
      self.windowHours = windowHours
      self.hours = hours
    }
  }

  /// Largest gross money that liquidations may trade in an asset within an hour, as a fraction of its average daily
  /// volume at t = 0, ≥ 0; nil for no cap.
  public var volumePerHour: Double?
  /// The pause; nil for none.
  public var pause: Pause?

  /// Creates a breaker.
  public init(volumePerHour: Double? = nil, pause: Pause? = nil) {
    self.volumePerHour = volumePerHour
    self.pause = pause
  }
}

/// Who closes accounts, and what keeps them from it: capacity, cost, absence. Without these terms liquidators are always
/// there, have no limit and no cost.
public struct LiquidatorTerms: Sendable, Hashable {
  /// Times at which nobody bids.
  public struct Outages: Sendable, Hashable {
    /// Starts per day while liquidators are there, ≥ 0.
    public var perDay: Double
    /// Mean length in hours, exponential, > 0.
    public var meanHours: Double

    /// Creates outages.
    public init(perDay: Double, meanHours: Double) {
      self.perDay = perDay
      self.meanHours = meanHours
    }

    /// Share of time without liquidators in the long run.
    public var longRunShare: Double { perDay * meanHours / (24 + perDay * meanHours) }

    /// Chance that nobody bids at the end of a step of `hours`, given whether somebody did at its start: the two-state
    /// Markov chain in continuous time, exactly.
    public func probability(wasOut: Bool, hours: Double) -> Double {
      let memory = exp(-hours * (perDay / 24 + 1 / meanHours))
      return longRunShare + (wasOut ? (1 - longRunShare) * memory : -longRunShare * memory)
    }
  }

  /// Money that they can trade or repay per hour, ≥ 0; nil for no limit.
  public var capacityPerHour: Double?
  /// Cost of one closing in quiet times, in money, ≥ 0.
  public var fixedCost: Double
  /// How much dearer a closing gets when volatility doubles, as a multiple of the fixed cost, ≥ 0.
  public var congestionSlope: Double
  /// Times at which nobody bids; nil for none.
  public var outages: Outages?

  /// Creates terms.
  public init(
    capacityPerHour: Double? = nil, fixedCost: Double = 0, congestionSlope: Double = 0, outages: Outages? = nil
  ) {
    self.capacityPerHour = capacityPerHour
    self.fixedCost = fixedCost
    self.congestionSlope = congestionSlope
    self.outages = outages
  }

  /// Decay per day of the estimate that congestion looks at. Source: J. P. Morgan/Reuters, *RiskMetrics Technical
  /// Document* (1996).
  public static let decayPerDay = 0.94
}

/// A vault or market maker that takes positions which liquidators leave, at a discount, with money of its own.
public struct Backstop: Sendable, Hashable {
  /// Its money at t = 0, > 0.
  public var capital: Double
  /// What it gains on the mark of every unit taken, as a fraction of it, in [0, 1).
  public var discount: Double
  /// Largest share that it takes of what waits in a step, in (0, 1].
  public var maximumShare: Double
  /// Largest gross notional of what it holds, as a multiple of its equity, > 0.
  public var maximumLeverage: Double

  /// Creates a backstop.
  public init(capital: Double, discount: Double, maximumShare: Double, maximumLeverage: Double) {
    self.capital = capital
    self.discount = discount
    self.maximumShare = maximumShare
    self.maximumLeverage = maximumLeverage
  }
}
