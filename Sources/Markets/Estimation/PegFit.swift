import Glibc
import Kernels

/// A mean-reverting peg with rare de-pegs, fitted to observed ratios by maximum likelihood.
///
/// x = ln(price/what it is pegged to); over a step x' = L + (x − L)φ + N(0, s²) + jumps, φ = 2^(−Δ/half-life), the number of
/// jumps Poisson and each normal: an autoregression whose errors are a Poisson mixture of normals. The exact step of the
/// Ornstein–Uhlenbeck process (O. Vasicek, Journal of Financial Economics 5, 1977) with jumps at the ends of steps, as in
/// S. Das, "The surprise element", Journal of Econometrics 106 (2002). De-pegs revert at the peg's own half-life. One that
/// happens within a step has shrunk by the end of it, where it is seen, to J·φ^u with u uniform: the stated mean and
/// deviation are those of J that give the fitted first two moments.
///
/// Observed ratios are noisy, since the two prices were not taken at one instant: noise that is gone by the next
/// observation reads as a short half-life and as many small de-pegs. A coarser step sees less of it, and `mostPerYear`
/// keeps de-pegs rare: then the small ones count as diffusion.
public struct PegFit: Sendable {
  /// Hours in which half of a deviation is gone.
  public let halfLifeHours: Estimate
  /// Volatility of the log ratio over a short time, without de-pegs, annualised.
  public let volatility: Estimate
  /// The ratio that the peg reverts to.
  public let level: Estimate
  /// De-pegs a year.
  public let depegIntensityPerYear: Estimate
  /// Mean of a de-peg in log ratio.
  public let depegMean: Estimate
  /// Standard deviation of a de-peg in log ratio.
  public let depegDeviation: Estimate
  /// Log-likelihood of the log ratios given the first of each run without holes.
  public let logLikelihood: Double
  /// Number of steps.
  public let observations: Int
  /// The step, in hours.
  public let stepHours: Double
  /// The last ratio observed.
  public let lastRatio: Double
  /// Whether the search settled.
  public let converged: Bool
  /// Whether a figure ran to its border: no reversion seen, or no de-pegs; then there are no errors.
  public let isAtBorder: Bool
  /// Whether the intensity of de-pegs is the highest that was allowed; it has no error then, and the others' are given it.
  public let isIntensityBound: Bool

  /// The figures as a derived asset takes them, starting at the last ratio observed.
  ///
  /// Without de-pegs where their intensity ran to 0; the correlation with the base is not estimated and is 0.
  public var parameters: PegParameters {
    let depegs = DepegParameters(
      intensityPerYear: depegIntensityPerYear.value,
      size: JumpSize(mean: depegMean.value, deviation: depegDeviation.value))
    return PegParameters(
      halfLifeHours: halfLifeHours.value, volatility: volatility.value, level: level.value, initial: lastRatio,
      depegs: depegs.intensityPerYear > 0 ? depegs : nil)
  }

  /// The most de-pegs a year that are looked for unless said otherwise: more are no rare event.
  public static let mostPerYear = 200.0
  /// The most de-pegs in a step that are looked for.
  public static let mostPerStep = 0.2

  /// Fits to `ratios` one step apart, in order of time, NaN where there is none; nil with fewer than
  /// `GarchFit.fewestObservations` steps between neighbours, ratios that are not positive, or ones that do not vary.
  ///
  /// - Parameter mostPerYear: the highest intensity of de-pegs looked for, a year; > 0.
  public init?(ratios: [Double], stepHours: Double, mostPerYear: Double = mostPerYear) {
    guard stepHours > 0, mostPerYear > 0, ratios.allSatisfy({ $0.isNaN || ($0 > 0 && $0.isFinite) }),
      let steps = PegSteps(ratios.map { log($0) }),
      let last = ratios.last(where: { !$0.isNaN })
    else { return nil }
    let stepYears = stepHours / TimeGrid.hoursPerYear
    var law = PegLaw(mostPerStep: min(Self.mostPerStep, mostPerYear * stepYears))
    guard var found = law.search(steps).best(of: law.starts(steps)) else { return nil }
    isIntensityBound = law.share(found.coordinates) > 0.99
    if isIntensityBound {
      law.isBound = true
      guard let again = law.search(steps).best(of: [Array(found.coordinates.dropLast())]) else { return nil }
      found = again
    }
    let (center, scale) = (steps.center, steps.scale)
    let figures = { [law] (point: [Double]) in
      law.figures(point, center: center, scale: scale, stepHours: stepHours, stepYears: stepYears)
    }
    isAtBorder = law.isAtBorder(found.coordinates)
    let errors = isAtBorder ? nil : law.search(steps).standardErrors(of: figures, at: found.coordinates)
    let estimates = figures(found.coordinates).enumerated().map { Estimate($1, standardError: errors?[$0]) }
    halfLifeHours = estimates[0]
    volatility = estimates[1]
    level = estimates[2]
    depegIntensityPerYear = isIntensityBound ? Estimate(estimates[3].value) : estimates[3]
    depegMean = estimates[4]
    depegDeviation = estimates[5]
    logLikelihood = found.logLikelihood - Double(steps.pairs.count) * log(scale)
    observations = steps.pairs.count
    self.stepHours = stepHours
    lastRatio = last
    converged = found.converged
  }
}

