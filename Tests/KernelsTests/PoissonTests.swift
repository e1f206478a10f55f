import Glibc
import Kernels
import Testing

/// Counts against the plain inversion they are defined by, and against the probabilities of the Poisson law.
@Suite struct PoissonTests {
  @Test(arguments: [1e-4, 0.02, 0.7, 5, 42, largestPoissonMean])
  func countsInvertTheDistributionFunction(mean: Double) {
    for step in 0..<4 as Range<UInt32> {
      let counts = counts(mean: mean, firstPath: 512, step: step)
      for path in 0..<pathsPerBlock {
        let draws = KeyedDraws(seed: 11, path: UInt64(512 + path), purpose: .jump)
        #expect(counts[path] == plainCount(draws.uniform(step: step, factor: 3), mean: mean))
      }
    }
  }

  @Test(arguments: [0.05, 1.3, 6])
  func frequenciesAreThoseOfTheLaw(mean: Double) {
    let blocks = 200
    var observed = [Double](repeating: 0, count: 40)
    for block in 0..<blocks {
      for count in counts(mean: mean, firstPath: UInt64(block * pathsPerBlock), step: 9) { observed[Int(count)] += 1 }
    }
    let paths = Double(blocks * pathsPerBlock)
    var probability = exp(-mean)
    for n in 0..<40 {
      if probability * paths > 10 {
        let error = (probability * (1 - probability) / paths).squareRoot()
        #expect(abs(observed[n] / paths - probability) < 4 * error, "\(n) jumps")
      }
      probability *= mean / Double(n + 1)
    }
  }

  @Test func saysWhetherThereIsAnyCount() {
    for step in 0..<64 as Range<UInt32> {
      var row = [Double](repeating: -1, count: pathsPerBlock)
      var view = row.mutableSpan
      let isAny = fillPoisson(
        mean: 0.004, seed: 11, firstPath: 0, step: step, factor: 3, purpose: .jump, into: &view)
      #expect(isAny == row.contains { $0 > 0 })
      #expect(row.allSatisfy { $0 >= 0 })
    }
  }

  @Test func edges() {
    #expect(counts(mean: 0, firstPath: 0, step: 1).allSatisfy { $0 == 0 })
    for mean in [-1, .nan, .infinity, largestPoissonMean + 1] {
      #expect(counts(mean: mean, firstPath: 0, step: 1).allSatisfy { $0.isNaN })
    }
  }

  private func counts(mean: Double, firstPath: UInt64, step: UInt32) -> [Double] {
    var row = [Double](repeating: -1, count: pathsPerBlock)
    var view = row.mutableSpan
    _ = fillPoisson(
      mean: mean, seed: 11, firstPath: firstPath, step: step, factor: 3, purpose: .jump, into: &view)
    return row
  }

  /// The least n with u ≤ F(n), F summed afresh for every n.
  private func plainCount(_ u: Double, mean: Double) -> Double {
    var n = 0
    var probabilities = [exp(-mean)]
    while u > probabilities.reduce(0, +) {
      n += 1
      probabilities.append(probabilities[n - 1] * (mean / Double(n)))
    }
    return Double(n)
  }
}
