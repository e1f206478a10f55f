import Glibc
import Kernels

/// Heston's variance fitted to one asset's returns, the variance being hidden.
///
/// The likelihood is that of the quadratic-exponential scheme which `Heston` simulates by, with the variance cut into cells
/// of √v: an exact forward recursion over a hidden chain of some 60 to 160 states, without particles or Kalman filter (the
/// discretised filter of G. Kitagawa, Journal of the American Statistical Association 82, 1987). In a step from cell v to v'
/// the variance moves by the scheme's own law and the log return is normal given both,
/// μΔ − ½V + (ρ/ξ)(v' − v − κθΔ + κV) and variance (1 − ρ²)V with V = ½Δ(v + v'); so ρ is found from how returns go with
/// moves of the variance. Cells are under about one standard deviation of a step wide, and the width's share of the variance
/// is taken off the step's (Sheppard's correction).
///
/// Best of daily returns: the figures are annual and know no step, and a few years of days determine them as well as
/// hours, at a thousandth of the cost; `RegimeFit` or `GarchFit` suit hours. Jumps are not fitted along: in a few thousand
/// returns a fast variance and jumps are hardly told apart, so figures for Bates's process come from options or from
/// judgement. Standard errors are the sandwich's.
public struct HestonFit: Sendable {
  /// Speed of reversion κ, per year.
  public let reversionPerYear: Estimate
  /// √θ: the long-run volatility, annualised. What a calibration calls `volatility`.
  public let volatility: Estimate
  /// Volatility of variance ξ, per year.
  public let volatilityOfVariance: Estimate
  /// Correlation ρ of the price's and the variance's shocks.
  public let correlation: Estimate
  /// Drift of the price, per year.
  public let drift: Estimate
  /// √ of the variance expected after the last return, annualised.
  public let lastVolatility: Double
  /// Log-likelihood of the returns.
  public let logLikelihood: Double
  /// The same of normal returns: what a moving variance has to beat, by three parameters more.
  public let normalLogLikelihood: Double
  /// Number of returns.
  public let observations: Int
  /// The step of the returns, in hours.
  public let stepHours: Double
  /// Cells that the variance was cut into.
  public let cells: Int
  /// Whether the search settled.
  public let converged: Bool
  /// Whether a figure ran to its border: a variance that hardly moves, or moves from step to step, or |ρ| = 1.
  public let isAtBorder: Bool

  /// The figures as a calibration takes them, beside `volatility`.
  public var parameters: HestonParameters {
    HestonParameters(
      reversionPerYear: reversionPerYear.value, volatilityOfVariance: volatilityOfVariance.value,
      correlation: correlation.value, initialVolatility: lastVolatility)
  }

  /// ln 2/κ in days: how fast half of a deviation of the variance is gone.
  public var halfLifeDays: Double { M_LN2 / reversionPerYear.value * 365 }

  /// The most returns that are taken: of a longer series the last ones.
  ///
  /// The cost goes with the number of returns times the cells within reach of one another.
  public static let mostReturns = 10_000

