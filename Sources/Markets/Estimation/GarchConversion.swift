import Glibc

/// GARCH figures of one step turned into those of a step that it is a whole multiple or a whole part of.
public struct GarchConversion: Sendable, Hashable {
  /// What the conversion preserves.
  public enum Method: String, Sendable, CaseIterable {
    /// The step is the same.
    case unchanged
    /// Variance, autocorrelations of squares and kurtosis of returns at the longer step, all exactly.
    case moments
    /// Variance, half-life of volatility and kurtosis of returns at the longer step exactly; the level of the
    /// autocorrelations of squares only about.
    case kurtosis
    /// Variance and half-life of volatility exactly; how much volatility itself varies to first order in the step.
    case diffusionLimit = "diffusion-limit"
  }

  /// The figures at the new step.
  public let parameters: GarchParameters
  /// What they preserve.
  public let method: Method
}

/// Why figures cannot be converted.
public enum GarchConversionProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// Neither step is a whole multiple of the other, or one is not positive.
  case steps(fromHours: Double, toHours: Double)
  /// γ ≠ 0: what sums of GJR returns look like is not known in closed form.
  case asymmetric
  /// The figures are not stationary, or not numbers.
  case notStationary
  /// A longer step is asked for, and the kurtosis of returns is infinite.
  case infiniteKurtosis

  /// The problem in words, with what to do.
  public var description: String {
    switch self {
    case .steps(let from, let to):
      "GARCH figures of \(from) h cannot become those of \(to) h: one step must be a whole multiple of the other"
    case .asymmetric:
      "GARCH figures with asymmetry (gamma) cannot be converted to another step: fit them at the step of the job, or without it"
    case .notStationary: "GARCH figures without a finite long-run variance cannot be converted to another step"
    case .infiniteKurtosis:
      "GARCH figures whose returns have infinite kurtosis cannot be converted to a longer step: fit them there"
    }
  }
}

extension GarchParameters {
  /// The figures at a step of `hours`, such that the returns of the one, added up, look like those of the other.
  ///
  /// A sum of GARCH returns is GARCH in the weak sense: squares of it have the autocorrelations of a GARCH(1,1), with
  /// figures in closed form (F. Drost, T. Nijman, "Temporal aggregation of GARCH processes", Econometrica 61, 1993,
  /// example 1 for flows). To a shorter step these equations are solved backwards for α, β and the kurtosis of the
  /// innovations, which become Student-t with that kurtosis. Then 24 simulated hours have exactly the variance, the
  /// kurtosis and the autocorrelations of squares of the fitted day. What is not preserved is the shape of the day's law
  /// beyond its fourth moment; and a day that starts at 05:00 is like one from 00:00, where the fit saw only the latter.
  ///
  /// Where these equations ask for innovations lighter in the tail than normal ones, as they do of most fits with normal
  /// innovations, the shorter step gets normal ones and the α that gives the kurtosis; the autocorrelations of squares
  /// then fall off as they should, from a level that is about right.
  ///
  /// Both need a finite kurtosis of the longer step's returns. Else the figures of the diffusion limit are taken: φ^(1/m) for the persistence,
  /// α/√m for the reaction, which keeps α²(κ − 1) per unit of time (D. Nelson, Journal of Econometrics 45, 1990), and the
  /// same degrees of freedom, since sums keep the tail index. The kurtosis of the day is then not that of the figures.
  ///
  /// The initial volatility is chosen so that the first longer step has its forecast variance; the mean is divided.
  /// - Throws: `GarchConversionProblem`; asymmetry is refused.
  public func converted(toStepHours hours: Double) throws(GarchConversionProblem) -> GarchConversion {
    guard hours > 0, stepHours > 0, hours.isFinite, stepHours.isFinite else {
      throw .steps(fromHours: stepHours, toHours: hours)
    }
    guard isStationary, persistence > 0, longRunVariance.isFinite else { throw .notStationary }
    let ratio = max(hours, stepHours) / min(hours, stepHours)
    guard ratio < 1e6, abs(ratio - ratio.rounded()) < 1e-9 * ratio else {
      throw .steps(fromHours: stepHours, toHours: hours)
    }
    let multiple = ratio.rounded()
    guard multiple > 1 else { return GarchConversion(parameters: self, method: .unchanged) }
    guard gamma == 0 else { throw .asymmetric }
    return hours < stepHours ? refined(multiple, toHours: hours) : try aggregated(multiple, toHours: hours)
  }

