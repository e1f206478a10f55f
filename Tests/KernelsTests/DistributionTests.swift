import Glibc
import Kernels
import Testing

/// The draws have the distribution they claim. Seeds are fixed, so each test passes always or never; the tolerance is
/// stated in standard errors, five at most, over a few dozen figures.
@Suite struct DistributionTests {
  private static let tiles = 512
  private static let factors = 8

  /// 2²⁰ normals: moments E[zᵏ] against 0, 1, 0, 3, 0, 15, with Var(zᵏ) = E[z²ᵏ] − E[zᵏ]².
  @Test func normalMoments() {
    let draws = Self.manyNormals()
    let count = Double(draws.count)
    let evenMoments = [1.0, 1, 3, 15, 105, 945, 10_395]
    for order in 1...6 {
      let obtained = pairwiseSum(draws.map { pow($0, Double(order)) }) / count
      let expected = order % 2 == 0 ? evenMoments[order / 2] : 0
      let error = ((evenMoments[order] - expected * expected) / count).squareRoot()
      #expect(abs(obtained - expected) < 4 * error, "moment \(order): \(obtained), \(expected) ± \(error)")
    }
  }

  /// Chi-square over 200 cells of equal probability, and the tails beyond 4 by their binomial error.
  @Test func normalDistribution() {
    let draws = Self.manyNormals()
    var cells = [Int](repeating: 0, count: 200)
    for draw in draws { cells[min(199, Int(normalCDF(draw) * 200))] += 1 }
    let expected = Double(draws.count) / 200
    let statistic = cells.reduce(0.0) { $0 + pow(Double($1) - expected, 2) / expected }
    #expect(abs(statistic - 199) < 4 * (2.0 * 199).squareRoot())
    let far = Double(draws.filter { abs($0) > 4 }.count)
    let farExpected = 2 * normalCDF(-4) * Double(draws.count)
    #expect(abs(far - farExpected) < 4 * farExpected.squareRoot())
  }

