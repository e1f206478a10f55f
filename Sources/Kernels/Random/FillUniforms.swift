/// Fills a tile with uniform numbers of (0, 1), one row of 256 paths for each factor.
///
/// - Formula: `tile[factor * 256 + p]` is the uniform of path `firstPath + p` at `step`, the very bits that
///   `KeyedDraws.uniform(step:factor:)` gives.
/// - Layout: `factorCount` rows of `pathsPerBlock`, row-major; the tile may be longer.
/// - Units: none; odd multiples of 2⁻⁵³.
/// - Cost: one generator block a number, about 1.3 ns with AVX-512.
/// - Oracle: `KeyedDraws`.
public func fillUniforms(
  seed: UInt64, firstPath: UInt64, step: UInt32, factorCount: Int, purpose: DrawPurpose,
  into tile: inout MutableSpan<Double>
) {
  precondition(factorCount >= 0 && factorCount <= DrawAddress.factorLimit, "too many factors")
  precondition(firstPath < DrawAddress.pathLimit - UInt64(pathsPerBlock), "too many paths")
  precondition(tile.count >= factorCount * pathsPerBlock, "the tile is smaller than its factors")
  let address = DrawAddress(seed: seed, step: step, purpose: purpose)
  tile.withUnsafeMutableBufferPointer { buffer in
    guard let tile = buffer.baseAddress else { return }
    for factor in 0..<factorCount {
      for path in stride(from: 0, to: pathsPerBlock, by: 8) {
        let paths = pathLanes(firstPath &+ UInt64(path))
        let words = address.blocks(paths: paths, kind: .bits, factor: UInt64(factor), attempt: 0)
        store(openUniform(words.first), tile, factor * pathsPerBlock + path)
      }
    }
  }
}
