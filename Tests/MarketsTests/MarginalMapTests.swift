import Foundation
import Kernels
import Markets
import Testing

@Suite("Marginal map")
struct MarginalMapTests {
  static let laws: [UnitLaw] = [
    .normal, .studentT(degreesOfFreedom: 2.5), .studentT(degreesOfFreedom: 3), .studentT(degreesOfFreedom: 5),
    .studentT(degreesOfFreedom: 30),
  ]

  /// Q_to(F_from(z)) for z < 0 by the special functions, in the lower tail.
  private static func exact(_ z: Double, from: UnitLaw, to: UnitLaw) -> Double {
    let probability =
      switch from {
      case .normal: normalCDF(z)
      case .studentT(let nu): studentTCDF(z * (nu / (nu - 2)).squareRoot(), degreesOfFreedom: nu)
      }
    return switch to {
    case .normal: normalQuantile(probability)
    case .studentT(let nu): studentTQuantile(probability, degreesOfFreedom: nu) * ((nu - 2) / nu).squareRoot()
    }
  }

  /// 4000 points over 1e-3 … 500, logarithmically, so that every octave of the table is met between its knots.
  private static let sizes = (0..<4000).map { 1e-3 * exp(Double($0) / 3999 * log(5e5)) }

  @Test("Within the stated error of the exact map, over the whole line", arguments: laws, laws)
  func accuracy(from: UnitLaw, to: UnitLaw) {
    let map = MarginalMap(from: from, to: to)
    var worst = 0.0
    var place = 0.0
    for size in Self.sizes {
      let exact = Self.exact(-size, from: from, to: to)
      guard exact.isFinite, from != .normal || size < 8.6 else { continue }
      let error = abs(map(-size) - exact) / abs(exact)
      if error > worst { (worst, place) = (error, size) }
    }
    // The largest normal that a 53-bit Box-Muller transform can give is 8.6.
    #expect(worst < (from == .normal && to == .studentT(degreesOfFreedom: 2.5) ? 2e-8 : 1e-8), "\(worst) at \(place)")
  }

  @Test("Odd, increasing, and the identity between equal laws", arguments: laws, laws)
  func shape(from: UnitLaw, to: UnitLaw) {
    let map = MarginalMap(from: from, to: to)
    var last = 0.0
    for size in Self.sizes where size < 30 {
      let mapped = map(size)
      #expect(map(-size) == -mapped)
      #expect(mapped > last)
      last = mapped
    }
    if from == to { #expect(Self.sizes.allSatisfy { $0 > 30 || abs(map($0) - $0) <= 1e-8 * $0 }) }
  }

  @Test("A row is mapped to the very bits of mapping one by one, also at zero, beyond the table and where undefined")
  func rowOfShocks() {
    var row = Self.sizes + Self.sizes.map { -$0 }
    row += [
      0, -0.0, .infinity, -.infinity, .nan, 0x1p-7, -0x1p-7, 0x1p3, 0x1p5, 1e300, .leastNonzeroMagnitude,
      0x1.fffffffffffffp-8,
    ]
    row += [Double](repeating: 1, count: 7 - (row.count + 7) % 8)
    for (from, to) in [(Self.laws[0], Self.laws[2]), (Self.laws[3], Self.laws[1])] {
      let map = MarginalMap(from: from, to: to)
      var mapped = [Double](repeating: 0, count: row.count)
      var span = mapped.mutableSpan
      map.apply(row.span, into: &span)
      #expect(zip(row, mapped).allSatisfy { map($0).bitPattern == $1.bitPattern || (map($0).isNaN && $1.isNaN) })
    }
  }

  @Test("Numbers of an independent program")
  func independent() {
    // scipy 1.17.1: t.ppf(norm.cdf(z), 5)*sqrt(3/5) for these z.
    let map = MarginalMap(from: .normal, to: .studentT(degreesOfFreedom: 5))
    for (z, expected) in Self.scipy { #expect(abs(map(z) - expected) <= 1e-8 * abs(expected)) }
  }

  private static let scipy: [(Double, Double)] = [
    (-0.5, -0.4126046770211159), (-1.5, -1.3858550663466345), (-3, -4.265765602526061), (-6, -76.84378112250651),
  ]

  @Test("Zero, infinities and NaN pass through")
  func specialValues() {
    let map = MarginalMap(from: .normal, to: .studentT(degreesOfFreedom: 4))
    #expect(map(0) == 0)
    #expect(map(.infinity) == .infinity)
    #expect(map(-.infinity) == -.infinity)
    #expect(map(.nan).isNaN)
    #expect(map(1e300) > 1e50)
  }
}
