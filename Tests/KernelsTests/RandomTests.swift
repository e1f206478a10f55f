import Glibc
import Kernels
import Testing

/// The generator against its published vectors, and every draw against its definition from the generator.
@Suite struct RandomTests {
  /// Known-answer vectors of philox4x32 with ten rounds, from the `kat_vectors` file of the Random123 library.
  @Test func philoxGivesThePublishedVectors() {
    let zeros = philox4x32(counter: [0, 0, 0, 0], key: [0, 0])
    #expect(words(zeros) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = philox4x32(counter: [.max, .max, .max, .max], key: [.max, .max])
    #expect(words(ones) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    let pi = philox4x32(
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0])
    #expect(words(pi) == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  /// The published layout of the counter, restated by hand: a run must be repeatable by another program.
  @Test func bitsAreThoseOfTheDocumentedCounter() {
    let draws = KeyedDraws(seed: 0x0123_4567_89ab_cdef, path: 0x0000_7654_3210_fedc, purpose: .bootstrap)
    let block = philox4x32(
      counter: [0x3210_fedc, 0x1000_7654, 77, 0x0500_0309], key: [0x89ab_cdef, 0x0123_4567])
    #expect(draws.bits(step: 77, factor: 0x309) == UInt64(block[1]) << 32 | UInt64(block[0]))
  }

  @Test func uniformIsTheMiddleOfOneOfTwoToThe52Cells() {
    let draws = KeyedDraws(seed: 5, path: 3, purpose: .verification)
    for step in 0..<1000 as Range<UInt32> {
      let cell = draws.bits(step: step, factor: 2) >> 12
      #expect(draws.uniform(step: step, factor: 2) == (Double(cell) + 0.5) * 0x1p-52)
    }
  }

  /// Box–Muller written out with the C library's functions, from the words of the documented counter.
  @Test func normalsAreBoxMullerToFourUlp() {
    var worst = 0.0
    for path in 0..<20_000 as Range<UInt64> {
      let block = philox4x32(counter: [UInt32(path), 0, 9, 0x0100_0004], key: [42, 0])
      let (even, odd) = plainNormalPair(block)
      let draws = KeyedDraws(seed: 42, path: path, purpose: .priceShock)
      worst = max(worst, ulps(draws.normal(step: 9, factor: 8), even), ulps(draws.normal(step: 9, factor: 9), odd))
    }
    #expect(worst <= 4)
  }

  /// The vector form and the plain one must agree to the bit, wherever a path stands in its block.
  @Test(arguments: [(0, 1), (256, 5), (0xFFFF_FF80, 4), (1 << 41, 3)] as [(UInt64, Int)])
  func fillNormalsGivesTheBitsOfKeyedDraws(firstPath: UInt64, factors: Int) {
    var tile = [Double](repeating: 0, count: factors * pathsPerBlock)
    var view = tile.mutableSpan
    fillNormals(
      seed: 0xfeed_beef_0000_0007, firstPath: firstPath, step: 31, factorCount: factors, purpose: .jumpSize, into: &view
    )
    for path in 0..<pathsPerBlock {
      let draws = KeyedDraws(seed: 0xfeed_beef_0000_0007, path: firstPath + UInt64(path), purpose: .jumpSize)
      for factor in 0..<factors {
        let plain = draws.normal(step: 31, factor: UInt32(factor))
        #expect(tile[factor * pathsPerBlock + path].bitPattern == plain.bitPattern)
      }
    }
  }

  /// A part of a block begun elsewhere is the same part: nothing depends on where a fill starts.
  @Test func normalsBelongToThePathAlone() {
    let whole = normals(firstPath: 1024, step: 2, factors: 2)
    let shifted = normals(firstPath: 1024 + 13, step: 2, factors: 2)
    #expect(Array(whole[13..<256]) == Array(shifted[0..<243]))
    #expect(Array(whole[(256 + 13)..<512]) == Array(shifted[256..<(256 + 243)]))
  }

  @Test func separateKeysGiveSeparateDraws() {
    let base = normals(firstPath: 0, step: 1, factors: 2)
    let others = [
      normals(firstPath: 0, step: 2, factors: 2), normals(firstPath: 1 << 32, step: 1, factors: 2),
      normals(firstPath: 0, step: 1, factors: 2, purpose: .jump), normals(firstPath: 0, step: 1, factors: 2, seed: 12),
      normals(firstPath: 0, step: 1, factors: 2, seed: 11 | 1 << 32),
    ]
    for other in others { #expect(zip(base, other).allSatisfy { $0 != $1 }) }
    #expect(Set(base).count == base.count)
  }

  @Test func anEmptyTileIsLeftAlone() {
    var tile: [Double] = []
    var view = tile.mutableSpan
    fillNormals(seed: 1, firstPath: 0, step: 0, factorCount: 0, purpose: .priceShock, into: &view)
    #expect(tile.isEmpty)
  }
}

/// Normals of seed 11 unless told otherwise.
func normals(
  firstPath: UInt64, step: UInt32, factors: Int, purpose: DrawPurpose = .priceShock, seed: UInt64 = 11
) -> [Double] {
  var tile = [Double](repeating: 0, count: factors * pathsPerBlock)
  var view = tile.mutableSpan
  fillNormals(seed: seed, firstPath: firstPath, step: step, factorCount: factors, purpose: purpose, into: &view)
  return tile
}

private func words(_ block: [4 of UInt32]) -> [UInt32] { [block[0], block[1], block[2], block[3]] }

/// The formula with the C library: the angle is reduced to an eighth of a turn first, and the rounding of 2π·r made good
/// to first order, so that the oracle is itself accurate near the zeros.
private func plainNormalPair(_ block: [4 of UInt32]) -> (Double, Double) {
  let u1 = (Double((UInt64(block[1]) << 32 | UInt64(block[0])) >> 12) + 0.5) * 0x1p-52
  let u2 = (Double((UInt64(block[3]) << 32 | UInt64(block[2])) >> 12) + 0.5) * 0x1p-52
  let quarter = (4 * u2).rounded()
  let r = u2 - quarter / 4
  let x = 2 * Double.pi * r
  let rest = (-x).addingProduct(2 * Double.pi, r) + 2.4492935982947064e-16 * r
  let (s, c) = (sin(x) + rest * cos(x), cos(x) - rest * sin(x))
  let radius = (-2 * log(u1)).squareRoot()
  switch Int(quarter) % 4 {
  case 0: return (radius * c, radius * s)
  case 1: return (radius * -s, radius * c)
  case 2: return (radius * -c, radius * -s)
  default: return (radius * s, radius * -c)
  }
}

/// The distance of two numbers in units in the last place of the second.
func ulps(_ value: Double, _ expected: Double) -> Double {
  if value == expected || (value.isNaN && expected.isNaN) { return 0 }
  return abs(value - expected) / expected.ulp
}
