import Kernels
import Testing

/// Matrices and the library behind them, against plain loops.
@Suite struct LinearTests {
  /// Worked by hand: [[4, 12, −16], [12, 37, −43], [−16, −43, 98]] = L·Lᵀ with L = [[2], [6, 1], [−8, 5, 3]].
  @Test func choleskyOfAHandWorkedMatrix() throws {
    let factor = try CholeskyFactor(Matrix(rows: 3, columns: 3, values: [4, 12, -16, 12, 37, -43, -16, -43, 98]))
    #expect(factor.lower.values == [2, 0, 0, 6, 1, 0, -8, 5, 3])
  }

  @Test(arguments: [1, 2, 7, 20, 65]) func choleskyTimesItsTransposeIsTheMatrix(size: Int) throws {
    let matrix = covariance(size)
    let lower = try CholeskyFactor(matrix).lower
    let product = multiply(lower, lower.transposed)
    for index in matrix.values.indices {
      #expect(abs(product.values[index] - matrix.values[index]) < 1e-13 * Double(size))
    }
    for row in 0..<size { for column in (row + 1)..<max(size, row + 1) { #expect(lower[row, column] == 0) } }
  }

  @Test func onlyTheLowerTriangleIsRead() throws {
    var matrix = covariance(5)
    let factor = try CholeskyFactor(matrix)
    for row in 0..<5 { for column in (row + 1)..<5 { matrix[row, column] = .nan } }
    #expect(try CholeskyFactor(matrix) == factor)
  }

  /// The minor named is the first that fails: the third variable is the sum of the first two.
  @Test func aMatrixThatIsNotPositiveDefiniteNamesTheMinor() {
    let indefinite = Matrix(rows: 3, columns: 3, values: [1, 0, 0.9, 0, 1, 0.9, 0.9, 0.9, 1])
    #expect(throws: NotPositiveDefinite(leadingMinor: 3)) { try CholeskyFactor(indefinite) }
    let negative = Matrix(rows: 2, columns: 2, values: [-1, 0, 0, 1])
    #expect(throws: NotPositiveDefinite(leadingMinor: 1)) { try CholeskyFactor(negative) }
    let undefined = Matrix(rows: 2, columns: 2, values: [1, 0, .nan, 1])
    #expect(throws: NotPositiveDefinite(leadingMinor: 2)) { try CholeskyFactor(undefined) }
    let infinite = Matrix(rows: 2, columns: 2, values: [1, 0, 0, .infinity])
    #expect(throws: NotPositiveDefinite(leadingMinor: 2)) { try CholeskyFactor(infinite) }
  }

  @Test func theEmptyMatrixHasAnEmptyFactor() throws {
    #expect(try CholeskyFactor(.identity(0)).lower.values.isEmpty)
    #expect(multiply(Matrix.identity(0), Matrix.identity(0)) == .identity(0))
    let product = multiply(Matrix(rows: 2, columns: 0, values: []), Matrix(rows: 0, columns: 1, values: []))
    #expect(product.values == [0, 0])
  }

  @Test func theProductIsThatOfThePlainLoop() {
    let left = Matrix(rows: 13, columns: 9, values: normalValues(117, step: 1))
    let right = Matrix(rows: 9, columns: 21, values: normalValues(189, step: 2))
    let product = multiply(left, right)
    for row in 0..<13 {
      for column in 0..<21 {
        let plain = (0..<9).reduce(0.0) { $0 + left[row, $1] * right[$1, column] }
        #expect(abs(product[row, column] - plain) < 1e-13)
      }
    }
    #expect(multiply(left, .identity(9)) == left)
  }

  /// Whatever lay in the target before, to the bit, at every size and for every rest of rows and columns.
  @Test(arguments: [1, 3, 4, 6, 12, 21], [1, 15, 16, 37, 256])
  func correlatingATileIsThePlainProduct(size: Int, columns: Int) throws {
    let factor = try CholeskyFactor(covariance(size))
    let tile = normalValues(size * columns, step: 3)
    var out = [Double](repeating: .nan, count: tile.count)
    var view = out.mutableSpan
    multiply(factor, tile.span, columns: columns, into: &view)
    for row in 0..<size {
      for column in 0..<columns {
        let plain = (0...row).reduce(0.0) { $0.addingProduct(factor.lower[row, $1], tile[$1 * columns + column]) }
        #expect(out[row * columns + column] == plain)
      }
    }
  }

  @Test func scalingColumnsIsThePlainLoop() {
    let before = normals(firstPath: 0, step: 3, factors: 3)
    let factors = normals(firstPath: 0, step: 4, factors: 1)
    var tile = before
    var view = tile.mutableSpan
    scaleColumns(&view, rows: 2, by: factors.span)
    for row in 0..<3 {
      for path in 0..<256 {
        #expect(tile[row * 256 + path] == before[row * 256 + path] * (row < 2 ? factors[path] : 1))
      }
    }
  }

  @Test func theLibraryRunsOnOneThread() {
    BLAS.useOneThread()
    #expect(BLAS.threadCount == 1)
    #expect(BLAS.configuration.contains("OpenBLAS"))
    #expect(BLAS.flavour != nil)
    #expect(!BLAS.coreName.isEmpty)
  }

  /// A covariance matrix: B·Bᵀ + size·1 with B of normals.
  private func covariance(_ size: Int) -> Matrix {
    let root = Matrix(rows: size, columns: size, values: normalValues(size * size, step: 7))
    var result = multiply(root, root.transposed)
    for index in 0..<size { result[index, index] += Double(size) }
    return result
  }

  private func normalValues(_ count: Int, step: UInt32) -> [Double] {
    (0..<count).map { KeyedDraws(seed: 2, path: UInt64($0), purpose: .verification).normal(step: step, factor: 0) }
  }
}
