import Glibc

/// Draws the lowest and the highest price of a step, given the prices at both of its ends.
///
/// - Formula: between its ends the log price is a Brownian bridge of standard deviation s over the step; its drift does
///   not matter. In units of s, with d the move and A ≥ 0 the depth of the minimum below the start, P(depth > A) =
///   exp(−2A(A + d)): A from u = Φ(low) by inversion. Given the minimum, with h = 2A + d, the range c has the distribution
///   function F(c) = Σ_k (k+1)(2kc+h)/h·exp(−2kc(kc+h)) − k(2kc+d)/h·exp(−((2kc+d)² − h²)/2), the derivative of the law of
///   a bridge that stays between two levels (A. N. Borodin, P. Salminen, "Handbook of Brownian Motion", 2nd ed., 2002,
///   part II, 1.15; here by reflection): c from 1 − F(c) = Φ(−high), by Newton's method inside a bracket. Both draws together
///   give the exact joint law.
/// - Layout: rows of equal length (256 in a tile), one asset; `low` and `high` are normals, a low one means a deep low, a
///   high one a high high; `deviations` are s of each path, where 0 leaves the ends themselves.
/// - Units: prices; s in log price.
/// - Accuracy: the series is cut at |k| = 4 or 5, which leaves an error in F below 1e-8 for ranges above 0.7 s and below
///   1e-5 above 0.55 s; narrower ranges, of probability 1e-5, come out as 0.55 s. The search ends within 1e-10 of its root.
/// - Cost: about 0.4 µs an element with AVX-512: a few steps of Newton's method over 17 exponentials, and two distribution
///   functions.
/// - Oracle: the laws of minimum, maximum and range in closed form; a bridge drawn on a fine grid.
public func fillBridgeExtremes(
  starts: Span<Double>, ends: Span<Double>, deviations: Span<Double>, low: Span<Double>, high: Span<Double>,
  lows: inout MutableSpan<Double>, highs: inout MutableSpan<Double>
) {
  let count = starts.count
  precondition(ends.count == count && deviations.count == count, "rows of one tile differ")
  precondition(low.count == count && high.count == count, "rows of one tile differ")
  precondition(lows.count == count && highs.count == count, "rows of one tile differ")
  precondition(count % 8 == 0, "a row is a multiple of eight paths")
  for path in stride(from: 0, to: count, by: 8) {
    var start = Lanes()
    var end = Lanes()
    var deviation = Lanes()
    var depthChance = Lanes()
    var heightChance = Lanes()
    for lane in 0..<8 {
      start[lane] = starts[path + lane]
      end[lane] = ends[path + lane]
      deviation[lane] = deviations[path + lane]
      depthChance[lane] = normalCDF(low[path + lane])
      heightChance[lane] = normalCDF(-high[path + lane])
    }
    var least = start.or(end, where: end .< start)
    var most = end.or(start, where: end .< start)
    let moves = deviation .> 0
    if holdsAnywhere(moves) {
      let bridge = BridgeLanes(
        move: naturalLogarithm(end / start) / Lanes(repeating: 1).or(deviation, where: moves))
      let depth = bridge.depth(chance: depthChance)
      let height = bridge.range(depth: depth, chance: heightChance) - depth
      let lowest = start * exponential(Lanes(repeating: 0) - depth * deviation)
      let highest = start * exponential(height * deviation)
      least = least.or(lowest, where: moves .& (lowest .< least))
      most = most.or(highest, where: moves .& (highest .> most))
    }
    for lane in 0..<8 {
      lows[path + lane] = least[lane]
      highs[path + lane] = most[lane]
    }
  }
}

/// Eight Brownian bridges in units of their own standard deviation.
private struct BridgeLanes {
  /// The move from start to end.
  let move: Lanes

  /// How far the minimum lies below the start, from the probability that it lies deeper. With q = −2 ln u the depths of
  /// the minimum below both ends have the product q/4 and the difference d.
  func depth(chance: Lanes) -> Lanes {
    let q = naturalLogarithm(chance) * -2
    let larger = ((move * move + q).root + magnitude) * 0.5
    let smaller = q * 0.25 / larger
    return smaller.or(larger, where: move .< 0)
  }

