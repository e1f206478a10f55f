import Foundation
import Kernels
import Markets
import Schema
import Testing

@Suite("Shrinkage of correlations")
struct ShrunkCorrelationTests {
  /// Moves without chance, so that another program can make the same.
  private static func waves(_ assets: Int, _ slots: Int) -> [[Double]] {
    (0..<assets).map { asset in
      (1...slots).map { slot in
        let (i, t) = (Double(asset), Double(slot))
        return sin(0.7 * t) * (0.4 * i - 0.4) + 0.8 * sin((i + 2) * t * t * 0.37)
      }
    }
  }

  /// Normal moves whose correlations are the products of loadings 0.9, 0.8, … on one factor.
  private static func oneFactor(_ loadings: [Double], _ slots: Int, seed: UInt64) -> [[Double]] {
    let draws = KeyedDraws(seed: seed, path: 0, purpose: .verification)
    let common = (0..<slots).map { draws.normal(step: UInt32($0), factor: 0) }
    return loadings.enumerated().map { asset, loading in
      (0..<slots).map { slot in
        let own = draws.normal(step: UInt32(slot), factor: UInt32(asset + 1))
        return loading * common[slot] + (1 - loading * loading).squareRoot() * own
      }
    }
  }

  private static func squaredError(_ matrix: Matrix, _ loadings: [Double]) -> Double {
    var sum = 0.0
    for row in loadings.indices {
      for column in 0..<row {
        let error = matrix[row, column] - loadings[row] * loadings[column]
        sum += 2 * error * error
      }
    }
    return sum
  }

  private static func mean(_ matrix: Matrix) -> Double {
    let size = Double(matrix.rows)
    return (matrix.values.reduce(0, +) - size) / (size * (size - 1))
  }

