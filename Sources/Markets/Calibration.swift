public import Kernels

/// GARCH(1,1)/GJR parameters of one asset's log return, at the scale of `stepHours`.
///
/// r = μ + σ_t ε_t and σ²_{t+1} = ω + (α + γ·1{r<μ})(r−μ)² + βσ²_t, with ε of unit variance, normal or Student-t.
/// Sources: Bollerslev (1986), "Generalized autoregressive conditional heteroskedasticity"; Glosten, Jagannathan and
/// Runkle (1993) for γ.
public struct GarchParameters: Sendable, Hashable {
  /// The step, in hours, whose returns these parameters describe.
  public var stepHours: Double
  /// Mean log return of a step, μ.
  public var mean: Double
  /// Constant of the variance equation, ω, per step.
  public var omega: Double
  /// Reaction to the last squared shock, α.
  public var alpha: Double
  /// Additional reaction to a shock below the mean, γ.
  public var gamma: Double
  /// Persistence of the variance itself, β.
  public var beta: Double
  /// Degrees of freedom of the innovations where they were fitted with Student-t; nil for normal ones.
  public var degreesOfFreedom: Double?
  /// σ at the start of the simulation, annualised.
  public var initialVolatility: Double

  /// Creates a parameter set; see `isStationary` for what a process demands of it.
  public init(
    stepHours: Double, mean: Double, omega: Double, alpha: Double, gamma: Double, beta: Double,
    degreesOfFreedom: Double?, initialVolatility: Double
  ) {
    self.stepHours = stepHours
    self.mean = mean
    self.omega = omega
    self.alpha = alpha
    self.gamma = gamma
    self.beta = beta
    self.degreesOfFreedom = degreesOfFreedom
    self.initialVolatility = initialVolatility
  }

  /// α + γ/2 + β: below 1 the variance has a finite long-run mean.
  public var persistence: Double { alpha + gamma / 2 + beta }
  /// Whether the long-run variance is finite and positive, and the variance positive whatever the shocks.
  public var isStationary: Bool {
    persistence < 1 && omega > 0 && alpha >= 0 && alpha + gamma >= 0 && beta >= 0
  }
  /// ω/(1 − persistence): the long-run variance of one step.
  public var longRunVariance: Double { omega / (1 - persistence) }
  /// The long-run volatility, annualised.
  public var longRunVolatility: Double { (longRunVariance / (stepHours / TimeGrid.hoursPerYear)).squareRoot() }
}

/// What is known of one asset before the simulation starts.
public struct AssetCalibration: Sendable, Hashable {
  /// The asset's name, unique in its universe.
  public var id: String
  /// Price at t = 0 in the settlement currency; > 0.
  public var price: Double
  /// Long-run volatility of log returns, annualised; 0 makes the price constant up to drift.
  public var volatility: Double
  /// Expected simple growth rate per year, continuously compounded.
  public var drift: Double
  /// GARCH parameters, where they were fitted.
  public var garch: GarchParameters?
  /// Jumps of the log price, where there are any; part of `volatility`.
  public var jumps: AssetJumps?
  /// Parameters of Heston's variance, where they were fitted.
  public var heston: HestonParameters?
  /// The funding rate of perpetuals on the asset, where it moves.
  public var funding: FundingParameters?
  /// The implied volatility of options on the asset, where there is one.
  public var impliedVolatility: ImpliedVolatilityParameters?

  /// Creates a calibration.
  public init(
    id: String, price: Double, volatility: Double, drift: Double = 0, garch: GarchParameters? = nil,
    jumps: AssetJumps? = nil, heston: HestonParameters? = nil, funding: FundingParameters? = nil,
    impliedVolatility: ImpliedVolatilityParameters? = nil
  ) {
    self.id = id
    self.price = price
    self.volatility = volatility
    self.drift = drift
    self.garch = garch
    self.jumps = jumps
    self.heston = heston
    self.funding = funding
    self.impliedVolatility = impliedVolatility
  }
}

/// The data that a calibration was estimated from, for the report.
public struct CalibrationWindow: Sendable, Hashable {
  /// Where the data came from, in words.
  public var source: String
  /// First day of the window as written.
  public var from: String
  /// Last day of the window as written.
  public var to: String
  /// Number of returns per asset.
  public var observations: Int

  /// Creates a window.
  public init(source: String, from: String, to: String, observations: Int) {
    self.source = source
    self.from = from
    self.to = to
    self.observations = observations
  }
}

/// The calibrated market: assets, and the correlation of their shocks.
public struct MarketCalibration: Sendable {
  /// The assets that a process draws, in the order of every matrix; on paths, derived ones come after them.
  public private(set) var assets: [AssetCalibration]
  /// Assets whose prices follow others', each after its base.
  public let derived: [DerivedAsset]
  /// Correlation of the price shocks, asset × asset.
  public let correlation: Matrix
  /// The estimation window, where figures were estimated.
  public let window: CalibrationWindow?
  /// Degrees of freedom of a Student-t dependence fitted together with the correlation.
  public let degreesOfFreedom: Double?
  /// The regimes that the whole market switches between, where they are known.
  public let regimes: RegimeChain?
  /// Jumps of the market as a whole, where there are any.
  public let marketJumps: MarketJumps?
  /// Weights of dynamic conditional correlation, where they were fitted.
  public let dynamicCorrelation: DynamicCorrelationWeights?
  /// Mean length of the blocks of a stationary bootstrap, in hours, where it was chosen from data.
  public let meanBlockHours: Double?

  /// Creates a calibration; the matrix must be asset × asset.
  public init(
    assets: [AssetCalibration], correlation: Matrix, window: CalibrationWindow? = nil, degreesOfFreedom: Double? = nil,
    regimes: RegimeChain? = nil, marketJumps: MarketJumps? = nil,
    dynamicCorrelation: DynamicCorrelationWeights? = nil, meanBlockHours: Double? = nil, derived: [DerivedAsset] = []
  ) {
    self.assets = assets
    self.derived = derived
    self.correlation = correlation
    self.window = window
    self.degreesOfFreedom = degreesOfFreedom
    self.regimes = regimes
    self.marketJumps = marketJumps
    self.dynamicCorrelation = dynamicCorrelation
    self.meanBlockHours = meanBlockHours
  }

  /// The same market with other figures of the same assets, everything else kept.
  public func replacing(assets: [AssetCalibration]) -> MarketCalibration {
    var copy = self
    copy.assets = assets
    return copy
  }

  /// The index of the asset called `id` in the universe.
  public func index(of id: String) -> Int? { assetIDs.firstIndex(of: id) }
}
