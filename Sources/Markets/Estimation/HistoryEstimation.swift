import Glibc
import Kernels
public import Schema

/// Estimates a market from observed prices.
public enum HistoryEstimation {
  /// The fewest returns that a volatility is estimated from.
  public static let fewestReturns = 20
  /// The fewest joint moves an asset: with fewer the correlation matrix is mostly noise.
  public static let jointMovesPerAsset = 10

  /// Estimates volatilities, correlations, the tail of the dependence and, if asked, GARCH parameters.
  ///
  /// Volatility is the standard deviation of log returns of one step, annualised. The correlations are those of the
  /// standardised GARCH residuals where there are fits (constant conditional correlation: T. Bollerslev, Review of
  /// Economics and Statistics 72, 1990), else those of log returns, over the slots in which every asset has a return, so
  /// that the matrix is a correlation matrix. An asset whose price never moves has volatility 0, no GARCH figures and no
  /// correlation. The drift is set to 0: a few years of prices hardly tell it from noise; μ of a GARCH fit is kept.
  ///
  /// Correlations fall as the step shrinks, since markets do not react in the same instant (T. Epps, Journal of the
  /// American Statistical Association 74, 1979). A book that is held for days under hourly steps is better served by
  /// `correlationHours` = 24; then they are those of log returns at that step.
  /// - Parameters:
  ///   - stepHours: the step of the simulation; a whole multiple of the history's interval.
  ///   - garch: what to fit; nil for none.
  ///   - correlationHours: the step of the moves that are correlated; that of the simulation if nil.
  ///   - shrinksCorrelation: whether to shrink the sample correlations; see `ShrunkCorrelation`. The tail of the dependence
  ///     is estimated from the moves as they are.
  /// - Throws: every problem found, naming assets: too few returns, too few joint moves, a fit that did not converge,
  ///   correlations that contradict each other.
  public static func estimate(
    history: PriceHistory, stepHours: Double, garch: GarchSpecification?, correlationHours: Double? = nil,
    shrinksCorrelation: Bool = false
  ) throws(Problems) -> EstimatedMarket {
    let returns = try history.resampled(toHours: stepHours).logReturns()
    let estimates = try estimateAssets(returns, garch: garch, source: history.source)
    let correlated = try moves(history, returns, estimates, stepHours: stepHours, correlationHours: correlationHours)
    let moving = estimates.indices.filter { estimates[$0].volatility.volatility > 0 }
    let joint = try jointMoves(correlated.values, moving, history)
    let dependence = try dependence(joint, joint.correlation, history)
    let shrinkage = shrinksCorrelation && !joint.assets.isEmpty ? ShrunkCorrelation(joint) : nil
    let correlation = shrinkage?.matrix ?? joint.correlation
    return EstimatedMarket(
      calibration: MarketCalibration(
        assets: zip(estimates, history.prices).map { calibrated($0, prices: $1) },
        correlation: widened(correlation, of: joint.assets, count: estimates.count),
        window: window(of: history, observations: estimates.map(\.volatility.observations).min() ?? 0),
        degreesOfFreedom: dependence?.degreesOfFreedom),
      assets: estimates, correlationObservations: joint.observations,
      correlationHours: correlationHours ?? stepHours, correlatesResiduals: correlated.areResiduals,
      dependence: dependence, shrinkage: shrinkage)
  }

  /// The same with the choices of a job: whether to fit GARCH, and under which law of innovations.
  ///
  /// Then the long-run variance is the sample's, so that a simulation reverts to a volatility that was seen.
  public static func estimate(
    history: PriceHistory, stepHours: Double, includeGarch: Bool, innovations: GarchInnovations,
    correlationHours: Double? = nil, shrinksCorrelation: Bool = false
  ) throws(Problems) -> EstimatedMarket {
    try estimate(
      history: history, stepHours: stepHours,
      garch: includeGarch ? GarchSpecification(innovations: innovations, targetsVariance: true) : nil,
      correlationHours: correlationHours, shrinksCorrelation: shrinksCorrelation)
  }
}

