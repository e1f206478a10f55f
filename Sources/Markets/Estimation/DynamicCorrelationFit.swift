import Glibc
public import Kernels

/// The weights of dynamic conditional correlation, fitted to standardised residuals: the second stage after the GARCH fits.
///
/// Q' = (1 − a − b)S + a·yyᵀ + bQ with y_i = ε_i√Q_ii, R = Q scaled to a unit diagonal, by the normal quasi-likelihood
/// Σ −½(ln|R| + εᵀR⁻¹ε). It is the corrected model of G. Aielli, Journal of Business and Economic Statistics 31 (2013),
/// that `DynamicCorrelationGarch` simulates; as there S is profiled out: for given a, b it is the correlation matrix of y,
/// whose diagonal recursion needs no S. Errors are the sandwich's of a and b with S profiled; what the GARCH fits add to
/// them is left out, which is small as long as volatilities are well determined.
public struct DynamicCorrelationFit: Sendable {
  /// a, the weight of the last joint shock.
  public let reaction: Estimate
  /// b, the weight of the last Q.
  public let persistence: Estimate
  /// S, around which correlations move: the calibration's `correlation`.
  public let correlation: Matrix
  /// Log-likelihood of the residuals at the estimates: normal, constants included.
  public let logLikelihood: Double
  /// The same with constant correlations, a = b = 0: what moving ones have to beat, by two parameters more.
  public let constantLogLikelihood: Double
  /// Slots in which every asset has a residual.
  public let observations: Int
  /// Whether the search settled.
  public let converged: Bool
  /// Whether correlations look constant (a at 0), or a + b ran to 1.
  public let isAtBorder: Bool

  /// Fits to the residuals of GARCH fits of all assets over the same slots.
  public init?(fits: [GarchFit]) { self.init(residuals: fits.map(\.residuals)) }

  /// Fits to standardised residuals, [asset][slot], NaN where there is none; in a slot that some asset lacks Q moves by its
  /// expectation.
  ///
  /// Nil with fewer than two assets, fewer than `GarchFit.fewestObservations` complete slots, rows of unequal length, or
  /// residuals that contradict each other.
  public init?(residuals: [[Double]]) {
    guard let path = CorrelationPath(residuals) else { return nil }
    let search = LikelihoodSearch { point in
      let weights = Self.weights(point)
      return path.terms(reaction: weights.reaction, persistence: weights.persistence) ?? [-.infinity]
    }
    let starts = [(0.02, 0.95), (0.05, 0.9), (0.01, 0.98), (0.03, 0.8)].map { Self.coordinates($0.0, $0.1) }
    guard let constant = path.terms(reaction: 0, persistence: 0), let found = search.best(of: starts) else {
      return nil
    }
    // Where correlations stand still the search creeps towards a = 0 and need not get there.
    let isConstant = found.logLikelihood < pairwiseSum(constant)
    let (a, b) = isConstant ? (0, 0) : Self.weights(found.coordinates)
    guard let mean = path.meanCorrelation(reaction: a, persistence: b) else { return nil }
    isAtBorder = a < 1e-4 || b < 1e-4 || a + b > Self.largestSum - 1e-5
    let errors =
      isAtBorder
      ? nil
      : search.standardErrors(
        of: { [Self.weights($0).reaction, Self.weights($0).persistence] }, at: found.coordinates)
    reaction = Estimate(a, standardError: errors?[0])
    persistence = Estimate(b, standardError: errors?[1])
    correlation = mean
    logLikelihood = max(found.logLikelihood, pairwiseSum(constant))
    constantLogLikelihood = pairwiseSum(constant)
    observations = found.observations
    converged = found.converged || isConstant
  }

  private static let largestSum = 0.9999

  /// Coordinates: logit of a + b within its limit, logit of a's share of it.
  private static func weights(_ point: [Double]) -> (reaction: Double, persistence: Double) {
    let sum = largestSum * logistic(point[0])
    let share = logistic(point[1])
    return (sum * share, sum * (1 - share))
  }

  private static func coordinates(_ a: Double, _ b: Double) -> [Double] {
    [logit((a + b) / largestSum), logit(a / (a + b))]
  }
}

/// The recursion of Q over given residuals.
private struct CorrelationPath {
  private let count: Int
  /// Residuals of unit variance, slot after slot; empty where some asset lacks one.
  private let slots: [[Double]]
  private let observations: Int