  /// Normals of two factors, two paths in a row and two steps in a row are uncorrelated, and so are their squares.
  @Test func normalsAreIndependentAcrossKeys() {
    var sums = [Double](repeating: 0, count: 6)
    var count = 0.0
    for step in 0..<512 as Range<UInt32> {
      let now = normals(firstPath: 0, step: step, factors: 2)
      let next = normals(firstPath: 0, step: step + 1, factors: 1)
      for path in 0..<255 {
        let z = now[path]
        for (index, other) in [now[256 + path], now[path + 1], next[path]].enumerated() {
          sums[index] += z * other
          sums[3 + index] += (z * z - 1) * (other * other - 1) / 2
        }
        count += 1
      }
    }
    for sum in sums { #expect(abs(sum) < 4 * count.squareRoot()) }
  }

  /// Mean, variance and distribution function of the gamma distribution, below, at and above shape one.
  @Test(arguments: [0.3, 1.0, 1.25, 2.5, 40.0]) func gammaDraws(shape: Double) {
    let count = 40_000
    let draws = (0..<count).map {
      KeyedDraws(seed: 8, path: UInt64($0), purpose: .synthesis).gamma(shape: shape, step: 1, factor: 3)
    }
    let moments = meanAndVariance(draws)
    let size = Double(count)
    #expect(abs(moments.mean - shape) < 4 * (shape / size).squareRoot())
    let varianceError = ((3 * shape * shape + 6 * shape - shape * shape) / size).squareRoot()
    #expect(abs(moments.variance - shape) < 4 * varianceError)
    #expect(kolmogorovDistance(draws) { regularizedIncompleteGamma(lower: shape, $0) } < 1.95 / size.squareRoot())
  }

  @Test(arguments: [0, -1, .nan, .infinity] as [Double]) func aGammaShapeMustBePositiveAndFinite(shape: Double) {
    #expect(KeyedDraws(seed: 8, path: 1, purpose: .synthesis).gamma(shape: shape, step: 1, factor: 3).isNaN)
  }

  /// (ν − 2)/mixing² is chi-square with ν degrees of freedom, and E[mixing²] = 1.
  @Test(arguments: [2.5, 5, 30]) func studentMixing(degreesOfFreedom: Double) {
    let mixing = Self.manyMixings(degreesOfFreedom)
    let size = Double(mixing.count)
    let distance = kolmogorovDistance(mixing.map { (degreesOfFreedom - 2) / ($0 * $0) }) {
      regularizedIncompleteGamma(lower: degreesOfFreedom / 2, $0 / 2)
    }
    #expect(distance < 1.95 / size.squareRoot())
    guard degreesOfFreedom > 4 else { return }
    let squares = meanAndVariance(mixing.map { $0 * $0 })
    #expect(abs(squares.mean - 1) < 4 * (squares.variance / size).squareRoot())
  }

  /// A mixed normal is Student-t scaled to variance one.
  @Test func mixedNormalsAreStudentT() {
    let mixing = Self.manyMixings(4.5)
    let shocks = (0..<200 as Range<UInt32>).flatMap { normals(firstPath: 512, step: $0, factors: 1, seed: 21) }
    let scale = (4.5 / 2.5).squareRoot()
    let draws = zip(mixing, shocks).map { $0 * $1 * scale }
    let distance = kolmogorovDistance(draws) { studentTCDF($0, degreesOfFreedom: 4.5) }
    #expect(distance < 1.95 / Double(draws.count).squareRoot())
  }

  /// The row of a block repeats the plain draws: √((ν − 2)/(2·gamma(ν/2))).
  @Test func mixingRowIsMadeOfKeyedGammas() {
    let row = studentMixingRow(3.7, firstPath: 1 << 33, step: 6, seed: 21)
    for path in 0..<pathsPerBlock {
      let draws = KeyedDraws(seed: 21, path: 1 << 33 + UInt64(path), purpose: .chiSquare)
      let gamma = draws.gamma(shape: 3.7 / 2, step: 6, factor: 0)
      #expect(row[path] == ((3.7 - 2) / (gamma * 2)).squareRoot())
    }
  }

  @Test func mixingAtTheBordersOfItsRange() {
    #expect(studentMixingRow(.infinity, firstPath: 0, step: 0, seed: 1).allSatisfy { $0 == 1 })
    for bad in [2, -3, Double.nan] {
      #expect(studentMixingRow(bad, firstPath: 0, step: 0, seed: 1).allSatisfy { $0.isNaN })
    }
  }

  private static func manyNormals() -> [Double] {
    (0..<tiles).flatMap { normals(firstPath: UInt64($0 * pathsPerBlock), step: UInt32($0 % 7), factors: factors) }
  }

  private static func manyMixings(_ degreesOfFreedom: Double) -> [Double] {
    (0..<200 as Range<UInt32>).flatMap { studentMixingRow(degreesOfFreedom, firstPath: 512, step: $0, seed: 21) }
  }
}

private func studentMixingRow(_ degreesOfFreedom: Double, firstPath: UInt64, step: UInt32, seed: UInt64) -> [Double] {
  var row = [Double](repeating: 0, count: pathsPerBlock)
  var view = row.mutableSpan
  fillStudentMixing(
    degreesOfFreedom: degreesOfFreedom, seed: seed, firstPath: firstPath, step: step, into: &view)
  return row
}

/// The largest distance between the empirical and the given distribution function; 1.95/√n is exceeded with probability
/// 0.001 (Kolmogorov).
private func kolmogorovDistance(_ draws: [Double], _ distribution: (Double) -> Double) -> Double {
  let size = Double(draws.count)
  return sortedAscending(draws).enumerated().reduce(0.0) { worst, item in
    let probability = distribution(item.element)
    return max(worst, abs(probability - Double(item.offset) / size), abs(probability - Double(item.offset + 1) / size))
  }
}
