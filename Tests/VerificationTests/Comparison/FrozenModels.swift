import Foundation
import Kernels
import Markets

/// Fits every process to the training part of a panel and forecasts the held-out days one by one.
///
/// Parameters are frozen at the cut; what a process keeps track of (a variance, a regime) goes on from day to day with the
/// returns that came. Drifts are 0, as `plimsoll calibrate` has them.
struct FrozenModels {
  let panel: Panel
  private let returns: LogReturns
  private let estimates: EstimatedMarket
  private let stepYears: Double

  init(_ panel: Panel) throws {
    self.panel = panel
    returns = panel.training.logReturns()
    estimates = try HistoryEstimation.estimate(history: panel.training, stepHours: panel.stepHours, garch: nil)
    stepYears = panel.stepHours / TimeGrid.hoursPerYear
  }

  /// All of them, the benchmark first.
  func forecasts() throws -> [Forecasts] {
    let deviations = estimates.assets.map { $0.volatility.volatility * stepYears.squareRoot() }
    var found = [
      Forecasts("gbm, normal", panel: panel) { asset, _ in .normal(deviation: deviations[asset]) }
    ]
    if let nu = estimates.calibration.degreesOfFreedom {
      found.append(
        Forecasts("gbm, Student-t dependence", panel: panel) { asset, _ in
          .studentT(deviation: deviations[asset], degreesOfFreedom: nu)
        })
    }
    found.append(try jumps())
    found.append(
      Forecasts(
        "stationary-bootstrap", panel: panel, sample: { centred($0) }, scale: { _, _ in 1 }))
    found.append(try regimes())
    found.append(try variance())
    found.append(try decay())
    found += try garch("garch, normal", GarchSpecification(innovations: .normal, targetsVariance: true))
    found += try garch("garch, Student-t", GarchSpecification(innovations: .studentT, targetsVariance: true))
    found += try garch(
      "gjr, Student-t", GarchSpecification(innovations: .studentT, isAsymmetric: true, targetsVariance: true))
    return found
  }

  /// Training returns about their mean.
  private func centred(_ asset: Int) -> [Double] {
    let values = panel.training(asset)
    let centre = mean(values)
    return values.map { $0 - centre }
  }

  /// Merton: the law of a step is the same every day.
  private func jumps() throws -> Forecasts {
    let fit = try required(MarketJumpFit(returns: returns), "the jumps")
    let laws = fit.assets.map { own in
      let perStep = own.intensityPerYear.value * stepYears
      let variance = own.diffusionVolatility.value * own.diffusionVolatility.value * stepYears
      var probability = exp(-perStep)
      return PredictiveLaw(
        (0...8).map { count in
          if count > 0 { probability *= perStep / Double(count) }
          let spread = variance + Double(count) * own.jumpDeviation.value * own.jumpDeviation.value
          let shift = (Double(count) - perStep) * own.jumpMean.value
          return PredictiveLaw.Part(weight: max(probability, 1e-300), mean: shift, deviation: spread.squareRoot())
        })
    }
    return Forecasts("merton", panel: panel) { asset, _ in laws[asset] }
  }

  /// Exponentially weighted variance, normal.
  private func decay() throws -> Forecasts {
    let variances = try panel.returns.indices.map { asset in
      let fit = try required(EwmaFit(returns: panel.training(asset), stepHours: panel.stepHours), "λ")
      let decay = fit.lambda.value
      var variance = meanAndVariance(panel.training(asset)).variance
      return panel.returns[asset].map { value -> Double in
        defer { variance = decay * variance + (1 - decay) * value * value }
        return variance
      }
    }
    return Forecasts("ewma, normal", panel: panel) { asset, slot in
      .normal(deviation: variances[asset][slot].squareRoot())
    }
  }

