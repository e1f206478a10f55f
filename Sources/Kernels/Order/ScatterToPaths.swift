/// Copies one step of a tile, where a path is a column, into slabs, where a path is one contiguous stretch.
///
/// - Formula: out[p·slabSize + offset + a·stepsPlusOne + step] = tile[a·256 + p].
/// - Layout: `tile` is `assets` rows of `pathsPerBlock`; `out` holds `pathsPerBlock` slabs of `slabSize` numbers, in each
///   of which [asset][step] begins at `offset`.
/// - Cost: about 0.6 ns an element: the writes are far apart, and eight steps in turn share a cache line.
/// - Oracle: the index formula.
public func scatterToPaths(
  tile: Span<Double>, assets: Int, step: Int, stepsPlusOne: Int, slabSize: Int, offset: Int,
  into out: inout MutableSpan<Double>
) {
  precondition(assets >= 0 && step >= 0 && step < stepsPlusOne, "step \(step) of \(stepsPlusOne)")
  precondition(tile.count >= assets * pathsPerBlock, "the tile is smaller than its assets")
  precondition(offset >= 0 && slabSize >= offset + assets * stepsPlusOne, "a slab is smaller than its assets")
  precondition(out.count >= pathsPerBlock * slabSize, "the slabs are smaller than the block")
  tile.withUnsafeBufferPointer { source in
    out.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      for asset in 0..<assets {
        let row = source + asset * pathsPerBlock
        let first = target + offset + asset * stepsPlusOne + step
        for path in 0..<pathsPerBlock { first[path * slabSize] = row[path] }
      }
    }
  }
}
