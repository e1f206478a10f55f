/// One attempt at a gamma draw in each lane, for a shape of at least one: the draw, or −1 where it was rejected.
///
/// - Formula: d = shape − ⅓, c = 1/√(9d), x normal, v = (1 + c·x)³; accept d·v when v > 0 and
///   ln u < x²/2 + d − d·v + d·ln v. G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM
///   Transactions on Mathematical Software 26 (2000).
/// - Units: scale one.
/// - Cost: two generator blocks, three logarithms; accepted with probability above 0.95.
/// - Oracle: the moments and the distribution function of the gamma distribution.
@inline(__always)
func gammaAttempt(_ address: DrawAddress, paths: Bits8, factor: UInt64, shape: Double, attempt: UInt64) -> Lanes {
  let d = shape - 1.0 / 3
  let c = 1 / (9 * d).squareRoot()
  let x = normalPair(address.blocks(paths: paths, kind: .gammaNormal, factor: factor, attempt: attempt)).even
  let u = openUniform(address.blocks(paths: paths, kind: .gammaUniform, factor: factor, attempt: attempt).first)
  let base = x.timesPlus(c, 1)
  let v = base * base * base
  let positive = v.or(1, where: v .<= 0)
  let bound = (0.5 * x * x + d) + d * (logarithmOfNormal(positive) - v)
  let accepted = (v * d).or(-1, where: v .<= 0)
  return Lanes(repeating: -1).or(accepted, where: logarithmOfNormal(u) .< bound)
}

/// A gamma draw of one path, from attempt number `attempt` on; NaN where the shape is not a number of at least one.
func gammaDraw(_ address: DrawAddress, path: UInt64, factor: UInt64, shape: Double, from attempt: UInt64) -> Double {
  guard shape >= 1, shape < .infinity else { return .nan }
  for attempt in attempt..<DrawAddress.attemptLimit {
    let paths = Bits8(repeating: path)
    let draw = gammaAttempt(address, paths: paths, factor: factor, shape: shape, attempt: attempt)[0]
    if draw >= 0 { return draw }
  }
  return .nan  // 4096 rejections in a row: probability below 10⁻⁵⁰⁰⁰
}