  /// Kurtosis of the innovations; infinite for t with ν ≤ 4.
  var innovationKurtosis: Double {
    guard let nu = degreesOfFreedom else { return 3 }
    return nu > 4 ? 3 * (nu - 2) / (nu - 4) : .infinity
  }

  /// Kurtosis of returns in the long run: κ(1 − φ²)/(1 − φ² − (κ − 1)α²); infinite where that does not exist.
  public var returnKurtosis: Double {
    let rest = (1 - persistence) * (1 + persistence)
    let left = rest - (innovationKurtosis - 1) * alpha * alpha
    guard gamma == 0, left > 0 else { return .infinity }
    return innovationKurtosis * rest / left
  }

  private func refined(_ multiple: Double, toHours hours: Double) -> GarchConversion {
    let gap = -expm1(log(persistence) / multiple)
    let found =
      FineGarch(squaresOf: self, multiple: multiple, gap: gap) ?? FineGarch(
        kurtosisOf: self, multiple: multiple, gap: gap)
      ?? FineGarch(
        alpha: min(alpha / multiple.squareRoot(), 1 - gap), degreesOfFreedom: degreesOfFreedom, method: .diffusionLimit)
    return GarchConversion(
      parameters: restated(hours, multiple, gap: gap, alpha: found.alpha, degreesOfFreedom: found.degreesOfFreedom),
      method: found.method)
  }

  /// The figures at a step `multiple` times shorter with persistence 1 − `gap` and reaction `alpha`.
  private func restated(
    _ hours: Double, _ multiple: Double, gap: Double, alpha: Double, degreesOfFreedom: Double?
  ) -> GarchParameters {
    let longRun = longRunVariance / multiple
    let first = initialVolatility * initialVolatility * stepHours / TimeGrid.hoursPerYear
    // The first long step has m·longRun + (v − longRun)(1 − φ)/(1 − φ^(1/m)).
    let start = longRun + (first - longRunVariance) * gap / (1 - persistence)
    return GarchParameters(
      stepHours: hours, mean: mean / multiple, omega: longRun * gap, alpha: alpha, gamma: 0,
      beta: max(0, 1 - gap - alpha), degreesOfFreedom: degreesOfFreedom,
      initialVolatility: (max(start, 0) * TimeGrid.hoursPerYear / hours).squareRoot())
  }

  private func aggregated(_ multiple: Double, toHours hours: Double) throws(GarchConversionProblem) -> GarchConversion {
    let kurtosis = returnKurtosis
    guard kurtosis.isFinite else { throw .infiniteKurtosis }
    let sums = GarchSums(alpha: alpha, gap: 1 - persistence, multiple: multiple)
    let coarse = pow(persistence, multiple)
    let decay = sums.decay(kurtosis: kurtosis)
    let reaction = max(0, coarse - decay)
    let longRun = longRunVariance * multiple
    let total = sums.kurtosis(of: kurtosis)
    let rest = 1 - coarse * coarse
    let innovation = total * (rest + reaction * reaction) / (rest + total * reaction * reaction)
    let first = initialVolatility * initialVolatility * stepHours / TimeGrid.hoursPerYear
    let start = longRun + (first - longRunVariance) * (1 - coarse) / (1 - persistence)
    let parameters = GarchParameters(
      stepHours: hours, mean: mean * multiple, omega: longRun * (1 - coarse), alpha: reaction, gamma: 0,
      beta: coarse - reaction, degreesOfFreedom: innovation > 3 + 1e-6 ? 4 + 6 / (innovation - 3) : nil,
      initialVolatility: (max(start, 0) * TimeGrid.hoursPerYear / hours).squareRoot())
    return GarchConversion(parameters: parameters, method: .moments)
  }
}

/// What sums of m GARCH(1,1) returns look like, for given α and 1 − α − β of a step.
struct GarchSums {
  let alpha: Double
  /// 1 − φ, kept by itself because it is small.
  let gap: Double
  let multiple: Double

  private var phi: Double { 1 - gap }
  private var beta: Double { phi - alpha }
  /// α(1 − βφ): times the variance of a squared innovation's part, the first autocovariance of squares.
  private var first: Double { alpha * (1 - beta * phi) }
  /// 1 − β² − 2αβ = 1 − φ² + α².
  private var spread: Double { gap * (1 + phi) + alpha * alpha }

  /// (m − 1 − mφ + φ^m)/(1 − φ)² = Σ_j (m − 1 − j)φ^j, without its cancellation.
  private var pairs: Double {
    var sum = 0.0
    var power = 1.0
    for j in 0..<Int(multiple) - 1 {
      sum += (multiple - 1 - Double(j)) * power
      power *= phi
    }
    return sum
  }