  /// GARCH, and with Student-t innovations without asymmetry the filtered historical simulation on it.
  private func garch(_ name: String, _ specification: GarchSpecification) throws -> [Forecasts] {
    let figures = try panel.returns.indices.map { asset in
      var figures = try required(
        GarchFit(returns: panel.training(asset), stepHours: panel.stepHours, specification: specification), name
      ).parameters
      figures.mean = 0
      return figures
    }
    let deviations = figures.indices.map { asset in
      let figures = figures[asset]
      let training = panel.training(asset)
      let square = mean(training.map { $0 * $0 })
      var variance = figures.omega + figures.persistence * square
      return panel.returns[asset].map { value -> Double in
        let now = variance.squareRoot()
        let reaction = figures.alpha + (value < 0 ? figures.gamma : 0)
        variance = figures.omega + reaction * value * value + figures.beta * variance
        return now
      }
    }
    let own = Forecasts(name, panel: panel) { asset, slot in
      let deviation = deviations[asset][slot]
      return figures[asset].degreesOfFreedom.map { .studentT(deviation: deviation, degreesOfFreedom: $0) }
        ?? .normal(deviation: deviation)
    }
    guard specification.innovations == .studentT, !specification.isAsymmetric else { return [own] }
    let filtered = Forecasts(
      "filtered-historical", panel: panel,
      sample: { asset in
        let residuals = zip(panel.training(asset), deviations[asset]).map { $0 / $1 }
        let (centre, variance) = meanAndVariance(residuals)
        return residuals.map { ($0 - centre) / variance.squareRoot() }
      }, scale: { deviations[$0][$1] })
    return [own, filtered]
  }

  /// Regimes: the filter sees the returns of all assets; the law of one is a mixture over the regimes of tomorrow.
  private func regimes() throws -> Forecasts {
    let best = try required(
      RegimeFit.candidates(returns: returns).filter { $0.chain != nil }.min { $0.bic < $1.bic }, "the regimes")
    let chain = try required(best.chain, "the chain")
    let filter = try RegimeFilter(chain, fit: best, stepYears: stepYears, stepHours: panel.stepHours)
    let weights = filter.predictions(panel.returns)
    let deviations = best.volatilities.map { $0 * stepYears.squareRoot() }
    return Forecasts("regime-switching (\(chain.regimes.count))", panel: panel) { asset, slot in
      PredictiveLaw(
        zip(weights[slot], chain.regimes).map {
          PredictiveLaw.Part(
            weight: max($0, 1e-300), mean: 0, deviation: deviations[asset] * $1.volatilityMultiple)
        })
    }
  }

  /// Heston: the hidden variance is followed by particles, which make the law of tomorrow.
  private func variance() throws -> Forecasts {
    let laws = try panel.returns.indices.map { asset in
      let fit = try required(
        HestonFit(returns: panel.training(asset), stepHours: panel.stepHours), "Heston's variance")
      return VarianceParticles(fit, asset: asset, stepYears: stepYears).laws(
        panel.returns[asset], heldOut: panel.heldOut)
    }
    return Forecasts("heston", panel: panel) { asset, slot in laws[asset][slot - panel.heldOut.lowerBound] }
  }
}

/// The probabilities of tomorrow's regimes given the returns so far (J. Hamilton, Econometrica 57, 1989).
private struct RegimeFilter {
  private let chain: RegimeChain
  private let transitions: [[Double]]
  private let factors: [CholeskyFactor]
  private let deviations: [[Double]]

  init(_ chain: RegimeChain, fit: RegimeFit, stepYears: Double, stepHours: Double) throws {
    self.chain = chain
    transitions = chain.transitions(hours: stepHours)
    deviations = chain.regimes.map { regime in
      fit.volatilities.map { $0 * regime.volatilityMultiple * stepYears.squareRoot() }
    }
    factors = try chain.regimes.map { regime in
      let blend = regime.correlationBlend
      var matrix = fit.correlation
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns where row != column {
          matrix[row, column] = (1 - blend) * matrix[row, column] + blend
        }
      }
      return try CholeskyFactor(matrix)
    }
  }

  /// P(regime at slot | returns before it), [slot][regime].
  func predictions(_ returns: [[Double]]) -> [[Double]] {
    var now = chain.stationaryLaw
    return returns[0].indices.map { slot in
      let prior = now
      let logs = factors.indices.map { log(max(prior[$0], 1e-300)) + logDensity(returns, slot, $0) }
      let largest = logs.max() ?? 0
      let joint = logs.map { exp($0 - largest) }
      let total = joint.reduce(0, +)
      let posterior = joint.map { $0 / total }
      now = transitions.indices.map { to in
        posterior.indices.reduce(0) { $0 + posterior[$1] * transitions[$1][to] }
      }
      return prior
    }
  }

  /// Up to a constant.
  private func logDensity(_ returns: [[Double]], _ slot: Int, _ regime: Int) -> Double {
    var white = [Double](repeating: 0, count: returns.count)
    var sum = 0.0
    for row in returns.indices {
      var value = returns[row][slot] / deviations[regime][row]
      for column in 0..<row { value -= factors[regime].lower[row, column] * white[column] }
      white[row] = value / factors[regime].lower[row, row]
      sum -= 0.5 * white[row] * white[row] + log(factors[regime].lower[row, row] * deviations[regime][row])
    }
    return sum
  }
}

