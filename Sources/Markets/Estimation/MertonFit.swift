import Glibc
import Kernels

/// Merton's jump diffusion fitted to one asset by maximum likelihood: a Poisson mixture of normals at the data's step.
///
/// ln f(r) = ln Σ_n Pois(n; λΔ)·N(r; a + n·m, σ_d²Δ + n·s²), n up to `mostJumps`. The likelihood of such a mixture grows
/// without bound where one component shrinks onto a single return (N. Kiefer, Econometrica 46, 1978; P. Honoré, "Pitfalls
/// in estimating jump-diffusion models", Aarhus 1998): σ_d√Δ is kept above `leastDiffusion` of the standard deviation of
/// returns and λΔ below `mostPerStep`. Returns are taken as independent: clustering of volatility is read as jumps, so
/// many small ones are found in calm-and-storm data. C. Ball, W. Torous, Journal of Financial and Quantitative Analysis 18
/// (1983).
public struct MertonFit: Sendable {
  /// Jumps a year, λ.
  public let intensityPerYear: Estimate
  /// Mean of a jump in log price, m.
  public let jumpMean: Estimate
  /// Standard deviation of a jump in log price, s.
  public let jumpDeviation: Estimate
  /// Volatility of the diffusion σ_d, annualised, without jumps.
  public let diffusionVolatility: Estimate
  /// Volatility of log returns, jumps included: √(σ_d² + λ(m² + s²)), annualised. What a calibration calls `volatility`.
  public let volatility: Estimate
  /// Mean log return of a step without jumps, a.
  public let diffusionMean: Estimate
  /// Log-likelihood of the returns.
  public let logLikelihood: Double
  /// The same of returns that are normal: what jumps have to beat, by three parameters more.
  public let normalLogLikelihood: Double
  /// Number of returns.
  public let observations: Int
  /// The step of the returns, in hours.
  public let stepHours: Double
  /// Whether the search settled.
  public let converged: Bool
  /// Whether a parameter ran to its border: no jumps at all, jumps in nearly every step, or no diffusion.
  public let isAtBorder: Bool
  /// P(at least one jump | return) of every slot; NaN where there is no return.
  public let jumpProbabilities: [Double]
  /// The law of a standardised return, and what standardised it.
  let mixture: JumpMixture
  let series: StandardSeries
  /// What each return does to the mixture's coordinates, [coordinate][slot], 0 where there is none; nil without errors.
  let influence: [[Double]]?
  /// Where the search ended.
  let coordinates: [Double]

  /// Jumps of one step beyond this number are not told apart.
  public static let mostJumps = 8
  /// The largest expected number of jumps in a step that is looked at: beyond, jumps are the diffusion.
  public static let mostPerStep = 2.0
  /// The least standard deviation of the diffusion over a step, as a share of that of returns.
  public static let leastDiffusion = 0.05

  /// The figures as a calibration takes them.
  public var jumps: OwnJumps {
    OwnJumps(
      intensityPerYear: intensityPerYear.value,
      size: JumpSize(mean: jumpMean.value, deviation: jumpDeviation.value))
  }

  /// Fits; nil with fewer than `GarchFit.fewestObservations` returns, or returns that do not vary or are infinite.
  ///
  /// - Parameters:
  ///   - returns: log returns of one step each; NaN where there is none. Their order does not matter.
  ///   - stepHours: the length of a step.
  public init?(returns: [Double], stepHours: Double) {
    self.init(returns: returns, stepHours: stepHours, perStep: nil)
  }

  /// The same with λΔ held at `perStep` where it is given: one coordinate less, and no error of λ.
  init?(returns: [Double], stepHours: Double, perStep: Double?) {
    guard let series = StandardSeries(returns), stepHours > 0 else { return nil }
    let present = series.values.filter { !$0.isNaN }
    let search = LikelihoodSearch { JumpMixture(coordinates: $0, perStep: perStep).logDensities(present) }
    let starts = perStep == nil ? JumpMixture.starts : JumpMixture.starts.map { Array($0.dropFirst()) }
    guard let found = search.best(of: starts) else { return nil }
    let (mean, scale) = (series.mean, series.scale)
    let figures = { (point: [Double]) in
      JumpMixture(coordinates: point, perStep: perStep).figures(
        mean: mean, scale: scale, stepYears: stepHours / TimeGrid.hoursPerYear)
    }
    let mixture = JumpMixture(coordinates: found.coordinates, perStep: perStep)
    isAtBorder = mixture.isAtBorder
    let errors = isAtBorder ? nil : search.standardErrors(of: figures, at: found.coordinates)
    let values = figures(found.coordinates)
    let estimates = values.indices.map { Estimate(values[$0], standardError: errors?[$0]) }
    intensityPerYear = Estimate(values[0], standardError: perStep == nil ? errors?[0] : nil)
    jumpMean = estimates[1]
    jumpDeviation = estimates[2]
    diffusionVolatility = estimates[3]
    volatility = estimates[4]
    diffusionMean = estimates[5]
    let count = Double(present.count)
    logLikelihood = found.logLikelihood - count * log(scale)
    normalLogLikelihood = -0.5 * count * (log(2 * Double.pi * scale * scale * (count - 1) / count) + 1)
    observations = present.count
    self.stepHours = stepHours
    converged = found.converged
    self.mixture = mixture
    self.series = series
    coordinates = found.coordinates
    influence =
      isAtBorder
      ? nil
      : search.influence(at: found.coordinates).map { rows in
        rows.map { Self.spread($0, over: series.values) }
      }
    jumpProbabilities = series.values.map { $0.isNaN ? .nan : mixture.jumpProbability($0) }
  }
}

