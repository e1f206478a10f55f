import Glibc
import Kernels

/// The mean block length of a stationary bootstrap that suits a series: as long as its memory asks for.
///
/// Minimises the mean squared error of the bootstrap's variance of a sample mean: b = (2G²/D)^⅓·n^⅓ with D = 2g(0)²,
/// g(0) = Σλ(k/M)R(k) and G = Σλ(k/M)|k|R(k), λ the flat-top window, R the autocovariances, M twice the lag after which
/// the autocorrelations stay small. D. Politis, H. White, Econometric Reviews 23 (2004), as corrected by A. Patton,
/// D. Politis, H. White, Econometric Reviews 28 (2009).
///
/// Returns are hardly correlated; what a resampled path must keep is the clustering of their size. So the series to give
/// is squared or absolute returns; `of(returns:)` takes the squares.
public struct BlockLength: Sendable, Hashable {
  /// The mean length in steps, ≥ 1, at most the smaller of 3√n and n/3, rounded up.
  public let steps: Double
  /// M/2: the lag after which autocorrelations are within their band.
  public let lastLag: Int
  /// Number of values.
  public let observations: Int

  /// From one series without holes; nil with fewer than `HistoricalVectors.fewest` values, infinite ones, or none that
  /// varies.
  public init?(series: [Double]) {
    let count = series.count
    guard count >= HistoricalVectors.fewest, let standard = StandardSeries(series, fewest: HistoricalVectors.fewest),
      !standard.values.contains(where: \.isNaN)
    else { return nil }
    let band = 2 * (log10(Double(count)) / Double(count)).squareRoot()
    let run = max(5, Int(log10(Double(count)).squareRoot().rounded(.up)))
    let longest = min(count - 2, Int(Double(count).squareRoot().rounded(.up)) + run)
    let covariances = (0...longest).map { Self.covariance(standard.values, lag: $0) }
    let correlations = covariances.map { $0 / covariances[0] }
    lastLag = Self.lastLag(correlations, band: band, run: run, longest: longest)
    let width = min(2 * max(1, lastLag), longest)
    var (spectrum, slope) = (covariances[0], 0.0)
    for lag in 1...max(1, width) where lag <= longest {
      let weight = min(1, max(0, 2 * (1 - Double(lag) / Double(width))))
      spectrum += 2 * weight * covariances[lag]
      slope += 2 * weight * Double(lag) * covariances[lag]
    }
    let cube = slope * slope / (spectrum * spectrum) * Double(count)
    let limit = min(3 * Double(count).squareRoot(), Double(count) / 3).rounded(.up)
    steps = cube.isFinite ? min(limit, max(1, cbrt(cube))) : limit
    observations = count
  }

  /// The length that suits several assets resampled together: the mean of those of their squared returns, taken over the
  /// slots in which every asset has one, as `StationaryBootstrap` does. Nil if an asset has none.
  public static func of(returns: LogReturns) -> (meanBlockHours: Double, assets: [BlockLength])? {
    guard let vectors = HistoricalVectors(returns.values) else { return nil }
    let lengths = vectors.values.compactMap { BlockLength(series: $0.map { $0 * $0 }) }
    guard lengths.count == vectors.values.count else { return nil }
    return (mean(lengths.map(\.steps)) * returns.stepHours, lengths)
  }

  private static func covariance(_ values: [Double], lag: Int) -> Double {
    var sum = 0.0
    for index in lag..<values.count { sum += values[index] * values[index - lag] }
    return sum / Double(values.count)
  }

  /// The smallest m after which `run` autocorrelations in a row lie within the band; the largest lag outside it where no
  /// such run ends within `longest`.
  private static func lastLag(_ correlations: [Double], band: Double, run: Int, longest: Int) -> Int {
    for lag in 0..<max(0, longest - run + 1) {
      let next = lag + 1...min(longest, lag + run)
      if next.allSatisfy({ abs(correlations[$0]) < band }) { return max(1, lag) }
    }
    return correlations.indices.dropFirst().last { abs(correlations[$0]) > band } ?? 1
  }
}
