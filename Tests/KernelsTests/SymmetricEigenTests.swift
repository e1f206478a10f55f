import Foundation
import Kernels
import Testing

@Suite struct SymmetricEigenTests {
  /// Equal correlations ρ: 1 − ρ, n − 1 times, and 1 + (n − 1)ρ with the vector of equal entries.
  @Test func equalCorrelationsHaveTwoEigenvalues() throws {
    let size = 7
    var matrix = Matrix(rows: size, columns: size, repeating: 0.3)
    for index in 0..<size { matrix[index, index] = 1 }
    let eigen = try #require(SymmetricEigen(matrix))
    for value in eigen.values.dropLast() { #expect(abs(value - 0.7) < 1e-14) }
    #expect(abs(eigen.values[size - 1] - 2.8) < 1e-14)
    for column in 0..<size {
      #expect(abs(abs(eigen.vectors[size - 1, column]) - 1 / Double(size).squareRoot()) < 1e-14)
    }
  }

  /// [[2, −1, 0], [−1, 2, −1], [0, −1, 2]]: 2 − √2, 2, 2 + √2; the upper triangle is not read.
  @Test func theSecondDifferenceHasItsClosedForm() throws {
    let matrix = Matrix(rows: 3, columns: 3, values: [2, .nan, 9, -1, 2, .infinity, 0, -1, 2])
    let values = try #require(SymmetricEigen(matrix)).values
    for (found, expected) in zip(values, [2 - 2.0.squareRoot(), 2, 2 + 2.0.squareRoot()]) {
      #expect(abs(found - expected) < 1e-14)
    }
  }

  @Test(arguments: [1, 2, 9, 40]) func theSumGivesTheMatrixBack(size: Int) throws {
    let matrix = symmetric(size)
    let eigen = try #require(SymmetricEigen(matrix))
    #expect(eigen.values == eigen.values.sorted())
    expectEqual(eigen.raised(to: -.infinity), matrix, within: 1e-13 * Double(size))
    expectEqual(multiply(eigen.vectors, eigen.vectors.transposed), .identity(size), within: 1e-13)
  }

  /// Raising lifts exactly the eigenvalues below the bound, and leaves the matrix symmetric.
  @Test func raisedEigenvaluesAreThoseAskedFor() throws {
    let eigen = try #require(SymmetricEigen(symmetric(9)))
    #expect(eigen.values[0] < 0)
    let raised = eigen.raised(to: 0.5)
    #expect(raised == raised.transposed)
    let after = try #require(SymmetricEigen(raised)).values
    for (found, before) in zip(after, eigen.values) { #expect(abs(found - max(before, 0.5)) < 1e-13) }
  }

  @Test func whatIsNotFiniteHasNone() {
    #expect(SymmetricEigen(Matrix(rows: 2, columns: 2, values: [1, 0, .nan, 1])) == nil)
    #expect(SymmetricEigen(Matrix(rows: 2, columns: 2, values: [1, 0, 0, .infinity])) == nil)
    #expect(SymmetricEigen(.identity(0))?.values == [])
    #expect(SymmetricEigen(.identity(0))?.raised(to: 1) == .identity(0))
  }

  private func symmetric(_ size: Int) -> Matrix {
    let draws = KeyedDraws(seed: 4, path: 0, purpose: .verification)
    var result = Matrix(rows: size, columns: size, repeating: 0)
    for row in 0..<size {
      for column in 0...row {
        result[row, column] = draws.normal(step: UInt32(row), factor: UInt32(column))
        result[column, row] = result[row, column]
      }
    }
    return result
  }

  private func expectEqual(_ a: Matrix, _ b: Matrix, within tolerance: Double) {
    for (left, right) in zip(a.values, b.values) { #expect(abs(left - right) < tolerance) }
  }
}