  /// Fits; nil with fewer than `GarchFit.fewestObservations` returns, or returns that do not vary or are infinite.
  ///
  /// - Parameters:
  ///   - returns: log returns of one step each, in order of time; NaN where there is none.
  ///   - stepHours: the length of a step.
  public init?(returns: [Double], stepHours: Double) {
    guard stepHours > 0, let series = StandardSeries(returns.suffix(Self.mostReturns)) else { return nil }
    let stepYears = stepHours / TimeGrid.hoursPerYear
    // In units of the returns' standard deviation per step: θ near 1, κΔ, ξΔ… per step.
    let values = series.values.map { $0 + series.mean / series.scale }
    func search(_ cells: Int) -> LikelihoodSearch {
      LikelihoodSearch { point in
        HestonCells(HestonPoint(point), scale: series.scale, cells: cells)?.filtered(values).terms ?? [-.infinity]
      }
    }
    let starts = [(0.01, 0.5), (0.03, 0.7), (0.1, 0.8), (0.01, 0.25)].map { reversion, spread in
      HestonPoint(
        drift: series.mean / series.scale, reversion: reversion, longRun: 1,
        volatilityOfVariance: spread * (2 * reversion).squareRoot(), correlation: -0.1
      ).coordinates
    }
    guard let coarse = search(48).best(of: starts, trying: 1, tolerance: 1e-4) else { return nil }
    let cells = HestonPoint(coarse.coordinates).cells
    let fine = search(cells)
    guard let found = fine.best(of: [coarse.coordinates]) else { return nil }
    let point = HestonPoint(found.coordinates)
    guard let filtered = HestonCells(point, scale: series.scale, cells: cells)?.filtered(values) else { return nil }
    isAtBorder = point.isAtBorder
    let scale = series.scale
    let figures = { (coordinates: [Double]) in
      HestonPoint(coordinates).figures(scale: scale, stepYears: stepYears)
    }
    let errors = isAtBorder ? nil : fine.standardErrors(of: figures, at: found.coordinates)
    let estimates = figures(found.coordinates).enumerated().map { Estimate($1, standardError: errors?[$0]) }
    reversionPerYear = estimates[0]
    volatility = estimates[1]
    volatilityOfVariance = estimates[2]
    correlation = estimates[3]
    drift = estimates[4]
    lastVolatility = scale * (filtered.lastVariance / stepYears).squareRoot()
    let count = Double(series.observations)
    logLikelihood = found.logLikelihood - count * log(scale)
    normalLogLikelihood = -0.5 * count * (log(2 * Double.pi * scale * scale * (count - 1) / count) + 1)
    observations = series.observations
    self.stepHours = stepHours
    self.cells = cells
    converged = found.converged
  }
}

/// Heston's parameters per step, in units in which returns have about unit variance.
struct HestonPoint {
  /// Drift of the price.
  var drift: Double
  /// κΔ.
  var reversion: Double
  /// θ.
  var longRun: Double
  /// ξ per step: dv has variance ξ²v over a short part of a step.
  var volatilityOfVariance: Double
  var correlation: Double

  init(drift: Double, reversion: Double, longRun: Double, volatilityOfVariance: Double, correlation: Double) {
    self.drift = drift
    self.reversion = reversion
    self.longRun = longRun
    self.volatilityOfVariance = volatilityOfVariance
    self.correlation = correlation
  }

  /// Coordinates: drift; ln κ; ln θ; ln of ξ/√(2κθ), the relative deviation of the variance; arctanh ρ.
  init(_ coordinates: [Double]) {
    drift = coordinates[0]
    reversion = exp(coordinates[1])
    longRun = exp(coordinates[2])
    volatilityOfVariance = exp(coordinates[3]) * (2 * reversion * longRun).squareRoot()
    correlation = tanh(coordinates[4])
  }

  var coordinates: [Double] {
    [drift, log(reversion), log(longRun), log(spread), atanh(correlation)]
  }

  /// ξ/√(2κθ): the standard deviation of the variance in the long run, over its mean.
  var spread: Double { volatilityOfVariance / (2 * reversion * longRun).squareRoot() }

  /// Enough cells that one is at most about 0.8 standard deviations of a step of √v wide, within bounds.
  var cells: Int {
    let width = 0.8 * volatilityOfVariance / 2
    let needed = (range.upper - range.lower) / width
    return needed < 160 ? Int(max(40, needed.rounded(.up))) : 160
  }

  /// The values of √v that matter.
  var range: (lower: Double, upper: Double) {
    let root = longRun.squareRoot()
    return (root * max(0, 1 - 3 * spread), root * (1 + 3.5 * spread))
  }

  var isAtBorder: Bool {
    spread < 0.03 || spread > 20 || reversion > 5 || reversion < 1e-5 || abs(correlation) > 0.9999
  }

  /// κ, √θ, ξ, ρ and the drift per year, in the units of the returns.
  func figures(scale: Double, stepYears: Double) -> [Double] {
    [
      reversion / stepYears, scale * (longRun / stepYears).squareRoot(), volatilityOfVariance * scale / stepYears,
      correlation, drift * scale / stepYears,
    ]
  }
}
