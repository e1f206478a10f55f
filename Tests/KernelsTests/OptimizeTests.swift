import Glibc
import Kernels
import Testing

/// Searches for minima, on functions whose minimum is known.
@Suite struct OptimizeTests {
  private func rosenbrock(_ x: [Double]) -> Double { pow(1 - x[0], 2) + 100 * pow(x[1] - x[0] * x[0], 2) }

  @Test func nelderMeadFindsTheMinimumOfRosenbrocksValley() {
    let minimum = minimizeNelderMead(
      start: [-1.2, 1], step: [0.5, 0.5], tolerance: 1e-14, maxIterations: 1000, rosenbrock)
    #expect(minimum.converged && minimum.iterations < 300)
    #expect(abs(minimum.point[0] - 1) < 1e-6 && abs(minimum.point[1] - 1) < 1e-6)
  }

  @Test func quasiNewtonFindsItWithAndWithoutAGradient() {
    let slope = { (x: [Double]) in
      [-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]), 200 * (x[1] - x[0] * x[0])]
    }
    let analytic = minimizeBFGS(start: [-1.2, 1], tolerance: 1e-10, maxIterations: 200, gradient: slope, rosenbrock)
    let numeric = minimizeBFGS(start: [-1.2, 1], tolerance: 1e-8, maxIterations: 200, rosenbrock)
    for minimum in [analytic, numeric] {
      #expect(minimum.converged && minimum.iterations < 60)
      #expect(abs(minimum.point[0] - 1) < 1e-6 && abs(minimum.point[1] - 1) < 1e-6)
    }
  }

  /// (x − c)ᵀA(x − c)/2 + 7 has its minimum at c and the matrix of second derivatives A.
  @Test func aQuadraticGivesItsCenterAndItsMatrix() {
    let (matrix, center) = (Matrix(rows: 3, columns: 3, values: [4, 1, 0, 1, 3, -1, 0, -1, 2]), [1.0, -2, 30])
    let quadratic = { (x: [Double]) -> Double in
      let d = zip(x, center).map { $0 - $1 }
      var sum = 7.0
      for i in 0..<3 { for j in 0..<3 { sum += 0.5 * d[i] * matrix[i, j] * d[j] } }
      return sum
    }
    let minimum = minimizeBFGS(start: [0, 0, 0], tolerance: 1e-9, maxIterations: 100, quadratic)
    #expect(minimum.converged && abs(minimum.value - 7) < 1e-12)
    for index in 0..<3 { #expect(abs(minimum.point[index] - center[index]) < 1e-6) }
    let curvature = hessian(of: quadratic, at: [0.5, 0.5, 20])
    for index in 0..<9 { #expect(abs(curvature.values[index] - matrix.values[index]) < 1e-5) }
    let slope = gradient(of: quadratic, at: [2, -2, 30])
    for (index, expected) in [4.0, 1, 0].enumerated() { #expect(abs(slope[index] - expected) < 1e-7) }
  }

  /// A fence of NaN is never stepped over: the minimum of x − ln x within x > 0 is at one.
  @Test func notANumberIsAFence() {
    let fenced = { (x: [Double]) -> Double in x[0] > 0 ? x[0] - log(x[0]) : .nan }
    let simplex = minimizeNelderMead(start: [8], step: [-9], tolerance: 1e-13, maxIterations: 500, fenced)
    let newton = minimizeBFGS(start: [8], tolerance: 1e-8, maxIterations: 500, fenced)
    for minimum in [simplex, newton] { #expect(minimum.converged && abs(minimum.point[0] - 1) < 1e-5) }
  }

  @Test func whatCannotBeMinimisedIsSaidNotToHaveConverged() {
    let nowhere = { (_: [Double]) -> Double in .nan }
    let simplex = minimizeNelderMead(start: [1, 1], step: [1, 1], tolerance: 1e-8, maxIterations: 50, nowhere)
    let newton = minimizeBFGS(start: [1, 1], tolerance: 1e-8, maxIterations: 50, nowhere)
    #expect(!simplex.converged && !newton.converged)
    let falling = minimizeBFGS(start: [0], tolerance: 1e-8, maxIterations: 5) { -$0[0] }
    #expect(!falling.converged && falling.iterations == 5)
  }

  @Test func aPointAtRestIsRecognised() {
    let minimum = minimizeBFGS(start: [0, 0], tolerance: 1e-8, maxIterations: 50) { $0[0] * $0[0] + $0[1] * $0[1] }
    #expect(minimum.converged && minimum.iterations == 0 && minimum.value == 0)
    let empty = minimizeNelderMead(start: [], step: [], tolerance: 1e-8, maxIterations: 50) { _ in 3 }
    #expect(empty.value == 3 && empty.point.isEmpty && empty.converged)
  }
}
