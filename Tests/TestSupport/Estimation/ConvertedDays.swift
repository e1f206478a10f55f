import Glibc
import Kernels
public import Markets

/// Days of a GARCH model that was fitted to days and converted to hours, drawn hour by hour by the process itself, against
/// the closed forms of the daily model.
public struct ConvertedDays: Sendable {
  /// One figure of the days: what the daily model says and what the hours gave.
  public struct Row: Sendable {
    /// The figure.
    public let quantity: String
    /// The daily model's.
    public let expected: Double
    /// The mean over the paths, or a function of means.
    public let obtained: Double
    /// Its standard error: paths are independent, days of a path are not.
    public let standardError: Double

    /// How many standard errors lie between the two.
    public var apart: Double { abs(obtained - expected) / standardError }
  }

  /// The daily model.
  public let day: GarchParameters
  /// The hourly one with what the conversion preserves.
  public let hourly: GarchConversion
  /// Log returns of days, [path][day].
  public let returns: [[Double]]

  /// Draws 256·`blocks` paths of `days` days, starting at the daily model's initial volatility.
  public init?(_ day: GarchParameters, days: Int, blocks: Int, seed: UInt64, workers: Int = 1) throws {
    let hourly = try day.converted(toStepHours: 1)
    guard let grid = TimeGrid(steps: 24 * days, stepHours: 1) else { return nil }
    let law = hourly.parameters
    let market = try MarketModel(
      assetIDs: ["A"], grid: grid, process: Garch(prices: [1], parameters: [law], margins: [nil]),
      dependence: law.degreesOfFreedom.map { .studentT(degreesOfFreedom: $0) } ?? .gaussian, correlation: .identity(1))
    let generator = PathGenerator(market: market, seed: seed)
    returns = try WorkerPool(workers: workers).map(blocks: blocks, makeWorkspace: { _ in 0 }) { index, _ in
      var block = generator.makeBlock()
      var workspace = generator.makeWorkspace()
      generator.generate(block: index, into: &block, workspace: &workspace)
      var paths: [[Double]] = []
      for path in 0..<pathsPerBlock {
        let start = block.slab(path).lowerBound
        paths.append((0..<days).map { log(block.values[start + 24 * $0 + 24] / block.values[start + 24 * $0]) })
      }
      return paths
    }.flatMap { $0 }
    self.day = day
    self.hourly = hourly
  }

  /// Variance, fourth moment, half-life of volatility and, where the conversion keeps them, covariances of squares of the
  /// days after the first `forgotten`. For innovations whose eighth moment exists: else a sample kurtosis has no error.
  public func longRunRows(after forgotten: Int) -> [Row] {
    let level = day.longRunVariance
    let squares = returns.map { path in
      path.dropFirst(forgotten).map { ($0 - day.mean) * ($0 - day.mean) / level }
    }
    func covariance(_ lag: Int, _ row: [Double]) -> Double {
      mean(zip(row, row.dropFirst(lag)).map { ($0 - 1) * ($1 - 1) })
    }
    var rows = [
      row("variance of a day over the daily model's", 1, squares.map { mean($0) }),
      row("kurtosis of a day", day.returnKurtosis, squares.map { row in mean(row.map { $0 * $0 }) }),
    ]
    let phi = day.persistence
    let first = day.alpha * (1 - day.beta * phi) / (1 - 2 * day.beta * phi + day.beta * day.beta)
    if hourly.method == .moments {
      for lag in [1, 10] {
        let expected = first * pow(phi, Double(lag - 1)) * (day.returnKurtosis - 1)
        rows.append(row("covariance of squares, \(lag) days apart", expected, squares.map { covariance(lag, $0) }))
      }
    }
    let halfLife = -M_LN2 / log(phi)
    let lag = max(1, Int(halfLife.rounded()))
    return rows + [halfLifeRow(halfLife, lag, squares.map { (covariance(1 + lag, $0), covariance(1, $0)) })]
  }

  /// The half-life −lag·ln 2/ln(Σu/Σv), its error by the delta method.
  private func halfLifeRow(_ expected: Double, _ lag: Int, _ pairs: [(later: Double, sooner: Double)]) -> Row {
    let ratio = pairs.reduce(0) { $0 + $1.later } / pairs.reduce(0) { $0 + $1.sooner }
    let sooner = pairs.reduce(0) { $0 + $1.sooner } / Double(pairs.count)
    let residuals = pairs.map { $0.later - ratio * $0.sooner }
    let error = (meanAndVariance(residuals).variance / Double(pairs.count)).squareRoot() / abs(sooner)
    let found = -Double(lag) * M_LN2 / log(ratio)
    return Row(
      quantity: "half-life of volatility in days", expected: expected, obtained: found,
      standardError: abs(found / (ratio * log(ratio))) * error)
  }

  /// Mean squares of single days after the start against V + (v₀ − V)φ^d: how fast a storm is over. For any law with a
  /// finite fourth moment of innovations, whether or not the long run has one.
  public func decayRows(days: [Int]) -> [Row] {
    let level = day.longRunVariance
    let start = day.initialVolatility * day.initialVolatility * day.stepHours / TimeGrid.hoursPerYear
    return days.map { number in
      let expected = 1 + (start / level - 1) * pow(day.persistence, Double(number))
      return row(
        "variance of day \(number + 1) after a storm, over the long run's", expected,
        returns.map { ($0[number] - day.mean) * ($0[number] - day.mean) / level })
    }
  }

  private func row(_ quantity: String, _ expected: Double, _ sample: [Double]) -> Row {
    let (mean, variance) = meanAndVariance(sample)
    return Row(
      quantity: quantity, expected: expected, obtained: mean,
      standardError: (variance / Double(sample.count)).squareRoot())
  }
}
