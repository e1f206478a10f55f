import Glibc

/// Fills a row with Poisson counts, one for each path of a block, and says whether any of them is positive.
///
/// - Formula: N is the least n with u ≤ F(n), F the distribution function of the Poisson law of the given mean and u the
///   uniform of `KeyedDraws.uniform(step:factor:)`: inversion, so that a count grows with the mean under one draw. L.
///   Devroye, "Non-Uniform Random Variate Generation", 1986, section X.3.3.
/// - Layout: one row of `pathsPerBlock`; path `firstPath + p` in place p.
/// - Units: counts, as whole numbers. The mean must lie in [0, `largestPoissonMean`]; else the row is filled with NaN.
/// - Cost: about 1.3 ns a path with AVX-512 where counts are rare, and a few ns for each count above zero.
/// - Oracle: the probabilities of the Poisson law; the same inversion in scalar arithmetic.
public func fillPoisson(
  mean: Double, seed: UInt64, firstPath: UInt64, step: UInt32, factor: UInt32, purpose: DrawPurpose,
  into counts: inout MutableSpan<Double>
) -> Bool {
  precondition(factor < DrawAddress.factorLimit, "factor \(factor) is beyond 2^24")
  precondition(firstPath < DrawAddress.pathLimit - UInt64(pathsPerBlock), "too many paths")
  precondition(counts.count >= pathsPerBlock, "the row is shorter than a block of paths")
  let address = DrawAddress(seed: seed, step: step, purpose: purpose)
  return counts.withUnsafeMutableBufferPointer { buffer in
    guard let row = buffer.baseAddress else { return false }
    guard mean >= 0, mean <= largestPoissonMean else {
      for path in 0..<pathsPerBlock { row[path] = .nan }
      return false
    }
    let none = exp(-mean)
    var isAny = false
    for path in stride(from: 0, to: pathsPerBlock, by: 8) {
      let paths = pathLanes(firstPath &+ UInt64(path))
      let u = openUniform(address.blocks(paths: paths, kind: .bits, factor: UInt64(factor), attempt: 0).first)
      store(Lanes(repeating: 0), row, path)
      guard holdsAnywhere(u .> none) else { continue }
      isAny = true
      for lane in 0..<8 where u[lane] > none { row[path + lane] = poissonCount(u[lane], mean: mean, none: none) }
    }
    return isAny
  }
}

/// The largest mean that `fillPoisson` accepts: beyond it inversion is slow, and e to its negative power loses meaning.
public let largestPoissonMean = 200.0

/// The least n ≥ 1 with u ≤ F(n), for u above F(0) = `none`; the sum ends where its terms no longer count.
private func poissonCount(_ u: Double, mean: Double, none: Double) -> Double {
  var n = 0.0
  var term = none
  var reached = none
  while u > reached, n < mean || term > 0x1p-60 {
    n += 1
    term *= mean / n
    reached += term
  }
  return n
}