/// Neighbouring log ratios, in units of the robust size of a step about their median.
private struct PegSteps {
  let pairs: [(now: Double, next: Double)]
  let center: Double
  let scale: Double
  /// Least squares slope of next on now.
  let slope: Double

  init?(_ logs: [Double]) {
    let present = logs.filter { !$0.isNaN }
    let raw = zip(logs, logs.dropFirst()).filter { !$0.isNaN && !$1.isNaN }
    guard raw.count >= GarchFit.fewestObservations, let spread = RobustSpread(raw.map { $1 - $0 }) else { return nil }
    let (center, scale) = (RobustSpread.median(present), spread.deviation)
    pairs = raw.map { (($0 - center) / scale, ($1 - center) / scale) }
    self.center = center
    self.scale = scale
    let square = pairwiseSum(pairs.map { $0.now * $0.now })
    slope = square > 0 ? pairwiseSum(pairs.map { $0.now * $0.next }) / square : 0
  }
}

/// Coordinates: level; ln of the steps in which all but 1/e is gone; ln s; m; ln of the deviation of a de-peg; logit of λΔ
/// within its limit, which is left out where λΔ is bound to the limit.
private struct PegLaw {
  let mostPerStep: Double
  var isBound = false

  init(mostPerStep: Double) { self.mostPerStep = mostPerStep }

  func memory(_ point: [Double]) -> Double { exp(-exp(-point[1])) }

  func share(_ point: [Double]) -> Double { isBound ? 1 : logistic(point[5]) }

  func mixture(_ point: [Double]) -> JumpMixture {
    JumpMixture(
      perStep: mostPerStep * share(point), mean: point[3], variance: exp(2 * point[4]), diffusionMean: 0,
      diffusionVariance: exp(2 * point[2]) + 1e-8)
  }

  func search(_ steps: PegSteps) -> LikelihoodSearch {
    LikelihoodSearch { point in
      let (level, memory) = (point[0], memory(point))
      return mixture(point).logDensities(steps.pairs.map { $0.next - level - memory * ($0.now - level) })
    }
  }

  func starts(_ steps: PegSteps) -> [[Double]] {
    let memory = min(0.9999, max(0.2, steps.slope))
    return [(0.02, 4.0), (0.1, 8.0), (0.3, 3.0)].map { share, size in
      [0, -log(-log(memory)), 0, 0, log(size), logit(share)]
    }
  }

  func isAtBorder(_ point: [Double]) -> Bool {
    share(point) < 1e-4 || memory(point) < 1e-4 || memory(point) > 1 - 1e-7 || point[4] < -8
  }

  func figures(
    _ point: [Double], center: Double, scale: Double, stepHours: Double, stepYears: Double
  ) -> [Double] {
    /// κΔ.
    let reversion = exp(-point[1])
    let law = mixture(point)
    // s² = ν²(1 − φ²)/(2κ).
    let volatility =
      scale * (law.diffusionVariance * 2 * reversion / (-expm1(-2 * reversion)) / stepYears).squareRoot()
    // E φ^u and E φ^2u of a de-peg at a uniform time of the step.
    let left = -expm1(-reversion) / reversion
    let leftSquared = -expm1(-2 * reversion) / (2 * reversion)
    let mean = law.mean / left
    let square = (law.variance + law.mean * law.mean) / leftSquared
    return [
      M_LN2 / reversion * stepHours, volatility, exp(center + scale * point[0]), law.perStep / stepYears,
      mean * scale, max(0, square - mean * mean).squareRoot() * scale,
    ]
  }
}
