/// Moves one asset of a block of paths by one step of GARCH(1,1), or GJR where γ is not zero.
///
/// - Formula: e = √v·z, logs ← logs + mean + e, v ← ω + (α + γ·[e < 0])·e² + β·v, price = initial·exp(logs).
///   T. Bollerslev, Journal of Econometrics 31 (1986); L. Glosten, R. Jagannathan, D. Runkle, Journal of Finance 48
///   (1993).
/// - Layout: rows of equal length (256 in a tile), one asset; `variances` is the state carried from step to step.
/// - Units: variances and the mean per step, in log price; `shocks` of unit variance.
/// - Cost: about 1 ns an element with AVX-512.
/// - Oracle: the same recursion in scalar arithmetic.
public func advanceGarch(
  shocks: Span<Double>, mean: Double, omega: Double, alpha: Double, gamma: Double, beta: Double, initial: Double,
  variances: inout MutableSpan<Double>, logs: inout MutableSpan<Double>, prices: inout MutableSpan<Double>
) {
  let count = shocks.count
  precondition(variances.count == count && logs.count == count && prices.count == count, "rows of one tile differ")
  precondition(count % 8 == 0, "a row is a multiple of eight paths")
  shocks.withUnsafeBufferPointer { shocks in
    variances.withUnsafeMutableBufferPointer { variances in
      logs.withUnsafeMutableBufferPointer { logs in
        prices.withUnsafeMutableBufferPointer { prices in
          guard let shocks = shocks.baseAddress, let variances = variances.baseAddress, let logs = logs.baseAddress,
            let prices = prices.baseAddress
          else { return }
          for path in stride(from: 0, to: count, by: 8) {
            let variance = lanes(variances, path)
            let surprise = variance.root * lanes(shocks, path)
            let log = lanes(logs, path) + (surprise + mean)
            let weight = Lanes(repeating: alpha).or(alpha + gamma, where: surprise .< 0)
            let carried = variance.timesPlus(beta, omega)
            store((weight * surprise).timesPlus(surprise, carried), variances, path)
            store(log, logs, path)
            store(exponential(log) * initial, prices, path)
          }
        }
      }
    }
  }
}
