/// A dense matrix of doubles, row-major: element (r, c) is `values[r * columns + c]`.
public struct Matrix: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The elements, row after row; the count is always `rows * columns` and must be kept so.
  public var values: [Double]

  /// A matrix with every element equal to `value`. Rows and columns must not be negative.
  public init(rows: Int, columns: Int, repeating value: Double) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative dimension")
    self.rows = rows
    self.columns = columns
    values = [Double](repeating: value, count: rows * columns)
  }

  /// A matrix of the given elements, row after row; there must be exactly `rows * columns` of them.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative dimension")
    precondition(values.count == rows * columns, "a matrix of \(rows) × \(columns) was given \(values.count) values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// The identity matrix of size `count` × `count`.
  public static func identity(_ count: Int) -> Matrix {
    var result = Matrix(rows: count, columns: count, repeating: 0)
    for index in 0..<count { result[index, index] = 1 }
    return result
  }

  /// The element in row `row` and column `column`, both counted from zero.
  public subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The transpose: element (r, c) of the result is element (c, r) of this matrix.
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows, repeating: 0)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }
}
