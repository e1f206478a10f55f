import Glibc

/// Moves one asset of a block of paths by one step of Heston's process: the quadratic-exponential scheme, with the
/// correction that makes the forward exact.
///
/// - Formula: with z = ρε + √(1−ρ²)η for the variance and z⊥ = √(1−ρ²)ε − ρη for the rest, both standard normal and
///   independent, and ψ = s²/m²: where ψ ≤ 1.5, v' = a(b + z)²; beyond, v' is 0 with probability p and exponential
///   otherwise. Then logs ← logs + μΔ − ln M − ½K·v + K₂v' + √(K(v + v'))·z⊥ with M = E exp((K₂ + ½K)v'), so that the
///   expected price grows by μΔ exactly; price = initial·exp(logs). L. Andersen, Journal of Computational Finance 11
///   (2008), sections 3.2.4, 4.2 and 4.3, with γ₁ = γ₂ = ½.
/// - Layout: rows of equal length (256 in a tile), one asset; `variances` is the state carried from step to step.
/// - Units: variances per year, in log price; `shocks` ε (the price's) and `own` η (the variance's) standard normal and
///   independent of each other.
/// - Cost: about 4 ns an element with AVX-512 while ψ ≤ 1.5; the other branch takes some 50 ns an element.
/// - Oracle: the same scheme in scalar arithmetic; the conditional moments of the variance.
public func advanceHeston(
  shocks: Span<Double>, own: Span<Double>, step: HestonStep, initial: Double, variances: inout MutableSpan<Double>,
  logs: inout MutableSpan<Double>, prices: inout MutableSpan<Double>
) {
  let count = shocks.count
  precondition(own.count == count && variances.count == count, "rows of one tile differ")
  precondition(logs.count == count && prices.count == count, "rows of one tile differ")
  precondition(count % 8 == 0, "a row is a multiple of eight paths")
  shocks.withUnsafeBufferPointer { shocks in
    own.withUnsafeBufferPointer { own in
      variances.withUnsafeMutableBufferPointer { variances in
        logs.withUnsafeMutableBufferPointer { logs in
          prices.withUnsafeMutableBufferPointer { prices in
            guard let shocks = shocks.baseAddress, let own = own.baseAddress, let variances = variances.baseAddress,
              let logs = logs.baseAddress, let prices = prices.baseAddress
            else { return }
            for path in stride(from: 0, to: count, by: 8) {
              let (variance, log) = step.advanced(
                lanes(variances, path), lanes(logs, path), shock: lanes(shocks, path), own: lanes(own, path))
              store(variance, variances, path)
              store(log, logs, path)
              store(exponential(log) * initial, prices, path)
            }
          }
        }
      }
    }
  }
}

extension HestonStep {
  /// Variance and log price at the end of the step.
  @inline(__always)
  func advanced(_ v: Lanes, _ log: Lanes, shock: Lanes, own: Lanes) -> (variance: Lanes, log: Lanes) {
    let z = own.timesPlus(complement, shock * correlation)
    let rest = own.timesPlus(-correlation, shock * complement)
    let mean = v.timesPlus(memory, pull)
    let spread = v.timesPlus(spreadOfVariance, spreadFloor)
    var (next, logMoment) = quadratic(z, mean: mean, spread: spread)
    let isFlat = spread .> mean * mean * 1.5
    if holdsAnywhere(isFlat) {
      for lane in 0..<8 where isFlat[lane] {
        (next[lane], logMoment[lane]) = flat(z[lane], mean: mean[lane], spread: spread[lane])
      }
    }
    let random = ((v + next) * residualWeight).root * rest
    let moved = next.timesPlus(varianceWeight, random) - logMoment
    return (next, log + (v.timesPlus(-residualWeight / 2, drift) + moved))
  }

  /// The branch of ψ ≤ 1.5: v' = a(b + z)² with b² = 2/ψ − 1 + √(2/ψ)·√(2/ψ − 1) and a = m/(1 + b²), and ln M.
  @inline(__always)
  private func quadratic(_ z: Lanes, mean: Lanes, spread: Lanes) -> (Lanes, Lanes) {
    let ratio = mean * mean * 2 / spread
    let above = ratio.or(1, where: ratio .< 1)
    let sum = above + (above * (above - 1)).root
    let scale = mean / sum
    let square = sum - 1
    let root = square.root + z
    let left = scale.timesPlus(-2 * exponent, 1)
    let positive = left.or(1, where: left .<= 0)
    let logMoment = (scale * square * exponent) / positive - 0.5 * logarithmOfNormal(positive)
    return (scale * root * root, logMoment)
  }

  /// The branch of ψ > 1.5, one path: mass p = (ψ−1)/(ψ+1) at 0, else exponential of rate β = (1−p)/m; and ln M.
  private func flat(_ z: Double, mean: Double, spread: Double) -> (Double, Double) {
    let dispersion = spread / (mean * mean)
    let mass = (dispersion - 1) / (dispersion + 1)
    let outside = 2 / (dispersion + 1)
    let rate = outside / mean
    let tail = normalCDF(-z)
    let next = tail < outside ? log(outside / tail) / rate : 0
    return (next, log(mass + rate * outside / (rate - exponent)))
  }
}
