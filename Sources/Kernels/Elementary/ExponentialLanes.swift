/// e to the power of each lane.
///
/// - Formula: x = n·ln 2 + r with |r| ≤ ½·ln 2; eʳ = 1 + r + r²·Q(r), Q the polynomial of degree 9 nearest to
///   (eʳ − 1 − r)/r² in the largest absolute error (1.0e-16, found with the Remez algorithm); then 2ⁿ as two factors,
///   so that overflow gives infinity and underflow goes through the subnormal numbers to zero. J.-M. Muller,
///   "Elementary Functions", 3rd ed., 2016, chapters 3 and 11.
/// - Cost: 14 fused multiply-adds, no table, no branch, no division.
/// - Accuracy: 1 ulp where the result is normal. NaN gives NaN, −∞ gives 0, +∞ gives +∞.
/// - Oracle: the C library's `exp`.
@inline(__always)
func exponential(_ argument: Lanes) -> Lanes {
  let x = argument.or(-746, where: argument .< -746).or(710, where: argument .> 710)
  let shifted = x.timesPlus(0x1.71547652b82fep+0, 0x1.8p52)
  let n = shifted - 0x1.8p52
  var r = n.timesPlus(-0x1.62e42fefa39efp-1, x)
  r = n.timesPlus(-0x1.abc9e3b39803fp-56, r)
  var q = r.timesPlus(0x1.af632b9d61f51p-26, 0x1.289185fb11237p-22)
  q = q.timesPlus(r, 0x1.71ddf6b378023p-19)
  q = q.timesPlus(r, 0x1.a019b90c995f5p-16)
  q = q.timesPlus(r, 0x1.a01a01b00c5e5p-13)
  q = q.timesPlus(r, 0x1.6c16c1788c041p-10)
  q = q.timesPlus(r, 0x1.111111110f803p-7)
  q = q.timesPlus(r, 0x1.5555555553d62p-5)
  q = q.timesPlus(r, 0x1.5555555555558p-3)
  q = q.timesPlus(r, 0x1.0000000000001p-1)
  let power = (r * r).timesPlus(q, r) + 1
  // The encoding of `shifted` is that of 1.5·2⁵² plus n; half of n goes to each factor.
  let integer = shifted.integers &- 0x4338_0000_0000_0000
  let half = integer &>> 1
  let first = Lanes(integers: (half &+ 1023) &<< 52)
  let second = Lanes(integers: (integer &- half &+ 1023) &<< 52)
  return power * first * second
}
