/// Fills a tile with standard normals, one row of 256 paths for each factor.
///
/// - Formula: `tile[factor * 256 + p]` is the normal of path `firstPath + p` at `step`, the very bits that
///   `KeyedDraws.normal(step:factor:)` gives; factors 2j and 2j + 1 share a generator block.
/// - Layout: `factorCount` rows of `pathsPerBlock`, row-major; the tile may be longer.
/// - Units: standard deviations.
/// - Cost: about 1.8 ns a normal with AVX-512, 3.0 with AVX2.
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
  for path in stride(from: 0, to: pathsPerBlock, by: 8) {
    let paths = pathLanes(firstPath &+ UInt64(path))
    let normals = normalPair(address.blocks(paths: paths, kind: .normalPair, factor: pair, attempt: 0))
    store(normals.even, even, path)
    if let odd { store(normals.odd, odd, path) }
  }
}

/// The indices of eight paths in a row.
@inline(__always)
func pathLanes(_ first: UInt64) -> Bits8 { Bits8(0, 1, 2, 3, 4, 5, 6, 7) &+ first }