  /// PyPortfolioOpt 1.6.0, `CovarianceShrinkage.ledoit_wolf("constant_correlation")`, on the same waves divided by their
  /// standard deviations (numpy 2.4, ddof = 0): intensity, entry (0, 1), last entry of the second column, mean, distance.
  @Test(
    "Intensity and matrix are those of another program",
    arguments: [
      (5, 60, [0.16095779304888544, 0.29275603466059036, -0.13951554949991, 0.1253225433189032, 0.22876370258340065]),
      (
        4, 30, [0.40055530417876173, 0.39640824645409134, 0.025773784399440156, 0.1818374171210999, 0.3840277709618082]
      ),
      (
        8, 400,
        [0.010899820388391802, 0.1177149512649048, -0.09217202210509766, 0.24271836335405952, 0.0356126017906811]
      ),
      (8, 6, [0.43510211861312637, 0.5333690128034069, -0.24176749680274146, 0.2689719684181113, 1.8879065328729272]),
    ])
  func otherProgram(assets: Int, slots: Int, expected: [Double]) throws {
    let shrunk = try #require(ShrunkCorrelation(moves: Self.waves(assets, slots)))
    let found = [
      shrunk.intensity, shrunk.matrix[1, 0], shrunk.matrix[assets - 1, 1], shrunk.meanCorrelation, shrunk.distance,
    ]
    for (value, reference) in zip(found, expected) { #expect(abs(value - reference) < 1e-10) }
    #expect(shrunk.observations == slots)
    #expect(shrunk.matrix == shrunk.matrix.transposed && (0..<assets).allSatisfy { shrunk.matrix[$0, $0] == 1 })
    #expect(abs(Self.mean(shrunk.matrix) - shrunk.meanCorrelation) < 1e-14)
  }

  /// Six moves of eight assets: the sample has rank five.
  @Test("Fewer moves than assets still give a matrix that has a factor")
  func fewMoves() throws {
    let shrunk = try #require(ShrunkCorrelation(moves: Self.waves(8, 6)))
    #expect(try #require(SymmetricEigen(shrunk.matrix)).values[0] > 0.3)
  }

  /// T·δ has a limit where the true correlations differ: sixteen times the moves, a sixteenth of the shrinkage.
  @Test("Unequal correlations are shrunk in proportion to 1/T")
  func manyMoves() throws {
    let loadings = [0.9, 0.7, 0.5, 0.3, 0.1]
    let intensities = try [1000, 16_000].map { slots in
      try #require(ShrunkCorrelation(moves: Self.oneFactor(loadings, slots, seed: 3))).intensity
    }
    #expect(intensities[1] > 0 && intensities[1] < 0.01)
    #expect(abs(intensities[0] / intensities[1] / 16 - 1) < 0.35)
  }

  @Test("Equal correlations are shrunk almost wholly, and the error falls in both cases")
  func error() throws {
    for (loadings, least) in [([0.7, 0.7, 0.7, 0.7, 0.7, 0.7], 0.6), ([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], 0.05)] {
      var (shrunkError, sampleError, weight) = (0.0, 0.0, 0.0)
      let series = 100
      for seed in 0..<series {
        let moves = Self.oneFactor(loadings, 40, seed: UInt64(seed))
        let shrunk = try #require(ShrunkCorrelation(moves: moves))
        weight += shrunk.intensity / Double(series)
        shrunkError += Self.squaredError(shrunk.matrix, loadings)
        let keep = 1 - shrunk.intensity
        // The sample matrix back from the shrunk one, where anything of it is left.
        guard keep > 1e-6 else {
          sampleError += Self.squaredError(shrunk.matrix, loadings)
          continue
        }
        var sample = shrunk.matrix
        for row in loadings.indices {
          for column in loadings.indices where column != row {
            sample[row, column] = (sample[row, column] - shrunk.intensity * shrunk.meanCorrelation) / keep
          }
        }
        sampleError += Self.squaredError(sample, loadings)
      }
      #expect(weight > least, "mean intensity \(weight)")
      #expect(shrunkError < 0.97 * sampleError, "\(shrunkError) against \(sampleError)")
    }
  }

  @Test("The unit of a move does not matter, and up to two assets nothing is shrunk")
  func units() throws {
    let moves = Self.waves(5, 60)
    let shrunk = try #require(ShrunkCorrelation(moves: moves))
    let scaled = try #require(
      ShrunkCorrelation(moves: moves.enumerated().map { index, row in row.map { 3 + $0 * pow(10, Double(index)) } }))
    for (a, b) in zip(shrunk.matrix.values, scaled.matrix.values) { #expect(abs(a - b) < 1e-10) }
    for count in 1...2 {
      let few = try #require(ShrunkCorrelation(moves: Self.waves(count + 3, 60).suffix(count).map { $0 }))
      #expect(few.intensity == 0 && few.distance == 0)
    }
  }

  @Test("Moves that cannot be correlated are refused")
  func refused() {
    #expect(ShrunkCorrelation(moves: []) == nil)
    #expect(ShrunkCorrelation(moves: [[1], [2]]) == nil)
    #expect(ShrunkCorrelation(moves: [[1, 2, 3], [1, 2]]) == nil)
    #expect(ShrunkCorrelation(moves: [[1, 2, 4], [1, .nan, 3]]) == nil)
    #expect(ShrunkCorrelation(moves: [[1, 2, 4], [5, 5, 5]]) == nil)
  }

  @Test("A history's correlations are shrunk on request only, those that never move apart")
  func history() throws {
    let moves = Self.oneFactor([0.9, 0.7, 0.5, 0.3], 300, seed: 9)
    let still = [Double](repeating: 100, count: 301)
    let prices = moves.map { row in
      var level = log(100.0)
      return [100.0]
        + row.map { step in
          level += 0.01 * step
          return exp(level)
        }
    }
    let history = try PriceHistory(
      assetIDs: ["A", "B", "STILL", "C", "D"], timesHours: (0...300).map(Double.init),
      prices: [prices[0], prices[1], still, prices[2], prices[3]], source: SourceLocation(file: "prices.csv"))
    let plain = try HistoryEstimation.estimate(history: history, stepHours: 1, garch: nil)
    let market = try HistoryEstimation.estimate(history: history, stepHours: 1, garch: nil, shrinksCorrelation: true)
    #expect(plain.shrinkage == nil)
    let shrinkage = try #require(market.shrinkage)
    let direct = try #require(ShrunkCorrelation(moves: moves))
    #expect(abs(shrinkage.intensity - direct.intensity) < 1e-9 && shrinkage.intensity > 0)
    let (before, after) = (plain.calibration.correlation, market.calibration.correlation)
    let expected = before[1, 0] + shrinkage.intensity * (shrinkage.meanCorrelation - before[1, 0])
    #expect(abs(after[1, 0] - expected) < 1e-14)
    for other in [0, 1, 3, 4] { #expect(after[2, other] == 0 && after[other, 2] == 0) }
    #expect(market.calibration.degreesOfFreedom == plain.calibration.degreesOfFreedom)
  }
}