extension HistoryEstimation {
  private static func estimateAssets(
    _ returns: LogReturns, garch: GarchSpecification?, source: SourceLocation
  ) throws(Problems) -> [AssetEstimate] {
    let problems = ProblemCollector()
    var estimates: [AssetEstimate] = []
    for (index, id) in returns.assetIDs.enumerated() {
      let values = returns.values[index]
      let observations = returns.observations(of: index)
      guard observations >= fewestReturns,
        let volatility = VolatilityEstimate(
          returns: values, endsHours: returns.endsHours, stepHours: returns.stepHours)
      else {
        problems.record(
          "\(id) has too few returns of \(returns.stepHours) h to estimate a volatility", at: source,
          found: "\(observations)", allowed: "\(fewestReturns) or more")
        continue
      }
      var fit: GarchFit?
      if let garch, volatility.volatility > 0 {
        fit = GarchFit(returns: values, stepHours: returns.stepHours, specification: garch)
        record(fit, of: id, observations: observations, at: source, problems)
      }
      estimates.append(AssetEstimate(id: id, volatility: volatility, garch: fit))
    }
    try problems.throwIfAny()
    return estimates
  }

  private static func record(
    _ fit: GarchFit?, of id: String, observations: Int, at source: SourceLocation, _ problems: ProblemCollector
  ) {
    guard let fit else {
      problems.record(
        "\(id) has too few returns to fit GARCH", at: source, found: "\(observations)",
        allowed: "\(GarchFit.fewestObservations) or more", hint: "give a longer history, or choose another process")
      return
    }
    guard !fit.converged else { return }
    problems.record(
      "the GARCH fit of \(id) did not converge", at: source,
      found: "α \(fit.parameters.alpha), β \(fit.parameters.beta) after the last step",
      hint: "look for wrong prices in its history, choose another window, or another process")
  }

  /// What is to be correlated: residuals of the fits at the simulation's own step, else log returns.
  private static func moves(
    _ history: PriceHistory, _ returns: LogReturns, _ estimates: [AssetEstimate], stepHours: Double,
    correlationHours: Double?
  ) throws(Problems) -> (values: [[Double]], areResiduals: Bool) {
    if let correlationHours, correlationHours != stepHours {
      return (try history.resampled(toHours: correlationHours).logReturns().values, false)
    }
    let fitted = estimates.contains { $0.garch != nil }
    return (estimates.indices.map { estimates[$0].garch?.residuals ?? returns.values[$0] }, fitted)
  }

  private static func jointMoves(
    _ values: [[Double]], _ moving: [Int], _ history: PriceHistory
  ) throws(Problems) -> JointMoves {
    let slots = commonSlots(values, moving)
    let needed = jointMovesPerAsset * moving.count
    guard slots.count < needed else { return JointMoves(values: values, assets: moving, slots: slots) }
    let left = moving.map { asset in commonSlots(values, moving.filter { $0 != asset }).count }
    let culprit = zip(moving, left).max { $0.1 < $1.1 }?.0
    throw Problems([
      Problem(
        "too few steps have a return of every asset to estimate correlations", at: history.source,
        found: "\(slots.count)", allowed: "\(needed) or more: \(jointMovesPerAsset) an asset",
        hint: culprit.map { "most are missing for \(history.assetIDs[$0]): leave it out, or give more history" })
    ])
  }

  /// The slots in which every one of `assets` has a value.
  private static func commonSlots(_ values: [[Double]], _ assets: [Int]) -> [Int] {
    guard let first = assets.first else { return [] }
    return values[first].indices.filter { slot in assets.allSatisfy { !values[$0][slot].isNaN } }
  }

  private static func dependence(
    _ joint: JointMoves, _ correlation: Matrix, _ history: PriceHistory
  ) throws(Problems) -> StudentDependenceEstimate? {
    guard !joint.assets.isEmpty else { return nil }
    do {
      _ = try CholeskyFactor(correlation)
    } catch {
      let problem = CorrelationProblem(
        assetIDs: joint.assets.map { history.assetIDs[$0] }, leadingMinor: error.leadingMinor)
      throw Problems([Problem("\(problem)", at: history.source, hint: "leave one of them out")])
    }
    guard let found = StudentDependenceEstimate(joint, correlation: correlation) else {
      throw Problems([
        Problem(
          "the tail of the joint moves could not be estimated", at: history.source,
          hint: "look for assets that move as one, or for long runs of equal prices")
      ])
    }
    return found
  }

  private static func calibrated(_ estimate: AssetEstimate, prices: [Double]) -> AssetCalibration {
    AssetCalibration(
      id: estimate.id, price: prices.last { !$0.isNaN } ?? .nan, volatility: estimate.volatility.volatility,
      garch: estimate.garch?.parameters)
  }

  private static func window(of history: PriceHistory, observations: Int) -> CalibrationWindow {
    CalibrationWindow(
      source: history.source.file, from: calendarDay(hoursSince1970: history.timesHours[0]),
      to: calendarDay(hoursSince1970: history.timesHours[history.timesHours.count - 1]), observations: observations)
  }
}
