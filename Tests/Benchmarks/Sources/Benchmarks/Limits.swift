import Kernels

/// What this machine can do with one worker, measured with the kernels that paths are made of.
struct Limits {
  /// Seconds for one normal, one correlated number of `assets`, one exponential, one number moved to its path.
  var normal: Double
  var correlated: Double
  var exponential: Double
  var scattered: Double
  /// 10⁹ operations a second of the library's matrix product at that size.
  var productRate: Double
  /// Bytes a second that are read and written, of arrays larger than the caches.
  var bandwidth: Double

  /// Measures with tiles of `assets` rows, and slabs of `points`.
  init(_ session: Session, assets: Int, points: Int) throws {
    let size = assets * pathsPerBlock
    var normals = [Double](repeating: 0.1, count: size)
    var shocks = normals
    let factor = try CholeskyFactor(correlation(assets))
    let turns = 400
    func each(_ work: () -> Void) -> Double {
      session.seconds(threads: 1) { for _ in 0..<turns { work() } } / Double(turns * size)
    }
    normal = each {
      var tile = normals.mutableSpan
      fillNormals(seed: 1, firstPath: 0, step: 1, factorCount: assets, purpose: .priceShock, into: &tile)
    }
    correlated = each {
      var out = shocks.mutableSpan
      multiply(factor, normals.span, columns: pathsPerBlock, into: &out)
    }
    exponential = each {
      var out = shocks.mutableSpan
      exponentiate(normals.span, into: &out)
    }
    let (square, tile) = (factor.lower, Matrix(rows: assets, columns: pathsPerBlock, values: normals))
    productRate = 2 * Double(assets) / each { _ = multiply(square, tile) } / 1e9
    var slabs = [Double](repeating: 0, count: size * points)
    let tiles = [Double](repeating: 0.1, count: size * stepsPerScatter)
    let groups = points / stepsPerScatter
    scattered =
      session.seconds(threads: 1) {
        for group in 0..<groups {
          var out = slabs.mutableSpan
          scatterStepsToPaths(
            tiles: tiles.span, assets: assets, firstStep: group * stepsPerScatter, stepsPlusOne: points,
            slabSize: assets * points, offset: 0, into: &out)
        }
      } / Double(size * groups * stepsPerScatter)
    bandwidth = Self.copyRate(session)
  }

  /// Seconds for one asset's step of the parts of a geometric Brownian motion.
  var geometricStep: Double { normal + correlated + exponential + scattered }

  private static func copyRate(_ session: Session) -> Double {
    let count = 8_000_000
    let source = [Double](repeating: 1, count: count)
    var target = [Double](repeating: 0, count: count)
    let seconds = session.seconds(threads: 1) {
      target.withUnsafeMutableBytes { target in source.withUnsafeBytes { target.copyMemory(from: $0) } }
    }
    return Double(count * 16) / seconds
  }

  /// Prints the limits as rows.
  func report(to table: RowTable, assets: Int) {
    func row(_ name: String, _ figure: Double, _ unit: String) {
      table.add(Row(name: "limits.\(name)", figure: figure, unit: unit, note: "one worker, tiles of \(assets) assets"))
    }
    row("dgemm", productRate, "GF/s")
    row("correlate", 1 / correlated, "numbers/s")
    row("normals", 1 / normal, "numbers/s")
    row("exp", 1 / exponential, "numbers/s")
    row("scatter", 1 / scattered, "numbers/s")
    row("bandwidth", bandwidth / 1e9, "GB/s")
  }
}

/// The correlation of the benchmark: 0.6 between any two assets.
func correlation(_ assets: Int) -> Matrix {
  var matrix = Matrix(rows: assets, columns: assets, repeating: 0.6)
  for asset in 0..<assets { matrix.values[asset * assets + asset] = 1 }
  return matrix
}
