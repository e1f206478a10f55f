/// Fills a tile with standard normals, one row of 256 paths for each factor.
///
/// - Formula: `tile[factor * 256 + p]` is the normal of path `firstPath + p` at `step`, the very bits that
///   `KeyedDraws.normal(step:factor:)` gives; factors 2j and 2j + 1 share a generator block.
/// - Layout: `factorCount` rows of `pathsPerBlock`, row-major; the tile may be longer.
/// - Units: standard deviations.
/// - Cost: about 1.3 ns a normal with AVX-512.
/// - Oracle: `KeyedDraws`, and the moments of the normal distribution.
public func fillNormals(
  seed: UInt64, firstPath: UInt64, step: UInt32, factorCount: Int, purpose: DrawPurpose,
  into tile: inout MutableSpan<Double>
) {
  precondition(factorCount >= 0 && factorCount <= DrawAddress.factorLimit, "too many factors")
  precondition(firstPath < DrawAddress.pathLimit - UInt64(pathsPerBlock), "too many paths")
  precondition(tile.count >= factorCount * pathsPerBlock, "the tile is smaller than its factors")
  let address = DrawAddress(seed: seed, step: step, purpose: purpose)
  tile.withUnsafeMutableBufferPointer { buffer in
    guard let row = buffer.baseAddress else { return }
    for factor in stride(from: 0, to: factorCount, by: 2) {
      fillPair(
        address, firstPath, factor, row + factor * pathsPerBlock,
        factor + 1 < factorCount ? row + (factor + 1) * pathsPerBlock : nil)
    }
  }
}

/// Fills the rows of an even factor and, unless it is the last, of the odd factor that follows.
private func fillPair(
  _ address: DrawAddress, _ firstPath: UInt64, _ factor: Int, _ even: UnsafeMutablePointer<Double>,
  _ odd: UnsafeMutablePointer<Double>?
) {
  let pair = UInt64(factor / 2)
  // The ten rounds of a generator block wait for each other, so four blocks go side by side: a third less time.
  for path in stride(from: 0, to: pathsPerBlock, by: 32) {
    let first = firstPath &+ UInt64(path)
    let words = (
      address.pair(pair, of: first), address.pair(pair, of: first &+ 8), address.pair(pair, of: first &+ 16),
      address.pair(pair, of: first &+ 24)
    )
    put(normalPair(words.0), path, even, odd)
    put(normalPair(words.1), path + 8, even, odd)
    put(normalPair(words.2), path + 16, even, odd)
    put(normalPair(words.3), path + 24, even, odd)
  }
}

@inline(__always)
private func put(
  _ normals: (even: Lanes, odd: Lanes), _ path: Int, _ even: UnsafeMutablePointer<Double>,
  _ odd: UnsafeMutablePointer<Double>?
) {
  store(normals.even, even, path)
  if let odd { store(normals.odd, odd, path) }
}

extension DrawAddress {
  /// The generator blocks of a pair of factors for eight paths from `first`.
  @inline(__always)
  fileprivate func pair(_ pair: UInt64, of first: UInt64) -> PhiloxWords {
    blocks(paths: pathLanes(first), kind: .normalPair, factor: pair, attempt: 0)
  }
}

/// The indices of eight paths in a row.
@inline(__always)
func pathLanes(_ first: UInt64) -> Bits8 { Bits8(0, 1, 2, 3, 4, 5, 6, 7) &+ first }
