import COpenBLAS

/// Gives independent draws the correlation of the factor.
///
/// - Formula: out = L·tile.
/// - Layout: `tile` and `out` are n × `columns`, row-major, n the order of the factor: row i is variable i, a column is
///   a path. Nothing of what `out` held is read.
/// - Units: those of the tile times those of the factor.
/// - Cost: 2·n²·columns operations; 20 × 20 by 20 × 256 at about 50 GF/s.
/// - Oracle: the plain triple loop.
///
/// The whole product is taken, not the triangle only: the bits of `dtrmm` depend on the number of columns.
public func multiply(
  _ factor: CholeskyFactor, _ tile: Span<Double>, columns: Int, into out: inout MutableSpan<Double>
) {
  let size = factor.lower.rows
  precondition(columns >= 0 && tile.count >= size * columns && out.count >= size * columns, "tile too small")
  factor.lower.values.withUnsafeBufferPointer { left in
    tile.withUnsafeBufferPointer { right in
      out.withUnsafeMutableBufferPointer { product in
        gemm(size, columns, size, left.baseAddress, right.baseAddress, product.baseAddress)
      }
    }
  }
}

/// The matrix product a·b; the columns of `a` must be as many as the rows of `b`.
///
/// Cost: 2·rows·inner·columns operations (`dgemm`). Oracle: the plain triple loop.
public func multiply(_ a: Matrix, _ b: Matrix) -> Matrix {
  precondition(a.columns == b.rows, "a matrix with \(a.columns) columns cannot multiply one with \(b.rows) rows")
  var product = Matrix(rows: a.rows, columns: b.columns, repeating: 0)
  let (rows, columns, inner) = (a.rows, b.columns, a.columns)
  product.values.withUnsafeMutableBufferPointer { out in
    a.values.withUnsafeBufferPointer { left in
      b.values.withUnsafeBufferPointer { right in
        gemm(rows, columns, inner, left.baseAddress, right.baseAddress, out.baseAddress)
      }
    }
  }
  return product
}

/// `cblas_dgemm` on row-major operands without gaps; an empty product is left alone.
private func gemm(
  _ rows: Int, _ columns: Int, _ inner: Int, _ left: UnsafePointer<Double>?, _ right: UnsafePointer<Double>?,
  _ product: UnsafeMutablePointer<Double>?
) {
  guard rows > 0, columns > 0, inner > 0 else { return }
  cblas_dgemm(
    CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, left, Int32(inner), right,
    Int32(columns), 0, product, Int32(columns))
}
