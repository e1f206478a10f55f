import Glibc
import Kernels

/// The hidden chain of Heston's variance on cells of √v, with the law of a return for every move between cells.
struct HestonCells {
  private let count: Int
  /// v at the middle of each cell.
  private let variances: [Double]
  /// The long-run law of the cells.
  private let start: [Double]
  /// For every cell, the first cell within reach and where its moves begin in the flat arrays; one more at the end.
  private let firsts: [Int]
  private let offsets: [Int]
  /// Of every move: ln(probability/√(2π·variance)), mean and −½/variance of the return, probability.
  private let logWeights: [Double]
  private let means: [Double]
  private let precisions: [Double]
  private let probabilities: [Double]

  /// Moves less likely than this are left out.
  private static let leastProbability = 1e-11

  /// Nil where the figures are out of range.
  ///
  /// `scale` is the unit of returns, in which their standard deviation is about 1: it weighs the convexity −½V.
  init?(_ point: HestonPoint, scale: Double, cells: Int) {
    let (lower, upper) = point.range
    let width = (upper - lower) / Double(cells)
    guard point.longRun > 0, point.reversion > 0, point.volatilityOfVariance > 1e-12, abs(point.correlation) < 1,
      width > 0, width.isFinite, point.longRun < 1e6, point.reversion < 1e3
    else { return nil }
    count = cells
    let edges = (0...cells).map { lower + width * Double($0) }
    variances = (0..<cells).map { index in
      let middle = edges[index] + width / 2
      return middle * middle
    }
    start = Self.longRunLaw(point, edges: edges)
    var firsts: [Int] = []
    var offsets = [0]
    var (logWeights, means, precisions, probabilities): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    let leverage = point.correlation / point.volatilityOfVariance
    let rest = 1 - point.correlation * point.correlation
    for variance in variances {
      let law = VarianceStep(point, from: variance, width: width)
      var (first, last) = (-1, -1)
      var chances: [Double] = []
      var below = 0.0
      for cell in 0..<cells {
        let above = cell == cells - 1 ? 1 : law.below(edges[cell + 1])
        let chance = above - below
        below = above
        if chance > Self.leastProbability {
          if first < 0 { first = cell }
          last = cell
          chances.append(chance)
        } else if last >= 0 {
          break
        }
      }
      guard first >= 0 else { return nil }
      let total = chances.reduce(0, +)
      firsts.append(first)
      offsets.append(offsets[offsets.count - 1] + chances.count)
      for (index, chance) in chances.enumerated() {
        let next = variances[first + index]
        let integral = 0.5 * (variance + next)
        let spread = max(1e-12, rest * integral)
        let change = next - variance - point.reversion * (point.longRun - integral)
        means.append(point.drift - scale * integral / 2 + leverage * change)
        precisions.append(-0.5 / spread)
        probabilities.append(chance / total)
        logWeights.append(log(chance / total) - 0.5 * log(2 * Double.pi * spread))
      }
    }
    self.firsts = firsts
    self.offsets = offsets
    self.logWeights = logWeights
    self.means = means
    self.precisions = precisions
    self.probabilities = probabilities
  }

  /// The log-likelihood of every return given those before, and the variance expected after the last.
  func filtered(_ returns: [Double]) -> (terms: [Double], lastVariance: Double) {
    var law = start
    var next = law
    var exponents = [Double](repeating: 0, count: means.count)
    var densities = exponents
    var terms: [Double] = []
    terms.reserveCapacity(returns.count)
    for value in returns {
      let active = Self.active(law)
      let range = offsets[active.lowerBound]..<offsets[active.upperBound]
      if !value.isNaN { weigh(value, range, &exponents, &densities) }
      let total = move(&law, &next, value.isNaN ? probabilities : densities, active)
      guard !value.isNaN else { continue }
      terms.append(log(total))
      guard total > 0 else { return ([-.infinity], .nan) }
      for cell in 0..<count { law[cell] /= total }
    }
    return (terms, zip(law, variances).reduce(0) { $0 + $1.0 * $1.1 })
  }

  /// The cells from the first to the last that is not all but impossible.
  private static func active(_ law: [Double]) -> Range<Int> {
    let least = 1e-14
    guard let first = law.firstIndex(where: { $0 > least }), let last = law.lastIndex(where: { $0 > least }) else {
      return 0..<law.count
    }
    return first..<last + 1
  }

