import CLanes

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

/// How many steps `scatterStepsToPaths` takes together: a cache line of each path.
public let stepsPerScatter = 8

/// Copies `stepsPerScatter` steps of tiles, one tile after the other, into slabs; the rest as in `scatterToPaths`.
///
/// - Formula: out[p·slabSize + offset + a·stepsPlusOne + firstStep + s] = tiles[(s·assets + a)·256 + p].
/// - Layout: `tiles` is `stepsPerScatter` tiles of `assets` rows of `pathsPerBlock`.
/// - Cost: about 0.2 ns an element, a third of one step at a time: each cache line of a slab is fetched once or twice
///   and not eight times.
/// - Oracle: the index formula; `scatterToPaths`.
public func scatterStepsToPaths(
  tiles: Span<Double>, assets: Int, firstStep: Int, stepsPlusOne: Int, slabSize: Int, offset: Int,
  into out: inout MutableSpan<Double>
) {
  precondition(assets >= 0 && firstStep >= 0 && firstStep + stepsPerScatter <= stepsPlusOne, "step \(firstStep)")
  precondition(tiles.count >= stepsPerScatter * assets * pathsPerBlock, "the tiles are smaller than their assets")
  precondition(offset >= 0 && slabSize >= offset + assets * stepsPlusOne, "a slab is smaller than its assets")
  precondition(out.count >= pathsPerBlock * slabSize, "the slabs are smaller than the block")
  tiles.withUnsafeBufferPointer { source in
    out.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      for asset in 0..<assets {
        let row = source + asset * pathsPerBlock
        let first = target + offset + asset * stepsPlusOne + firstStep
        for path in stride(from: 0, to: pathsPerBlock, by: 8) {
          plimsoll_transpose8(row + path, assets * pathsPerBlock, first + path * slabSize, slabSize)
        }
      }
    }
  }
}

/// Copies a row of numbers: out[start + i] = row[i].
public func copyRow(_ row: Span<Double>, to start: Int, of out: inout MutableSpan<Double>) {
  precondition(start >= 0 && out.count >= start + row.count, "the row does not fit")
  row.withUnsafeBufferPointer { source in
    out.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      (target + start).update(from: source, count: row.count)
    }
  }
}
