import Foundation
import Kernels
import Markets
import Testing

@Suite("Nearest correlation matrix")
struct NearestCorrelationTests {
  /// A symmetric matrix of ones on the diagonal from its lower triangle, row after row.
  private static func matrix(_ size: Int, _ lower: [Double], diagonal: Double = 1) -> Matrix {
    var result = Matrix(rows: size, columns: size, repeating: diagonal)
    var entries = lower.makeIterator()
    for row in 0..<size {
      for column in 0..<row {
        result[row, column] = entries.next() ?? .nan
        result[column, row] = result[row, column]
      }
    }
    return result
  }

  /// Figures that contradict each other: a common correlation, and noise too large for it.
  private static func contradictory(_ size: Int, noise: Double, seed: UInt64) -> Matrix {
    let draws = KeyedDraws(seed: seed, path: 0, purpose: .verification)
    let lower = (0..<size).flatMap { row in
      (0..<row).map { min(1, max(-1, 0.5 + noise * draws.normal(step: UInt32(row), factor: UInt32($0)))) }
    }
    return matrix(size, lower)
  }

  /// A random correlation matrix whose eigenvalues are all at least `least`: a mean of one and the identity.
  private static func feasible(_ size: Int, least: Double, seed: UInt64) -> Matrix {
    let draws = KeyedDraws(seed: seed, path: 1, purpose: .verification)
    let rows = (0..<size).map { row in
      let values = (0..<3).map { draws.normal(step: UInt32(row), factor: $0) }
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { $0 / length }
    }
    return matrix(
      size,
      (0..<size).flatMap { row in
        (0..<row).map { other in
          (1 - least) * zip(rows[row], rows[other]).reduce(0) { $0 + $1.0 * $1.1 }
        }
      })
  }

  private static func inner(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func minus(_ a: Matrix, _ b: Matrix) -> Matrix {
    Matrix(rows: a.rows, columns: a.columns, values: zip(a.values, b.values).map { $0 - $1 })
  }

  /// Higham's (2002) matrix of 1, 1, 0 has the nearest (a, a, b) with det = 0, that is b = 2a² − 1; minimising
  /// 4(1 − a)² + 2b² then gives 4a³ = a + 1. Published: 0.7607, 0.1573, distance 0.5278.
  @Test("Higham's example of three, against its cubic")
  func three() throws {
    var a = 0.76
    for _ in 0..<20 { a -= (4 * a * a * a - a - 1) / (12 * a * a - 1) }
    let b = 2 * a * a - 1
    let nearest = try #require(NearestCorrelation(to: Self.matrix(3, [1, 0, 1]), smallestEigenvalue: 1e-9))
    for (found, expected) in zip(nearest.matrix.values, [1, a, b, a, 1, a, b, a, 1]) {
      #expect(abs(found - expected) < 2e-9)
    }
    #expect(abs(nearest.distance - (4 * (1 - a) * (1 - a) + 2 * b * b).squareRoot()) < 2e-9)
    #expect((nearest.distance * 1e4).rounded() == 5278)
    #expect(nearest.mostMoved == (1, 0) || nearest.mostMoved == (2, 1))
  }

  /// The second difference of order 4; N. Higham (2002), section 4, and the example of NAG's g02aaf, to its four digits.
  @Test("Higham's tridiagonal example, as published")
  func tridiagonal() throws {
    let nearest = try #require(
      NearestCorrelation(to: Self.matrix(4, [-1, 0, -1, 0, 0, -1], diagonal: 2), smallestEigenvalue: 1e-9))
    let published = Self.matrix(4, [-0.8084, 0.1916, -0.6562, 0.1068, 0.1916, -0.8084])
    for (found, expected) in zip(nearest.matrix.values, published.values) { #expect(abs(found - expected) < 5.1e-5) }
  }

  /// scipy 1.17: BFGS over B in X = B·Bᵀ with rows of unit length, the best of 20 starts, gtol 1e-10.
  @Test("Five contradicting assets, against a search by another method")
  func five() throws {
    let given = Self.matrix(5, [0.9, 0.7, -0.4, -0.6, 0.8, 0.2, 0.3, 0.5, -0.9, 0.6])
    let nearest = try #require(NearestCorrelation(to: given, smallestEigenvalue: 1e-9))
    let expected = Self.matrix(
      5,
      [
        0.57197494, 0.37074399, -0.14079785, -0.25503557, 0.52843163, -0.07258746, 0.09091969, 0.66459552, -0.73478683,
        0.4269047,
      ])
    for (found, value) in zip(nearest.matrix.values, expected.values) { #expect(abs(found - value) < 2e-7) }
    #expect(abs(nearest.distance - 1.1647429833) < 1e-8)
  }

  /// X is nearest in a convex set exactly if no Z of the set lies towards the given A: ⟨A − X, Z − X⟩ ≤ 0.
  @Test("Positive definite, unit diagonal, and nearest of all", arguments: [1e-6, 0.05], [0.3, 0.8])
  func projection(least: Double, noise: Double) throws {
    let size = 12
    let given = Self.contradictory(size, noise: noise, seed: 5)
    #expect(throws: NotPositiveDefinite.self) { try CholeskyFactor(given) }
    let nearest = try #require(NearestCorrelation(to: given, smallestEigenvalue: least))
    let found = nearest.matrix
    #expect(found == found.transposed && (0..<size).allSatisfy { found[$0, $0] == 1 })
    #expect(try #require(SymmetricEigen(found)).values[0] > least * (1 - 1e-4))
    #expect(throws: Never.self) { try CholeskyFactor(found) }
    let away = Self.minus(given, found)
    #expect(abs(nearest.distance - Self.inner(away, away).squareRoot()) < 1e-12)
    for seed in 0..<200 {
      let other = Self.feasible(size, least: least, seed: UInt64(seed))
      #expect(Self.inner(away, Self.minus(other, found)) < 1e-8)
    }
    let again = try #require(NearestCorrelation(to: found, smallestEigenvalue: least))
    #expect(again.distance < 1e-8)
  }

  @Test("A correlation matrix is its own nearest")
  func alreadyDefinite() throws {
    let given = Self.matrix(3, [0.8, 0.7, 0.6])
    let nearest = try #require(NearestCorrelation(to: given))
    #expect(nearest.distance < 1e-14 && nearest.iterations <= 2)
    #expect(NearestCorrelation(to: .identity(1))?.matrix == .identity(1))
    #expect(NearestCorrelation(to: .identity(0))?.matrix == .identity(0))
  }

  /// Towards 1 the bound leaves only the identity, the mean of all eigenvalues being 1.
  @Test("A bound near one leaves hardly any correlation")
  func boundNearOne() throws {
    let nearest = try #require(NearestCorrelation(to: Self.matrix(3, [0.9, -0.9, 0.9]), smallestEigenvalue: 0.999))
    for row in 0..<3 { for column in 0..<row { #expect(abs(nearest.matrix[row, column]) <= 0.0011) } }
  }

  @Test("What has no nearest matrix gets none")
  func refused() {
    #expect(NearestCorrelation(to: Self.matrix(3, [0.9, .nan, 0.9])) == nil)
    #expect(NearestCorrelation(to: Self.matrix(3, [0.9, .infinity, 0.9])) == nil)
    for least in [0, -1, 1, 2, Double.nan] {
      #expect(NearestCorrelation(to: Self.matrix(2, [0.9]), smallestEigenvalue: least) == nil)
    }
    #expect(NearestCorrelation(to: Matrix(rows: 1, columns: 2, values: [1, 0])) == nil)
  }
}
