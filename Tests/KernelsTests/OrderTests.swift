import Kernels
import Testing

/// Sorting, sums in a fixed order, and the change from tiles to slabs.
@Suite struct OrderTests {
  @Test(arguments: [0, 1, 2, 63, 64, 65, 5000]) func sortingAgreesWithTheStandardLibrary(count: Int) {
    let values = (0..<count).map { index -> Double in
      let draws = KeyedDraws(seed: 6, path: UInt64(index), purpose: .verification)
      return index % 10 == 0 ? Double(index % 3) - 1 : draws.normal(step: 0, factor: 0) * 1e3
    }
    #expect(sortedAscending(values) == values.sorted())
  }

  @Test func sortingPlacesInfinitiesZerosAndNaNs() {
    let values: [Double] = [1, .infinity, -0.0, 0, -.infinity, .leastNonzeroMagnitude, -1, .nan]
    for repeats in [1, 20] {
      let sorted = sortedAscending(Array(repeatElement(values, count: repeats).joined()))
      #expect(sorted.suffix(repeats).allSatisfy { $0.isNaN })
      #expect(sorted.first == -.infinity && sorted[sorted.count - repeats - 1] == .infinity)
      #expect(sorted[2 * repeats].sign == .minus && sorted[3 * repeats].sign == .plus)
    }
  }

  @Test func sumsOfIntegersAreExact() {
    for count in [0, 1, 7, 8, 63, 64, 65, 1000, 12_345] {
      let values = (0..<count).map { Double($0 + 1) }
      #expect(pairwiseSum(values) == Double(count * (count + 1) / 2))
    }
  }

  /// 10⁶ summands of 0.1: the plain loop is off by 1e-6, this sum by at most a few ulp.
  @Test func theSumKeepsItsDigits() {
    let sum = pairwiseSum([Double](repeating: 0.1, count: 1_000_000))
    #expect(abs(sum - 100_000) < 1e-9)
  }

  @Test func varianceDoesNotSufferFromAShift() {
    let values = (0..<1000).map { Double($0 % 10) }
    let plain = meanAndVariance(values)
    let shifted = meanAndVariance(values.map { $0 + 1e9 })
    #expect(plain.mean == 4.5 && abs(plain.variance - 8250.0 / 999) < 1e-13)
    #expect(shifted.mean == 1e9 + 4.5 && abs(shifted.variance - 8250.0 / 999) < 1e-13)
    let (one, none) = (meanAndVariance([3]), meanAndVariance([]))
    #expect(one.variance.isNaN && none.mean.isNaN)
  }

  @Test func scatteringPutsEachStepIntoItsSlab() {
    let (assets, steps, offset) = (3, 5, 15)
    let slabSize = offset + assets * steps
    var slabs = [Double](repeating: -1, count: pathsPerBlock * slabSize)
    for step in [0, 2, 4] {
      let tile = (0..<(assets * pathsPerBlock)).map { Double($0 * 10 + step) }
      var view = slabs.mutableSpan
      scatterToPaths(
        tile: tile.span, assets: assets, step: step, stepsPlusOne: steps, slabSize: slabSize, offset: offset,
        into: &view)
    }
    for path in 0..<pathsPerBlock {
      #expect(slabs[path * slabSize..<path * slabSize + offset].allSatisfy { $0 == -1 })
      for asset in 0..<assets {
        let slab = (0..<steps).map { slabs[path * slabSize + offset + asset * steps + $0] }
        let base = Double((asset * pathsPerBlock + path) * 10)
        #expect(slab == [base, -1, base + 2, -1, base + 4])
      }
    }
  }

  @Test("Eight steps together reach the places that one at a time would, and nothing else is touched")
  func eightSteps() {
    let (assets, points, offset, firstStep) = (3, 13, 2, 3)
    let slabSize = offset + assets * points + 1
    let size = assets * pathsPerBlock
    let tiles = (0..<stepsPerScatter * size).map(Double.init)
    var together = [Double](repeating: -1, count: pathsPerBlock * slabSize)
    var oneByOne = together
    var view = together.mutableSpan
    scatterStepsToPaths(
      tiles: tiles.span, assets: assets, firstStep: firstStep, stepsPlusOne: points, slabSize: slabSize,
      offset: offset, into: &view)
    for step in 0..<stepsPerScatter {
      let tile = Array(tiles[step * size..<(step + 1) * size])
      var slabs = oneByOne.mutableSpan
      scatterToPaths(
        tile: tile.span, assets: assets, step: firstStep + step, stepsPlusOne: points, slabSize: slabSize,
        offset: offset, into: &slabs)
    }
    #expect(together == oneByOne)
    #expect(together.filter { $0 == -1 }.count == pathsPerBlock * (slabSize - assets * stepsPerScatter))
  }
}
