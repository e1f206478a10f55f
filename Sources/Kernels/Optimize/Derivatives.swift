import Glibc

/// The gradient by central differences.
///
/// - Formula: (f(x + h) − f(x − h))/2h with h = ε^(1/3)·max(1, |x|); error of order h². J. Nocedal, S. Wright, "Numerical
///   Optimization", 2nd ed., 2006, section 8.1.
/// - Cost: two evaluations a coordinate.
public func gradient(of f: ([Double]) -> Double, at point: [Double]) -> [Double] {
  point.indices.map { index in
    var moved = point
    let step = cbrt(Double.ulpOfOne) * max(1, abs(point[index]))
    moved[index] = point[index] + step
    let (above, high) = (moved[index], f(moved))
    moved[index] = point[index] - step
    return (high - f(moved)) / (above - moved[index])
  }
}

/// The matrix of second derivatives by central differences, symmetric.
///
/// - Formula: (f(+,+) − f(+,−) − f(−,+) + f(−,−))/(4·hᵢ·hⱼ), on the diagonal with twice the step, with
///   h = ε^(1/4)·max(1, |x|). Nocedal and Wright, as in `gradient`.
/// - Cost: 2·n·(n + 1) evaluations.
/// - Oracle: a quadratic form gives its matrix back.
public func hessian(of f: ([Double]) -> Double, at point: [Double]) -> Matrix {
  let steps = point.map { Double.ulpOfOne.squareRoot().squareRoot() * max(1, abs($0)) }
  var result = Matrix(rows: point.count, columns: point.count, repeating: 0)
  func value(_ i: Int, _ a: Double, _ j: Int, _ b: Double) -> Double {
    var moved = point
    moved[i] += a * steps[i]
    moved[j] += b * steps[j]
    return f(moved)
  }
  for i in point.indices {
    for j in 0...i {
      let corners = value(i, 1, j, 1) - value(i, 1, j, -1) - value(i, -1, j, 1) + value(i, -1, j, -1)
      result[i, j] = corners / (4 * steps[i] * steps[j])
      result[j, i] = result[i, j]
    }
  }
  return result
}
