import Glibc
import Kernels

/// A univariate law with zero mean and unit variance.
public enum UnitLaw: Sendable, Hashable {
  /// Standard normal.
  case normal
  /// Student-t scaled by √((ν−2)/ν); ν > 2.
  case studentT(degreesOfFreedom: Double)

  /// P(Z ≤ z), computed in the lower tail so that it keeps its digits there.
  func lowerTail(_ z: Double) -> Double {
    switch self {
    case .normal: normalCDF(z)
    case .studentT(let nu): studentTCDF(z * (nu / (nu - 2)).squareRoot(), degreesOfFreedom: nu)
    }
  }

  /// The density at z.
  func density(_ z: Double) -> Double {
    switch self {
    case .normal: return normalPDF(z)
    case .studentT(let nu):
      let constant = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * log(Double.pi * (nu - 2))
      return exp(constant - (nu + 1) / 2 * log1p(z * z / (nu - 2)))
    }
  }

  /// The z with P(Z ≤ z) = p.
  func quantile(_ p: Double) -> Double {
    switch self {
    case .normal: normalQuantile(p)
    case .studentT(let nu): studentTQuantile(p, degreesOfFreedom: nu) * ((nu - 2) / nu).squareRoot()
    }
  }
}

/// Maps a shock of one symmetric unit law to the shock of another at the same probability: z ↦ Q_to(F_from(z)).
///
/// This makes a copula: the dependence draws joint shocks, each asset gets its own margin. The map is tabulated once
/// on 256 intervals per octave of |z| with its slope f_from(z)/f_to(mapped), cubic Hermite between them, and evaluated
/// exactly beyond the table. Largest relative error 2e-8, from the normal to a t of 2.5 degrees of freedom at 8 standard
/// deviations; below 1e-8 from 3 degrees of freedom on (tested against the exact map). Far below any sampling error.
public struct MarginalMap: Sendable {
  private static let lowestExponent = -7
  private static let perOctave = OddTable.perOctave
  private static let cellShift: UInt64 = 44

  private let from: UnitLaw
  private let to: UnitLaw
  /// The map of |z| from 2^−7 on, to 8 from the normal, whose map grows like exp(z²/2ν), else to 32. Near 0 it is
  /// slope·z + curvature·z³: odd, with the ratio of the densities as its slope.
  private let table: OddTable

  /// Tabulates the map; degrees of freedom must be above 2.
  public init(from: UnitLaw, to: UnitLaw) {
    self.from = from
    self.to = to
    let octaves = from == .normal ? 10 : 12
    let positions = (0...octaves * Self.perOctave).map(Self.position)
    let values = positions.map { Self.exact($0, from: from, to: to) }
    let slopeAtZero = from.density(0) / to.density(0)
    table = OddTable(
      lowestExponent: Self.lowestExponent, octaves: octaves,
      knots: zip(positions, values).flatMap { [$1, from.density($0) / to.density($1)] }, slopeAtZero: slopeAtZero,
      curvatureAtZero: (values[0] / positions[0] - slopeAtZero) / (positions[0] * positions[0]))
  }

  /// z ↦ Q_to(F_from(z)) for one shock.
  public func callAsFunction(_ z: Double) -> Double {
    let size = abs(z)
    let lowest = Self.position(0)
    if size < lowest { return z * (table.slopeAtZero + table.curvatureAtZero * z * z) }
    guard size.isFinite else { return z }
    let octave = Int(size.exponent) - Self.lowestExponent
    guard octave < table.octaves else { return Self.exact(z, from: from, to: to) }
    let cell = Int(size.significandBitPattern >> Self.cellShift)
    let left = octave * Self.perOctave + cell
    let start = Self.position(left)
    let width = Self.position(left + 1) - start
    let t = (size - start) / width
    let knots = table.knots
    let value = Self.hermite(
      t, knots[2 * left], knots[2 * left + 1] * width, knots[2 * left + 2], knots[2 * left + 3] * width)
    return z < 0 ? -value : value
  }

  /// Maps a row of shocks, a multiple of eight of them, to the very bits of mapping one by one.
  public func apply(_ shocks: Span<Double>, into innovations: inout MutableSpan<Double>) {
    interpolateOdd(table, shocks, into: &innovations) { Self.exact($0, from: from, to: to) }
  }

  private static func position(_ knot: Int) -> Double {
    let mantissa = 1 + Double(knot % perOctave) / Double(perOctave)
    return Double(sign: .plus, exponent: lowestExponent + knot / perOctave, significand: mantissa)
  }

  private static func exact(_ z: Double, from: UnitLaw, to: UnitLaw) -> Double {
    guard z.isFinite else { return z }
    let mapped = to.quantile(max(from.lowerTail(-abs(z)), .leastNormalMagnitude))
    return z < 0 ? mapped : -mapped
  }

  private static func hermite(_ t: Double, _ a: Double, _ da: Double, _ b: Double, _ db: Double) -> Double {
    let s = 1 - t
    return s * s * ((1 + 2 * t) * a + t * da) + t * t * ((3 - 2 * t) * b - s * db)
  }
}