  /// The factor of 6(κ − 1) in the kurtosis of the sum.
  private var memory: Double { pairs * first / (multiple * multiple * spread) }

  /// Kurtosis of the sum for kurtosis κ of a return.
  func kurtosis(of kurtosis: Double) -> Double { 3 + (kurtosis - 3) / multiple + 6 * (kurtosis - 1) * memory }

  /// Kurtosis of a return for that of the sum.
  func kurtosis(ofSum total: Double) -> Double {
    (total - 3 + 3 / multiple + 6 * memory) / (1 / multiple + 6 * memory)
  }

  /// β/(1 + β²) of the sum: minus the first autocorrelation of the moving average in its squares.
  func decayRatio(kurtosis: Double) -> Double {
    let rest = 1 - beta
    let a =
      multiple * rest * rest + 2 * multiple * (multiple - 1) * gap * spread / ((kurtosis - 1) * (1 + phi))
      + 4 * pairs * gap * first / (1 + phi)
    let power = pow(phi, multiple)
    let b = first * (1 - power * power) / (gap * (1 + phi))
    return (a * power - b) / (a * (1 + power * power) - 2 * b)
  }

  /// β of the sum: the root below 1.
  func decay(kurtosis: Double) -> Double {
    let ratio = decayRatio(kurtosis: kurtosis)
    guard ratio > 0 else { return 0 }
    return 2 * ratio / (1 + max(0, 1 - 4 * ratio * ratio).squareRoot())
  }
}

/// The reaction and the innovations of a shorter step.
private struct FineGarch {
  let alpha: Double
  let degreesOfFreedom: Double?
  let method: GarchConversion.Method

  init(alpha: Double, degreesOfFreedom: Double?, method: GarchConversion.Method) {
    self.alpha = alpha
    self.degreesOfFreedom = degreesOfFreedom
    self.method = method
  }

  /// Sums have the α, β and kurtosis of `coarse`; nil where no GARCH with normal or Student-t innovations has such sums.
  init?(squaresOf coarse: GarchParameters, multiple: Double, gap: Double) {
    let total = coarse.returnKurtosis
    guard coarse.alpha > 0, total.isFinite else { return nil }
    let wanted = coarse.beta / (1 + coarse.beta * coarse.beta)
    func sums(_ alpha: Double) -> GarchSums { GarchSums(alpha: alpha, gap: gap, multiple: multiple) }
    let root = fallingRoot(from: coarse.alpha * 1e-6, to: 1 - gap) { alpha in
      let sums = sums(alpha)
      return sums.decayRatio(kurtosis: sums.kurtosis(ofSum: total)) - wanted
    }
    guard let root else { return nil }
    let kurtosis = sums(root).kurtosis(ofSum: total)
    let rest = gap * (2 - gap)
    let innovation = kurtosis * (rest + root * root) / (rest + kurtosis * root * root)
    guard innovation > 3, innovation.isFinite else { return nil }
    self.init(
      alpha: root, degreesOfFreedom: innovation > 3 + 1e-9 ? 4 + 6 / (innovation - 3) : nil, method: .moments)
  }

  /// Sums have the kurtosis of `coarse`, with normal innovations; nil where that is infinite.
  init?(kurtosisOf coarse: GarchParameters, multiple: Double, gap: Double) {
    let total = coarse.returnKurtosis
    guard total.isFinite else { return nil }
    let rest = gap * (2 - gap)
    let root = fallingRoot(from: 0, to: min(1 - gap, (rest / 2).squareRoot() * (1 - 1e-12))) { alpha in
      let kurtosis = 3 * rest / (rest - 2 * alpha * alpha)
      return total - GarchSums(alpha: alpha, gap: gap, multiple: multiple).kurtosis(of: kurtosis)
    }
    guard let root else { return nil }
    self.init(alpha: root, degreesOfFreedom: nil, method: .kurtosis)
  }
}

/// Where a falling function crosses zero, by halving; nil unless it does between the two ends.
private func fallingRoot(from low: Double, to high: Double, _ f: (Double) -> Double) -> Double? {
  var (low, high) = (low, high)
  guard low < high, f(low) >= 0, f(high) <= 0 else { return nil }
  for _ in 0..<200 {
    let middle = 0.5 * (low + high)
    if f(middle) > 0 { low = middle } else { high = middle }
  }
  return 0.5 * (low + high)
}