  private var magnitude: Lanes { (Lanes(repeating: 0) - move).or(move, where: move .> 0) }

  /// No range is drawn narrower, in standard deviations: the probability of that is 1e-5.
  private static let narrowest = 0.55

  /// Highest minus lowest, from the depth of the minimum and the probability that the range is larger.
  func range(depth: Lanes, chance: Lanes) -> Lanes {
    let d = magnitude
    let least = depth.or(depth + move, where: move .> 0)
    // Below, the series would need more terms; as it is it misleads the search.
    let smallest = least.or(Self.narrowest, where: least .< Self.narrowest)
    let sum = (depth + depth + move)
    let h = sum.or(1e-9, where: sum .< 1e-9)
    let target = Lanes(repeating: 1) - chance
    let law = RangeLaw(h: h, d: d)
    var lower = smallest
    var upper = smallest + 9
    var c = ((h * h - naturalLogarithm(chance) * 2).root + d) * 0.5
    c = c.or(lower, where: c .< lower).or(upper, where: c .> upper)
    var isOpen = lower .== lower
    for _ in 0..<60 {
      let (value, slope) = law.value(c)
      let excess = value - target
      lower = lower.or(c, where: excess .<= 0)
      upper = upper.or(c, where: excess .> 0)
      let newton = c - excess / slope
      let isNewton = (newton .> lower) .& (newton .< upper) .& (slope .> 0)
      let next = ((lower + upper) * 0.5).or(newton, where: isNewton)
      let change = Lanes(bits: (next - c).bits & 0x7fff_ffff_ffff_ffff)
      c = c.or(next, where: isOpen)
      // Newton's method doubles the digits with each step: after one of 1e-6 there are twelve.
      isOpen = isOpen .& ((change .> 1e-6) .| ((change .> 1e-12) .& .!isNewton))
      if !holdsAnywhere(isOpen) { break }
    }
    return c
  }
}

/// The distribution of the range of a bridge given its minimum, whose depths below the ends have sum h and difference d.
private struct RangeLaw {
  let h: Lanes
  let d: Lanes

  /// F(c) and its derivative.
  @inline(__always)
  func value(_ c: Lanes) -> (Lanes, Lanes) {
    var sum = h
    var slope = Lanes(repeating: 0)
    addStart(1, c, &sum, &slope)
    addStart(-2, c, &sum, &slope)
    addStart(2, c, &sum, &slope)
    addStart(-3, c, &sum, &slope)
    addStart(3, c, &sum, &slope)
    addStart(-4, c, &sum, &slope)
    addStart(4, c, &sum, &slope)
    addStart(-5, c, &sum, &slope)
    addEnd(-1, c, &sum, &slope)
    addEnd(1, c, &sum, &slope)
    addEnd(-2, c, &sum, &slope)
    addEnd(2, c, &sum, &slope)
    addEnd(-3, c, &sum, &slope)
    addEnd(3, c, &sum, &slope)
    addEnd(-4, c, &sum, &slope)
    addEnd(4, c, &sum, &slope)
    addEnd(-5, c, &sum, &slope)
    return (sum / h, slope / h)
  }

  /// The term (k+1)(2kc+h)·exp(−((2kc+h)² − h²)/2) and its derivative.
  @inline(__always)
  private func addStart(_ k: Double, _ c: Lanes, _ sum: inout Lanes, _ slope: inout Lanes) {
    let place = c.timesPlus(2 * k, h)
    let square = place * place
    let weight = exponential((h * h - square) * 0.5)
    sum = (weight * place).timesPlus(k + 1, sum)
    slope = (weight - weight * square).timesPlus(2 * k * (k + 1), slope)
  }

  /// The term −k(2kc+d)·exp(−((2kc+d)² − h²)/2) and its derivative.
  @inline(__always)
  private func addEnd(_ k: Double, _ c: Lanes, _ sum: inout Lanes, _ slope: inout Lanes) {
    let place = c.timesPlus(2 * k, d)
    let square = place * place
    let weight = exponential((h * h - square) * 0.5)
    sum = (weight * place).timesPlus(-k, sum)
    slope = (weight - weight * square).timesPlus(-2 * k * k, slope)
  }
}
