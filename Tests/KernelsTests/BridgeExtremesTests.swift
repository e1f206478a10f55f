import Glibc
import Kernels
import Testing

/// The extremes of a Brownian bridge against its laws in closed form.
@Suite struct BridgeExtremesTests {
  /// Bridges from 100 with a standard deviation of 2 %, moved by `move` of them.
  private struct Sample {
    static let deviation = 0.02
    let start = 100.0
    let end: Double
    var low: [Double]
    var high: [Double]
    var lows: [Double]
    var highs: [Double]

    init(move: Double, blocks: Int = 64, seed: UInt64 = 5) {
      end = 100 * exp(move * Self.deviation)
      low = [Double](repeating: 0, count: blocks * pathsPerBlock)
      high = low
      lows = low
      highs = low
      for block in 0..<blocks {
        var normals = [Double](repeating: 0, count: 2 * pathsPerBlock)
        var tile = normals.mutableSpan
        fillNormals(
          seed: seed, firstPath: UInt64(block * pathsPerBlock), step: 1, factorCount: 2, purpose: .verification,
          into: &tile)
        for path in 0..<pathsPerBlock {
          low[block * pathsPerBlock + path] = normals[path]
          high[block * pathsPerBlock + path] = normals[pathsPerBlock + path]
        }
      }
      fill()
    }

    mutating func fill() { Self.fill(end, low, high, &lows, &highs) }

    /// Takes its rows one by one, so that each is borrowed by itself.
    private static func fill(
      _ end: Double, _ low: [Double], _ high: [Double], _ lows: inout [Double], _ highs: inout [Double]
    ) {
      let starts = [Double](repeating: 100, count: low.count)
      let ends = [Double](repeating: end, count: low.count)
      let deviations = [Double](repeating: deviation, count: low.count)
      var lowTile = lows.mutableSpan
      var highTile = highs.mutableSpan
      fillBridgeExtremes(
        starts: starts.span, ends: ends.span, deviations: deviations.span, low: low.span, high: high.span,
        lows: &lowTile, highs: &highTile)
    }

    /// Depth of the minimum and height of the maximum relative to the start, in standard deviations.
    var depths: [Double] { lows.map { -log($0 / start) / Self.deviation } }
    var heights: [Double] { highs.map { log($0 / start) / Self.deviation } }
  }

  /// Probability that a bridge to `d` stays above −a and below b: reflections at both levels.
  private func staysBetween(_ a: Double, _ b: Double, _ d: Double) -> Double {
    let c = a + b
    return (-30...30).reduce(0) { sum, number in
      let k = Double(number)
      return sum + exp(-2 * k * c * (k * c + d)) - exp(-2 * (b + k * c) * (b + k * c - d))
    }
  }

  private static let moves = [0.0, 1.3, -0.4, -3, 6]

  @Test("the low is where the bridge's minimum law puts it, path by path", arguments: moves)
  func minimum(move: Double) {
    let sample = Sample(move: move)
    for (depth, draw) in zip(sample.depths, sample.low) {
      let chance = exp(-2 * depth * (depth + move))
      #expect(abs(chance - normalCDF(draw)) < 1e-9)
    }
  }

  @Test("the high has the law of the maximum: 2·M·(M − d) is exponential", arguments: moves)
  func maximum(move: Double) {
    let values = Sample(move: move).heights.map { 2 * $0 * ($0 - move) }
    let root = Double(values.count).squareRoot()
    let (mean, variance) = meanAndVariance(values)
    // The variance of a sample variance of an exponential is 8/n.
    #expect(abs(mean - 1) < 4 / root)
    #expect(abs(variance - 1) < 4 * 8.0.squareRoot() / root)
    for level in [0.05, 0.5, 2.0] {
      let share = Double(values.count { $0 > level }) / Double(values.count)
      #expect(abs(share - exp(-level)) < 4 * (exp(-level) * (1 - exp(-level))).squareRoot() / root)
    }
  }

  @Test("low and high together have the law of a bridge between two levels", arguments: moves)
  func joint(move: Double) {
    let sample = Sample(move: move)
    let least = max(0, -move)
    let most = max(0, move)
    for (a, b) in [(0.3, 0.9), (0.5, 0.5), (0.4, 0.7), (0.2, 1.2)] {
      let expected = staysBetween(least + a, most + b, move)
      let count = zip(sample.depths, sample.heights).filter { $0.0 < least + a && $0.1 < most + b }.count
      let share = Double(count) / Double(sample.depths.count)
      let error = (expected * (1 - expected) / Double(sample.depths.count)).squareRoot()
      #expect(error * Double(sample.depths.count) > 5, "too rare to be told from nothing")
      #expect(abs(share - expected) < 4 * error, "\(a), \(b): \(share) and not \(expected)")
    }
  }

  @Test("the range of a bridge that returns is Kuiper's: mean √(π/2), variance π²/6 − π/2; the extremes' correlation")
  func range() {
    let sample = Sample(move: 0, blocks: 256)
    let ranges = zip(sample.depths, sample.heights).map { $0 + $1 }
    let root = Double(ranges.count).squareRoot()
    let (mean, variance) = meanAndVariance(ranges)
    let expected = Double.pi * Double.pi / 6 - Double.pi / 2
    #expect(abs(mean - (Double.pi / 2).squareRoot()) < 4 * expected.squareRoot() / root)
    #expect(abs(variance / expected - 1) < 4 * 1.7 / root)
    // Var R = 2·Var M + 2·Cov with Var M = 1/2 − π/8: the correlation of depth and height is −0.654.
    let (_, single) = meanAndVariance(sample.depths)
    #expect(abs((variance / 2 - single) / single + 0.654) < 0.02)
  }

  @Test("whatever the draws, extremes enclose the ends and are numbers", arguments: moves + [60, -60])
  func enclose(move: Double) {
    var sample = Sample(move: move, blocks: 1)
    let draws = [-38.0, -9, -5, -1e-9, 0, 1e-9, 5, 9, 37]
    for path in 0..<pathsPerBlock {
      sample.low[path] = draws[path % draws.count]
      sample.high[path] = draws[path / draws.count % draws.count]
    }
    sample.fill()
    for (low, high) in zip(sample.lows, sample.highs) {
      #expect(low > 0 && low <= min(100, sample.end) && high >= max(100, sample.end) && high < .infinity)
    }
  }

  @Test("without deviation the extremes are the ends")
  func still() {
    let starts = [Double](repeating: 3, count: 8)
    let ends = [4.0, 4, 4, 2, 2, 2, 3, 3]
    let deviations = [Double](repeating: 0, count: 8)
    let draws = [-3.0, 0, 3, -3, 0, 3, -3, 3]
    var lows = starts
    var highs = starts
    var lowTile = lows.mutableSpan
    var highTile = highs.mutableSpan
    fillBridgeExtremes(
      starts: starts.span, ends: ends.span, deviations: deviations.span, low: draws.span, high: draws.span,
      lows: &lowTile, highs: &highTile)
    #expect(lows == [3, 3, 3, 2, 2, 2, 3, 3] && highs == [4, 4, 4, 3, 3, 3, 3, 3])
  }
}