/// A bootstrap particle filter of Heston's variance (N. Gordon, D. Salmond, A. Smith, IEE Proceedings F 140, 1993).
///
/// The variance moves by a full-truncation Euler scheme in `substeps` a step (R. Lord, R. Koekkoek, D. van Dijk,
/// Quantitative Finance 10, 2010); given its path the return is normal, with mean −½V + ρM and variance (1 − ρ²)V, V the
/// integral of the variance and M that of √v dB.
private struct VarianceParticles {
  private static let count = 1000
  private static let substeps = 4

  private let fit: HestonFit
  private let asset: Int
  private let stepYears: Double

  init(_ fit: HestonFit, asset: Int, stepYears: Double) {
    self.fit = fit
    self.asset = asset
    self.stepYears = stepYears
  }

  /// The law of every held-out return.
  func laws(_ returns: [Double], heldOut: Range<Int>) -> [PredictiveLaw] {
    let longRun = fit.volatility.value * fit.volatility.value
    var variances = [Double](repeating: longRun, count: Self.count)
    var parts = [PredictiveLaw.Part](
      repeating: .init(weight: 1 / Double(Self.count), mean: 0, deviation: 1), count: Self.count)
    var laws: [PredictiveLaw] = []
    let resampling = KeyedDraws(seed: 77, path: UInt64(asset), purpose: .verification)
    for slot in returns.indices.prefix(heldOut.upperBound) {
      for index in variances.indices {
        let draws = KeyedDraws(seed: 78, path: UInt64(asset * Self.count + index), purpose: .verification)
        parts[index] = move(&variances[index], longRun: longRun, draws, slot)
      }
      if heldOut.contains(slot) { laws.append(PredictiveLaw(parts)) }
      resample(&variances, parts, value: returns[slot], uniform: resampling.uniform(step: UInt32(slot), factor: 0))
    }
    return laws
  }

  /// Moves one particle through a step; the law of the return given its path.
  private func move(
    _ variance: inout Double, longRun: Double, _ draws: KeyedDraws, _ slot: Int
  ) -> PredictiveLaw.Part {
    let dt = stepYears / Double(Self.substeps)
    let (kappa, xi) = (fit.reversionPerYear.value, fit.volatilityOfVariance.value)
    var (integral, martingale) = (0.0, 0.0)
    for sub in 0..<Self.substeps {
      let positive = max(variance, 0)
      let shock = draws.normal(step: UInt32(slot), factor: UInt32(sub)) * (positive * dt).squareRoot()
      integral += positive * dt
      martingale += shock
      variance += kappa * (longRun - positive) * dt + xi * shock
    }
    let rho = min(0.999, max(-0.999, fit.correlation.value))
    let spread = max((1 - rho * rho) * integral, 1e-12)
    return PredictiveLaw.Part(
      weight: 1 / Double(Self.count), mean: rho * martingale, deviation: spread.squareRoot())
  }

  /// Systematic resampling by the density of the return that came.
  private func resample(
    _ variances: inout [Double], _ parts: [PredictiveLaw.Part], value: Double, uniform: Double
  ) {
    let logs = parts.map { part -> Double in
      let z = (value - part.mean) / part.deviation
      return -0.5 * z * z - log(part.deviation)
    }
    let largest = logs.max() ?? 0
    let weights = logs.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    let old = variances
    var (index, reached) = (0, weights[0] / total)
    for place in variances.indices {
      let target = (Double(place) + uniform) / Double(Self.count)
      while reached < target, index < Self.count - 1 {
        index += 1
        reached += weights[index] / total
      }
      variances[place] = old[index]
    }
  }
}
