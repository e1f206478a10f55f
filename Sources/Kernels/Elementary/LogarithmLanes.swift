/// The natural logarithm of lanes known to be positive, finite and normal; anything else gives rubbish, not a trap.
///
/// - Formula: x = 2ᵉ·m with m in [√½, √2); f = m − 1, s = f/(2 + f); ln m = f − (h − s·(h + s²·P(s²))) with h = f²/2
///   and P the polynomial of degree 7 nearest to (2·artanh s − 2s)/s³ in the largest absolute error (2.1e-18, Remez);
///   ln x = e·ln 2 + ln m with ln 2 in two parts. J.-M. Muller, "Elementary Functions", 3rd ed., 2016, chapter 11.
/// - Cost: one division and 12 fused multiply-adds.
/// - Accuracy: 1 ulp.
/// - Oracle: the C library's `log`.
@inline(__always)
func logarithmOfNormal(_ x: Lanes, exponentOffset: Lanes = Lanes(repeating: 0)) -> Lanes {
  let fromRootHalf = x.integers &- 0x3fe6_a09e_667f_3bcd
  let exponent = fromRootHalf &>> 52
  let m = Lanes(integers: x.integers &- (exponent &<< 52))
  // An integer below 2⁵¹ in magnitude becomes a double by adding it to the encoding of 1.5·2⁵².
  let e = Lanes(integers: exponent &+ 0x4338_0000_0000_0000) - 0x1.8p52 + exponentOffset
  let f = m - 1
  let s = f / (f + 2)
  let z = s * s
  var p = z.timesPlus(0x1.0c1134903369ep-3, 0x1.0fbd3d12d170ap-3)
  p = p.timesPlus(z, 0x1.3b1c42bfb03fep-3)
  p = p.timesPlus(z, 0x1.745cf8c29c544p-3)
  p = p.timesPlus(z, 0x1.c71c7201ff670p-3)
  p = p.timesPlus(z, 0x1.2492492476691p-2)
  p = p.timesPlus(z, 0x1.9999999999a3ap-2)
  p = p.timesPlus(z, 0x1.5555555555555p-1)
  let h = 0.5 * f * f
  let low = s.timesPlus(z.timesPlus(p, h), e * 0x1.a39ef35793c76p-33)
  return e.timesPlus(0x1.62e42fee00000p-1, f - (h - low))
}

/// The natural logarithm of any lanes: 0 gives −∞, +∞ gives +∞, a negative number or NaN gives NaN; subnormal numbers
/// are scaled by 2⁵⁴ first.
@inline(__always)
func naturalLogarithm(_ x: Lanes) -> Lanes {
  let subnormal = x .< 0x1p-1022
  let scaled = x.or(x * 0x1p54, where: subnormal)
  let offset = Lanes(repeating: 0).or(-54, where: subnormal)
  return logarithmOfNormal(scaled, exponentOffset: offset)
    .or(.infinity, where: x .== .infinity).or(-.infinity, where: x .== 0).or(.nan, where: x .< 0)
    .or(x, where: x .!= x)
}
