import COpenBLAS

/// Gives independent draws the correlation of the factor.
///
/// - Formula: out = L·tile, each element the sum over its row of L from left to right, one fused multiply-add a term.
/// - Layout: `tile` and `out` are n × `columns`, row-major, n the order of the factor: row i is variable i, a column is
///   a path. Nothing of what `out` held is read.
/// - Units: those of the tile times those of the factor.
/// - Cost: n·(n + 4)·columns operations; at n = 20 half the time of `dgemm`, which multiplies the zeros too.
/// - Oracle: the plain triple loop with fused multiply-adds, to the bit.
///
/// The order of the sum is part of the meaning of a seed: it depends neither on the number of columns, as in `dtrmm`, nor
/// on the processor's family, as in `dgemm`.
public func multiply(
  _ factor: CholeskyFactor, _ tile: Span<Double>, columns: Int, into out: inout MutableSpan<Double>
) {
  let size = factor.lower.rows
  precondition(columns >= 0 && tile.count >= size * columns && out.count >= size * columns, "tile too small")
  factor.lower.values.withUnsafeBufferPointer { lower in
    tile.withUnsafeBufferPointer { tile in
      out.withUnsafeMutableBufferPointer { out in
        guard let lower = lower.baseAddress, let tile = tile.baseAddress, let out = out.baseAddress else { return }
        let product = TriangularProduct(size: size, columns: columns, lower: lower, tile: tile, out: out)
        let whole = columns & ~15
        for column in stride(from: 0, to: whole, by: 16) { product.fillSixteen(from: column) }
        for column in whole..<columns { product.fillOne(column) }
      }
    }
  }
}

/// A lower triangle times a tile, some columns at a time, so that these stay in the first-level cache.
private struct TriangularProduct {
  let size: Int
  let columns: Int
  let lower: UnsafePointer<Double>
  let tile: UnsafePointer<Double>
  let out: UnsafeMutablePointer<Double>

  /// Sixteen columns from `column`: four rows at a time, the zeros right of the diagonal within the four included.
  @inline(__always) func fillSixteen(from column: Int) {
    let blocked = size & ~3
    for row in stride(from: 0, to: blocked, by: 4) { fillFourRows(row, column) }
    for row in blocked..<size {
      var sum = (Lanes(repeating: 0), Lanes(repeating: 0))
      for inner in 0...row { add(lower[row &* size &+ inner], inner &* columns &+ column, to: &sum) }
      put(sum, row, column)
    }
  }

  @inline(__always) private func fillFourRows(_ row: Int, _ column: Int) {
    let zero = Lanes(repeating: 0)
    var (a, b, c, d) = ((zero, zero), (zero, zero), (zero, zero), (zero, zero))
    var entry = lower + row &* size
    var place = column
    for _ in 0..<row &+ 4 {
      add(entry[0], place, to: &a)
      add(entry[size], place, to: &b)
      add(entry[2 &* size], place, to: &c)
      add(entry[3 &* size], place, to: &d)
      entry += 1
      place &+= columns
    }
    put(a, row, column)
    put(b, row &+ 1, column)
    put(c, row &+ 2, column)
    put(d, row &+ 3, column)
  }

  @inline(__always) private func add(_ factor: Double, _ place: Int, to sum: inout (Lanes, Lanes)) {
    sum.0 = lanes(tile, place).timesPlus(factor, sum.0)
    sum.1 = lanes(tile, place &+ 8).timesPlus(factor, sum.1)
  }

  @inline(__always) private func put(_ sum: (Lanes, Lanes), _ row: Int, _ column: Int) {
    store(sum.0, out, row &* columns &+ column)
    store(sum.1, out, row &* columns &+ column &+ 8)
  }

  func fillOne(_ column: Int) {
    for row in 0..<size {
      var sum = 0.0
      for inner in 0...row { sum.addProduct(tile[inner * columns + column], lower[row * size + inner]) }
      out[row * columns + column] = sum
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
