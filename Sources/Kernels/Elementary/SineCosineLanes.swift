/// The sine and cosine of 2π·u for lanes u in [0, 1].
///
/// - Formula: u = q/4 + r with |r| ≤ ⅛, exactly; sin 2πr = r·S(r²), cos 2πr = 1 + r²·C(r²), S and C the polynomials of
///   degree 6 nearest in the largest error (relative 3.3e-18, absolute 7.8e-18 on C; Remez); q turns by right angles.
/// - Units: u in whole turns.
/// - Cost: 16 fused multiply-adds and a few bit operations, no branch.
/// - Accuracy: 2 ulp; exactly 0 or ±1 at quarter turns.
/// - Oracle: the C library's `sin` and `cos` of 2π·u near zero, and mpmath's `sinpi`, `cospi`.
@inline(__always)
func sineAndCosine(turns u: Lanes) -> (sine: Lanes, cosine: Lanes) {
  let shifted = u.timesPlus(4, 0x1.8p52)
  let r = (shifted - 0x1.8p52).timesPlus(-0.25, u)
  let z = r * r
  var s = z.timesPlus(0x1.e3eeb4fbe9d18p+1, -0x1.e300634582dffp+3)
  s = s.timesPlus(z, 0x1.50782fc9db84ep+5)
  s = s.timesPlus(z, -0x1.32d2cce2d4de7p+6)
  s = s.timesPlus(z, 0x1.466bc677586fbp+6)
  s = s.timesPlus(z, -0x1.4abbce625be41p+5)
  s = s.timesPlus(z, 0x1.921fb54442d18p+2) * r
  var c = z.timesPlus(-0x1.b2f3e3e4f4ba1p+0, 0x1.f9ce244db27f5p+2)
  c = c.timesPlus(z, -0x1.a6d1eef470155p+4)
  c = c.timesPlus(z, 0x1.e1f5068688d32p+5)
  c = c.timesPlus(z, -0x1.55d3c7e3cb241p+6)
  c = c.timesPlus(z, 0x1.03c1f081b5ac0p+6)
  c = c.timesPlus(z, -0x1.3bd3cc9be45dep+4)
  c = c.timesPlus(z, 1)
  // The lowest bits of `shifted` are the quadrant q: odd swaps sine and cosine, and each takes its sign from q.
  let quadrant = shifted.bits
  let swap = Bits8(repeating: 0) &- (quadrant & 1)
  let sine = ((s.bits & ~swap) | (c.bits & swap)) ^ ((quadrant & 2) &<< 62)
  let cosine = ((c.bits & ~swap) | (s.bits & swap)) ^ (((quadrant &+ 1) & 2) &<< 62)
  return (Lanes(bits: sine), Lanes(bits: cosine))
}