extension MertonFit {
  /// Values of present slots put where they belong, 0 elsewhere.
  private static func spread(_ values: [Double], over slots: [Double]) -> [Double] {
    var index = 0
    return slots.map { slot in
      guard !slot.isNaN, index < values.count else { return 0 }
      index += 1
      return values[index - 1]
    }
  }
}

/// The law of one standardised return: a Poisson mixture of normals.
struct JumpMixture {
  /// Expected jumps in a step, λΔ.
  var perStep: Double
  /// Mean of a jump.
  var mean: Double
  /// Variance of a jump.
  var variance: Double
  /// Mean and variance of the step without jumps.
  var diffusionMean: Double
  var diffusionVariance: Double

  /// Coordinates: logit of λΔ within its limit; m; ln s; a; ln of σ_d√Δ above its limit.
  ///
  /// With `fixed` the first is left out and λΔ is that.
  init(coordinates: [Double], perStep fixed: Double? = nil) {
    let rest = coordinates.suffix(4).map { $0 }
    perStep = fixed ?? MertonFit.mostPerStep * logistic(coordinates[0])
    mean = rest[0]
    variance = exp(2 * rest[1])
    diffusionMean = rest[2]
    let deviation = MertonFit.leastDiffusion + exp(rest[3])
    diffusionVariance = deviation * deviation
  }

  /// A law of given figures.
  init(perStep: Double, mean: Double, variance: Double, diffusionMean: Double, diffusionVariance: Double) {
    self.perStep = perStep
    self.mean = mean
    self.variance = variance
    self.diffusionMean = diffusionMean
    self.diffusionVariance = diffusionVariance
  }

  /// Rare large jumps, some, and many small ones.
  static let starts: [[Double]] = [(0.01, 3.0), (0.05, 1.8), (0.15, 1.2), (0.3, 1.0), (0.8, 0.9)].map {
    perStep, deviation in
    let rest = max(0.2, 1 - perStep * deviation * deviation).squareRoot()
    return [logit(perStep / MertonFit.mostPerStep), 0, log(deviation), 0, log(rest - MertonFit.leastDiffusion)]
  }

  var isAtBorder: Bool {
    perStep < 1e-6 || perStep > 0.995 * MertonFit.mostPerStep || variance < 1e-8
      || diffusionVariance.squareRoot() < 1.01 * MertonFit.leastDiffusion
  }

  /// Weight, mean and 1/variance of every number of jumps, with the logarithm of what stands before the exponential.
  private var components: [(logWeight: Double, center: Double, precision: Double)] {
    var logProbability = -perStep
    let all = (0...MertonFit.mostJumps).map { jumps in
      if jumps > 0 { logProbability += log(perStep / Double(jumps)) }
      let spread = diffusionVariance + Double(jumps) * variance
      return (
        logWeight: logProbability - 0.5 * log(2 * Double.pi * spread), center: diffusionMean + Double(jumps) * mean,
        precision: 1 / spread
      )
    }
    // Numbers of jumps that never happen cost time and change nothing.
    return all.filter { $0.logWeight > all[0].logWeight - 60 }
  }

  func logDensities(_ values: [Double]) -> [Double] {
    let parts = components
    return logarithmsOfSums(of: parts, count: values.count) { part, row in
      let factor = -0.5 * part.precision
      for index in values.indices {
        let apart = values[index] - part.center
        row[index] = part.logWeight + factor * apart * apart
      }
    }
  }

  /// P(at least one jump | value).
  func jumpProbability(_ value: Double) -> Double {
    let exponents = components.map { Self.exponent($0, value) }
    let highest = exponents.max() ?? 0
    let weights = exponents.map { exp($0 - highest) }
    return 1 - weights[0] / weights.reduce(0, +)
  }

  @inline(__always)
  private static func exponent(
    _ part: (logWeight: Double, center: Double, precision: Double), _ value: Double
  ) -> Double {
    let apart = value - part.center
    return part.logWeight - 0.5 * apart * apart * part.precision
  }

  /// λ a year, m, s, σ_d, σ, a in the units of the returns.
  func figures(mean: Double, scale: Double, stepYears: Double) -> [Double] {
    let total = diffusionVariance + perStep * (self.mean * self.mean + variance)
    return [
      perStep / stepYears, self.mean * scale, variance.squareRoot() * scale,
      scale * (diffusionVariance / stepYears).squareRoot(), scale * (total / stepYears).squareRoot(),
      mean + diffusionMean * scale,
    ]
  }
}