  init?(_ residuals: [[Double]]) {
    let length = residuals.first?.count ?? 0
    guard residuals.count >= 2, residuals.allSatisfy({ $0.count == length }) else { return nil }
    let complete = (0..<length).filter { slot in residuals.allSatisfy { $0[slot].isFinite } }
    guard complete.count >= GarchFit.fewestObservations else { return nil }
    var scales: [Double] = []
    for row in residuals {
      let square = pairwiseSum(complete.map { row[$0] * row[$0] }) / Double(complete.count)
      guard square > 0, square.isFinite else { return nil }
      scales.append(1 / square.squareRoot())
    }
    var slots = [[Double]](repeating: [], count: length)
    for slot in complete { slots[slot] = zip(residuals, scales).map { $0[slot] * $1 } }
    count = residuals.count
    observations = complete.count
    self.slots = slots
  }

  /// S for given weights: the correlation matrix of y; nil if it is not positive definite.
  func meanCorrelation(reaction: Double, persistence: Double) -> Matrix? {
    var diagonal = [Double](repeating: 1, count: count)
    var sums = [Double](repeating: 0, count: count * count)
    var y = diagonal
    let rest = 1 - reaction - persistence
    for values in slots {
      if values.isEmpty {
        for i in 0..<count { diagonal[i] = rest + (reaction + persistence) * diagonal[i] }
        continue
      }
      for i in 0..<count { y[i] = values[i] * diagonal[i].squareRoot() }
      for i in 0..<count {
        let row = i * count
        for j in 0...i { sums[row + j] += y[i] * y[j] }
        diagonal[i] = rest + reaction * y[i] * y[i] + persistence * diagonal[i]
      }
    }
    var result = Matrix.identity(count)
    for i in 0..<count {
      for j in 0..<i {
        result[i, j] = sums[i * count + j] / (sums[i * count + i] * sums[j * count + j]).squareRoot()
        result[j, i] = result[i, j]
      }
    }
    return (try? CholeskyFactor(result)) == nil ? nil : result
  }

  /// The log-likelihood of every complete slot; nil if some Q is not positive definite.
  func terms(reaction: Double, persistence: Double) -> [Double]? {
    guard let mean = meanCorrelation(reaction: reaction, persistence: persistence) else { return nil }
    let rest = 1 - reaction - persistence
    var covariance = mean.values
    var factor = [Double](repeating: 0, count: count * count)
    var y = [Double](repeating: 0, count: count)
    var white = y
    var terms: [Double] = []
    terms.reserveCapacity(observations)
    let constant = Double(count) * log(2 * Double.pi)
    for values in slots {
      if values.isEmpty {
        for index in covariance.indices {
          covariance[index] = rest * mean.values[index] + (reaction + persistence) * covariance[index]
        }
        continue
      }
      for i in 0..<count { y[i] = values[i] * covariance[i * count + i].squareRoot() }
      guard let energy = energy(covariance, y, &factor, &white) else { return nil }
      terms.append(-0.5 * (constant + energy))
      for i in 0..<count {
        let row = i * count
        for j in 0...i {
          covariance[row + j] =
            rest * mean.values[row + j] + reaction * y[i] * y[j] + persistence * covariance[row + j]
        }
      }
    }
    return terms
  }

  /// ln|R| + εᵀR⁻¹ε, which is ln|Q| − Σ ln Q_ii + yᵀQ⁻¹y, by the factor of Q.
  private func energy(
    _ covariance: [Double], _ y: [Double], _ factor: inout [Double], _ white: inout [Double]
  ) -> Double? {
    var determinant = 1.0
    var sum = 0.0
    for i in 0..<count {
      let row = i * count
      var rest = y[i]
      var pivot = covariance[row + i]
      for j in 0..<i {
        let other = j * count
        var value = covariance[row + j]
        for k in 0..<j { value -= factor[row + k] * factor[other + k] }
        value *= factor[other + j]
        factor[row + j] = value
        pivot -= value * value
        rest -= value * white[j]
      }
      guard pivot > 0 else { return nil }
      determinant *= pivot / covariance[row + i]
      let inverse = 1 / pivot.squareRoot()
      factor[row + i] = inverse
      white[i] = rest * inverse
      sum += white[i] * white[i]
    }
    return log(determinant) + sum
  }
}
