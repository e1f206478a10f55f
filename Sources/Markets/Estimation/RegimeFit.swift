import Glibc
public import Kernels

/// Regimes common to all assets, fitted to joint returns by maximum likelihood.
///
/// The law is that of `RegimeSwitching` with normal shocks: in regime s returns are normal with standard deviations m_sσ_j
/// and correlations (1 − b_s)R + b_s. EM (Baum–Welch) finds the start, R among it, as the scatter that the first regime
/// sees; then the likelihood of multiples, blends, stays and moves is climbed directly through the exact transition matrix
/// of the continuous chain, so that what is found is a chain at any step, which a matrix from EM alone need not be.
///
/// Scales: Σπm² = 1, so the volatilities are long-run ones. The first regime has the lowest multiple and no blend: its
/// correlations are R. Means are the sample's, one an asset; the −v²/2 by which the drift of log prices differs between
/// regimes is left out (at 100 % a year and daily steps 0.0014 against a standard deviation of 0.05). Standard errors are
/// the sandwich's of the chain's figures with R and the ratios of the σ_j given, to which a blend's adds the error of the
/// mean correlation in R. J. Hamilton, Econometrica 57 (1989).
public struct RegimeFit: Sendable {
  /// One regime's figures.
  public struct Regime: Sendable {
    /// What the regime is called.
    public let name: String
    /// m: the volatility multiple.
    public let volatilityMultiple: Estimate
    /// b: how far correlations go towards 1.
    public let correlationBlend: Estimate
    /// The expected stay, in days.
    public let meanDurationDays: Estimate
    /// P(next regime is k), 0 for itself.
    public let nextProbabilities: [Estimate]
    /// The share of time in the long run.
    public let share: Double
  }

  /// The assets, in the order of `volatilities` and `correlation`.
  public let assetIDs: [String]
  /// The regimes by rising multiple.
  public let regimes: [Regime]
  /// The chain, as a calibration takes it; nil if the figures make none.
  public let chain: RegimeChain?
  /// Long-run volatility of each asset, annualised.
  public let volatilities: [Double]
  /// R, the correlation of shocks in the first regime: the calibration's `correlation`.
  public let correlation: Matrix
  /// Log-likelihood of the joint log returns.
  public let logLikelihood: Double
  /// Slots in which every asset has a return.
  public let observations: Int
  /// Figures estimated: means, volatilities, correlations, and those of the chain.
  public let parameterCount: Int
  /// Whether the search settled.
  public let converged: Bool
  /// P(regime | all returns), [slot][regime], of all slots.
  public let probabilities: [[Double]]

  /// −2 ln L + k·ln n: of fits to the same returns the lowest is the best (G. Schwarz, Annals of Statistics 6, 1978).
  public var bic: Double { -2 * logLikelihood + Double(parameterCount) * log(Double(observations)) }

  /// The number of regimes that are tried.
  public static let allowedCounts = 1...3

  /// Fits so many regimes; nil with a number not allowed, fewer than `GarchFit.fewestObservations` joint returns or
  /// `HistoryEstimation.jointMovesPerAsset` of them an asset, or assets that do not vary or move as one.
  public init?(returns: LogReturns, regimes count: Int) {
    guard Self.allowedCounts.contains(count), let market = RegimeMarket(returns) else { return nil }
    var search = RegimeSearch(market: market, count: count)
    guard let found = search.fit() else { return nil }
    self.init(found, of: returns, market: market)
  }

  /// The fits of one to three regimes that can be made, to be compared by `bic`.
  public static func candidates(returns: LogReturns) -> [RegimeFit] {
    allowedCounts.compactMap { RegimeFit(returns: returns, regimes: $0) }
  }

  private init(_ found: RegimeSearch.Found, of returns: LogReturns, market: RegimeMarket) {
    let figures = found.figures
    let names = [["all"], ["calm", "crisis"], ["calm", "wary", "crisis"]][figures.count - 1]
    assetIDs = returns.assetIDs
    regimes = figures.count == 1 ? [] : figures.indices.map { found.regime($0, name: names[$0]) }
    chain = RegimeChain(
      figures.count == 1
        ? [
          MarketRegime(
            name: names[0], volatilityMultiple: 1, correlationBlend: 0, meanDurationDays: 1, nextProbabilities: [0])
        ]
        : zip(names, figures).map {
          MarketRegime(
            name: $0, volatilityMultiple: $1.multiple, correlationBlend: $1.blend, meanDurationDays: $1.days,
            nextProbabilities: $1.next)
        })
    let annual = (TimeGrid.hoursPerYear / returns.stepHours).squareRoot()
    volatilities = market.scales.map { $0 * found.scale * annual }
    correlation = found.correlation
    logLikelihood = found.logLikelihood - Double(market.observations) * market.scales.reduce(0) { $0 + log($1) }
    observations = market.observations
    let assets = returns.assetIDs.count
    let (k, pairs) = (figures.count, assets * (assets - 1) / 2)
    let blends = assets > 1 ? k - 1 : 0
    parameterCount = 2 * assets + pairs + (k - 1) + blends + (k > 1 ? k + k * (k - 2) : 0)
    converged = found.converged
    probabilities = stride(from: 0, to: found.probabilities.count, by: k).map {
      Array(found.probabilities[$0..<$0 + k])
    }
  }
}

/// Joint returns brought to zero mean and unit variance.
struct RegimeMarket {
  /// Standardised returns, slot after slot; empty where an asset has none.
  let slots: [[Double]]
  /// The standard deviations that the returns were divided by.
  let scales: [Double]
  let correlation: Matrix
  let observations: Int
  let stepHours: Double

  init?(_ returns: LogReturns) {
    let values = returns.values
    let complete = (values.first?.indices ?? 0..<0).filter { slot in values.allSatisfy { $0[slot].isFinite } }
    guard complete.count >= GarchFit.fewestObservations,
      complete.count >= HistoryEstimation.jointMovesPerAsset * values.count
    else { return nil }
    let joint = JointMoves(values: values, assets: Array(values.indices), slots: complete)
    guard joint.assets.count == values.count else { return nil }
    scales = values.map { row in meanAndVariance(complete.map { row[$0] }).variance.squareRoot() }
    var slots = [[Double]](repeating: [], count: values[0].count)
    for (index, slot) in complete.enumerated() { slots[slot] = joint.moves.map { $0[index] } }
    self.slots = slots
    correlation = joint.correlation
    observations = complete.count
    stepHours = returns.stepHours
  }
}