  /// Probability times density of a return, of every move in `range`.
  private func weigh(_ value: Double, _ range: Range<Int>, _ exponents: inout [Double], _ densities: inout [Double]) {
    var row = exponents.mutableSpan
    let (means, logs, precisions) = (means.span, logWeights.span, precisions.span)
    for index in range {
      let apart = value - means[index]
      row[index] = logs[index] + apart * apart * precisions[index]
    }
    Self.exponentiate(exponents, range, into: &densities)
  }

  private static func exponentiate(_ values: [Double], _ range: Range<Int>, into results: inout [Double]) {
    var all = results.mutableSpan
    var row = all._mutatingExtracting(range)
    let span = values.span
    Kernels.exponentiate(span.extracting(range), into: &row)
  }

  /// law ← law·weights from the active cells; the answer is the sum of it.
  private func move(_ law: inout [Double], _ next: inout [Double], _ weights: [Double], _ active: Range<Int>) -> Double
  {
    for cell in 0..<count { next[cell] = 0 }
    for cell in active {
      let mass = law[cell]
      let offset = offsets[cell]
      let first = firsts[cell]
      for index in offset..<offsets[cell + 1] { next[first + index - offset] += mass * weights[index] }
    }
    swap(&law, &next)
    return pairwiseSum(law)
  }

  /// The gamma law of the variance in the long run, with shape 2κθ/ξ² and mean θ, on the cells.
  private static func longRunLaw(_ point: HestonPoint, edges: [Double]) -> [Double] {
    let shape = 1 / (point.spread * point.spread)
    let below = edges.enumerated().map { index, edge in
      if index == 0 { return 0.0 }
      return index == edges.count - 1
        ? 1 : regularizedIncompleteGamma(lower: shape, edge * edge * shape / point.longRun)
    }
    return zip(below.dropFirst(), below).map { max(1e-300, $0 - $1) }
  }
}

/// The law of the variance after one step of the quadratic-exponential scheme (L. Andersen, Journal of Computational
/// Finance 11, 2008, section 3.2).
///
/// The scheme may pass from one branch to the other at any ratio of variance to squared mean in [1, 2], and `Heston` does at
/// 1.5. Here the two laws are mixed between 1.25 and 1.75: a cell that changes branch at once would make the likelihood
/// jump where parameters move it across, and no search settles at a jump.
private struct VarianceStep {
  /// In the quadratic branch √v' = |centre + deviation·Z|.
  private let center: Double
  private let deviation: Double
  /// In the exponential branch P(v' = 0) and the rate of what is above.
  private let atZero: Double
  private let rate: Double
  /// How much of the law is the quadratic branch's, in [0, 1].
  private let quadraticShare: Double

  /// Where the branches are mixed.
  private static let blended = 1.25...1.75

  init(_ point: HestonPoint, from variance: Double, width: Double) {
    let left = -expm1(-point.reversion)
    let unit = point.volatilityOfVariance * point.volatilityOfVariance * left / point.reversion
    let mean = point.longRun * left + variance * (1 - left)
    let square = variance * unit * (1 - left) + point.longRun * unit * left / 2
    let ratio = square / (mean * mean)
    let passed = (ratio - Self.blended.lowerBound) / (Self.blended.upperBound - Self.blended.lowerBound)
    let within = min(1, max(0, passed))
    quadraticShare = 1 - within * within * (3 - 2 * within)
    if quadraticShare > 0 {
      let twice = 2 / ratio
      let offset = max(0, twice - 1 + (twice * (twice - 1)).squareRoot())
      let scale = mean / (1 + offset)
      center = (scale * offset).squareRoot()
      deviation = max(scale / 4, scale - width * width / 12).squareRoot()
    } else {
      (center, deviation) = (0, 1)
    }
    atZero = (ratio - 1) / (ratio + 1)
    rate = (1 - atZero) / mean
  }

  /// P(√v' < root).
  func below(_ root: Double) -> Double {
    var below = 0.0
    if quadraticShare > 0 {
      below = quadraticShare * (normalCDF((root - center) / deviation) - normalCDF((-root - center) / deviation))
    }
    guard quadraticShare < 1, root > 0 else { return below }
    return below + (1 - quadraticShare) * (atZero - (1 - atZero) * expm1(-rate * root * root))
  }
}
