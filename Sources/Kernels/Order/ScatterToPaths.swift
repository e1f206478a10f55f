/// Copies one step of a tile, where a path is a column, into slabs, where a path is one contiguous stretch.
///
/// - Formula: out[(p·assets + a)·stepsPlusOne + step] = tile[a·256 + p].
/// - Layout: `tile` is `assets` rows of `pathsPerBlock`; `out` holds `pathsPerBlock` slabs of [asset][step].
/// - Cost: about 0.6 ns an element: the writes are far apart, and eight steps in turn share a cache line.
/// - Oracle: the index formula.
public func scatterToPaths(
  tile: Span<Double>, assets: Int, step: Int, stepsPlusOne: Int, into out: inout MutableSpan<Double>
) {
  precondition(assets >= 0 && step >= 0 && step < stepsPlusOne, "step \(step) of \(stepsPlusOne)")
  precondition(tile.count >= assets * pathsPerBlock, "the tile is smaller than its assets")
  precondition(out.count >= pathsPerBlock * assets * stepsPlusOne, "the slabs are smaller than the block")
  tile.withUnsafeBufferPointer { source in
    out.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      for asset in 0..<assets {
        let row = source + asset * pathsPerBlock
        let first = target + asset * stepsPlusOne + step
        for path in 0..<pathsPerBlock { first[path * assets * stepsPlusOne] = row[path] }
      }
    }
  }
}
