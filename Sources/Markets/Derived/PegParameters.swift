import Glibc

/// How a token's price hangs on what it stands for: the peg Q in price = base × rate × Q.
///
/// ln Q = x + d. x reverts to ln `level` and diffuses, dx = κ(ln level − x)dt + ν dW (G. Uhlenbeck, L. Ornstein, Physical
/// Review 36, 1930; as a price law: E. Schwartz, Journal of Finance 52, 1997). d is the sum of the rare de-pegs that have
/// happened, each decaying by half every half-life (shot noise: D. Cox, V. Isham, *Point Processes*, 1980, 5.6). Both are
/// exact on any grid. κ = ln 2/half-life.
public struct PegParameters: Sendable, Hashable {
  /// Hours in which half of a deviation of x from ln `level` is gone; > 0.
  public var halfLifeHours: Double
  /// ν ≥ 0: volatility of x over a short time, annualised (365 days). The long-run deviation is `longRunDeviation`.
  public var volatility: Double
  /// Where x reverts to, as a ratio, > 0: the median of the peg while nothing has de-pegged.
  public var level: Double
  /// The peg at t = 0, as a ratio, > 0; `level` where it is nil. No de-peg is under way at t = 0.
  public var initial: Double?
  /// Correlation of ν dW with the standardised log return of the base, in [−1, 1].
  public var correlationWithBase: Double
  /// De-pegs; nil where there are none.
  public var depegs: DepegParameters?

  /// Creates a parameter set.
  public init(
    halfLifeHours: Double, volatility: Double, level: Double = 1, initial: Double? = nil,
    correlationWithBase: Double = 0, depegs: DepegParameters? = nil
  ) {
    self.halfLifeHours = halfLifeHours
    self.volatility = volatility
    self.level = level
    self.initial = initial
    self.correlationWithBase = correlationWithBase
    self.depegs = depegs
  }

  /// ν/√(2κ): the standard deviation of x in the long run, de-pegs apart.
  public var longRunDeviation: Double {
    volatility / (2 * MeanReversion.perYear(halfLifeHours: halfLifeHours)).squareRoot()
  }
}

/// Rare jumps of a log peg away from where it was, each decaying by itself.
public struct DepegParameters: Sendable, Hashable {
  /// Expected number a year, λ in [0, `greatestIntensity`].
  public var intensityPerYear: Double
  /// The law of one of them in log price: a mean below 0 is a loss of the peg.
  public var size: JumpSize
  /// Hours in which half of a de-peg is made good; the peg's own half-life where it is nil.
  public var halfLifeHours: Double?

  /// The most de-pegs a year that are allowed: more are no rare event but a diffusion.
  public static let greatestIntensity = 200.0

  /// Creates a parameter set.
  public init(intensityPerYear: Double, size: JumpSize, halfLifeHours: Double? = nil) {
    self.intensityPerYear = intensityPerYear
    self.size = size
    self.halfLifeHours = halfLifeHours
  }
}

/// The exact step of a mean-reverting factor: x ← mean + φ(x − mean) + s·ε.
struct MeanReversion: Sendable {
  /// φ = 2^(−step/half-life).
  let persistence: Double
  /// Standard deviation s of what a step adds.
  let deviation: Double

  /// κ = ln 2/half-life, per year.
  static func perYear(halfLifeHours: Double) -> Double { M_LN2 * TimeGrid.hoursPerYear / halfLifeHours }

  /// The step of a factor whose volatility over a short time is `volatility`, annualised: s² = ν²(1 − φ²)/(2κ).
  init(halfLifeHours: Double, volatility: Double, stepHours: Double) {
    let rate = Self.perYear(halfLifeHours: halfLifeHours)
    persistence = exp2(-stepHours / halfLifeHours)
    deviation = volatility * (-expm1(-2 * M_LN2 * stepHours / halfLifeHours) / (2 * rate)).squareRoot()
  }

  /// The step of a factor whose long-run standard deviation is `longRunDeviation`: s² = deviation²(1 − φ²).
  init(halfLifeHours: Double, longRunDeviation: Double, stepHours: Double) {
    persistence = exp2(-stepHours / halfLifeHours)
    deviation = longRunDeviation * (-expm1(-2 * M_LN2 * stepHours / halfLifeHours)).squareRoot()
  }
}
