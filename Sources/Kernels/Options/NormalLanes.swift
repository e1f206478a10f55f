/// The standard normal distribution function of eight numbers.
///
/// - Formula: for |x| < 7.07… Φ(−|x|) = φ-type exp(−x²/2)·P(|x|)/Q(|x|), beyond it exp(−x²/2)/√(2π) over the continued
///   fraction x + 1/(x + 2/(x + 3/(x + 4/(x + 0.65)))). J. F. Hart et al., *Computer Approximations* (1968), algorithm 5666,
///   in the double-precision form of G. West, "Better approximations to cumulative normal functions", *Wilmott* (2005).
/// - Cost: one exponential and about 20 multiply-adds and two divisions for eight.
/// - Accuracy: 1e-15, absolute; NaN gives NaN.
/// - Oracle: `normalCDF`.
@inline(__always)
func normalDistribution(_ x: Lanes) -> Lanes {
  let size = x.or(-x, where: x .< 0)
  let density = exponential(-0.5 * (size * size))
  var top = size.timesPlus(3.52624965998911e-02, 0.700383064443688)
  top = top.timesPlus(size, 6.37396220353165)
  top = top.timesPlus(size, 33.912866078383)
  top = top.timesPlus(size, 112.079291497871)
  top = top.timesPlus(size, 221.213596169931)
  top = top.timesPlus(size, 220.206867912376)
  var bottom = size.timesPlus(8.83883476483184e-02, 1.75566716318264)
  bottom = bottom.timesPlus(size, 16.064177579207)
  bottom = bottom.timesPlus(size, 86.7807322029461)
  bottom = bottom.timesPlus(size, 296.564248779674)
  bottom = bottom.timesPlus(size, 637.333633378831)
  bottom = bottom.timesPlus(size, 793.826512519948)
  bottom = bottom.timesPlus(size, 440.413735824752)
  var fraction = size + 0.65
  fraction = size + 4 / fraction
  fraction = size + 3 / fraction
  fraction = size + 2 / fraction
  fraction = size + 1 / fraction
  let far = density / (fraction * 2.506628274631000502)
  let tail = (density * top / bottom).or(far, where: size .> 7.07106781186547)
  return tail.or(1 - tail, where: x .> 0)
}

extension Lanes {
  @inline(__always) fileprivate static func - (a: Double, b: Lanes) -> Lanes { Lanes(repeating: a) - b }
}
