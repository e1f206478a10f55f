/// Uniform numbers of (0, 1) from 64 random bits a lane: the upper 52 bits k give (2k + 1)·2⁻⁵³, never 0 and never 1.
@inline(__always)
func openUniform(_ random: Bits8) -> Lanes {
  let oneToTwo = (random &>> 12) | Bits8(repeating: 0x3ff0_0000_0000_0000)
  return Lanes(bits: oneToTwo) - 0x1.fffffffffffffp-1
}

/// Two independent standard normals a lane from one generator block a lane.
///
/// - Formula: √(−2·ln u₁)·cos 2πu₂ and √(−2·ln u₁)·sin 2πu₂. G. E. P. Box, M. E. Muller, "A note on the generation of
///   random normal deviates", Annals of Mathematical Statistics 29 (1958).
/// - Units: standard deviations; the largest magnitude is √(−2·ln 2⁻⁵³) ≈ 8.57.
/// - Cost: one logarithm, one square root, one sine and cosine for two normals.
/// - Accuracy: 4 ulp.
/// - Oracle: the same formula with the C library's functions.
@inline(__always)
func normalPair(_ words: PhiloxWords) -> (even: Lanes, odd: Lanes) {
  let radius = (logarithmOfNormal(openUniform(words.first)) * -2).root
  let angle = sineAndCosine(turns: openUniform(words.second))
  return (radius * angle.cosine, radius * angle.sine)
}
