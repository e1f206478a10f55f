/// Where a search ended.
public struct Minimum: Sendable, Equatable {
  /// The best point found.
  public let point: [Double]
  /// The function there.
  public let value: Double
  /// How many steps were taken.
  public let iterations: Int
  /// Whether the search ended by its tolerance rather than by its limit of steps.
  public let converged: Bool

  /// A record of a finished search.
  public init(point: [Double], value: Double, iterations: Int, converged: Bool) {
    self.point = point
    self.value = value
    self.iterations = iterations
    self.converged = converged
  }
}

/// Minimises a function without derivatives, by a simplex that reflects, expands, contracts and shrinks.
///
/// - Formula: J. A. Nelder, R. Mead, "A simplex method for function minimization", The Computer Journal 7 (1965); the
///   rules of J. Lagarias and others, SIAM Journal on Optimization 9 (1998).
/// - Arguments: `step` is the size of the first simplex along each coordinate. The search has converged when the values
///   at the corners differ by at most `tolerance`·(|best| + `tolerance`) and the corners by at most the root of
///   `tolerance` of the first steps. NaN and +∞ count as worst, so the function may fence itself in.
/// - Cost: one to two evaluations a step; n + 1 to begin with.
/// - Oracle: Rosenbrock's function, quadratics.
public func minimizeNelderMead(
  start: [Double], step: [Double], tolerance: Double, maxIterations: Int, _ f: ([Double]) -> Double
) -> Minimum {
  precondition(start.count == step.count, "a step is needed for every coordinate")
  var simplex = Simplex(start: start, step: step, f)
  for iteration in 0..<max(0, maxIterations) {
    if simplex.isSmall(tolerance) { return simplex.minimum(iteration, converged: true) }
    simplex.advance(f)
  }
  return simplex.minimum(max(0, maxIterations), converged: simplex.isSmall(tolerance))
}

/// The corners, best first.
private struct Simplex {
  private var corners: [(point: [Double], value: Double)]
  private let firstStep: [Double]

  init(start: [Double], step: [Double], _ f: ([Double]) -> Double) {
    firstStep = step
    corners = [(start, f(start).orWorst)]
    for index in start.indices {
      var point = start
      point[index] += step[index]
      corners.append((point, f(point).orWorst))
    }
    order()
  }

  func minimum(_ iterations: Int, converged: Bool) -> Minimum {
    Minimum(point: corners[0].point, value: corners[0].value, iterations: iterations, converged: converged)
  }

  func isSmall(_ tolerance: Double) -> Bool {
    guard let worst = corners.last, worst.value < .infinity else { return false }
    let best = corners[0]
    guard worst.value - best.value <= tolerance * (abs(best.value) + tolerance) else { return false }
    return firstStep.indices.allSatisfy { index in
      corners.allSatisfy {
        abs($0.point[index] - best.point[index]) <= tolerance.squareRoot() * abs(firstStep[index])
      }
    }
  }

  /// One step: the worst corner is replaced, or all but the best move halfway to it.
  mutating func advance(_ f: ([Double]) -> Double) {
    guard corners.count > 1 else { return }
    let last = corners.count - 1
    let worst = corners[last]
    let center = worst.point.indices.map { index in
      corners[..<last].reduce(0) { $0 + $1.point[index] } / Double(last)
    }
    let reflected = trial(center, worst.point, 1, f)
    if reflected.value < corners[0].value {
      let expanded = trial(center, worst.point, 2, f)
      corners[last] = expanded.value < reflected.value ? expanded : reflected
    } else if reflected.value < corners[last - 1].value {
      corners[last] = reflected
    } else {
      let outside = reflected.value < worst.value
      let contracted = trial(center, worst.point, outside ? 0.5 : -0.5, f)
      if contracted.value <= min(reflected.value, worst.value), contracted.value < .infinity {
        corners[last] = contracted
      } else {
        shrink(f)
      }
    }
    order()
  }

  private func trial(
    _ center: [Double], _ worst: [Double], _ distance: Double, _ f: ([Double]) -> Double
  ) -> (point: [Double], value: Double) {
    let point = zip(center, worst).map { $0 + distance * ($0 - $1) }
    return (point, f(point).orWorst)
  }

  private mutating func shrink(_ f: ([Double]) -> Double) {
    let best = corners[0].point
    for index in corners.indices.dropFirst() {
      let point = zip(corners[index].point, best).map { 0.5 * ($0 + $1) }
      corners[index] = (point, f(point).orWorst)
    }
  }

  private mutating func order() { corners.sort { $0.value < $1.value } }
}

extension Double {
  /// The value of a function to be minimised: +∞ for NaN.
  var orWorst: Double { isNaN ? .infinity : self }
}
