/// Where in the generator's 128-bit counter a draw lives.
///
/// | word | bits  | holds |
/// |------|-------|-------|
/// | 0    | 0–31  | path, low 32 bits |
/// | 1    | 0–15  | path, bits 32–47 |
/// | 1    | 16–27 | attempt (rejection sampling) |
/// | 1    | 28–31 | `Kind` |
/// | 2    | 0–31  | step |
/// | 3    | 0–23  | factor, or pair of factors for normals |
/// | 3    | 24–31 | `DrawPurpose` |
///
/// The key is the seed, low word first. So there is room for 2⁴⁸ paths, 2³² steps and 2²⁴ factors, and a draw is a pure
/// function of what it is for.
struct DrawAddress {
  /// What the words of a block are turned into; separate kinds never share a block.
  enum Kind: UInt64 {
    case normalPair = 0
    case bits = 1
    case gammaNormal = 2
    case gammaUniform = 3
  }

  let seed: UInt64
  let step: UInt32
  let purpose: DrawPurpose

  /// The most paths, factors and attempts an address can hold.
  static let pathLimit: UInt64 = 1 << 48
  static let factorLimit: UInt64 = 1 << 24
  static let attemptLimit: UInt64 = 1 << 12
}

/// Eight Philox blocks at once; only the low 32 bits of each lane of each word are meaningful on entry and on return.
struct PhiloxWords {
  var w0: Bits8
  var w1: Bits8
  var w2: Bits8
  var w3: Bits8

  /// Words 0 and 1, and words 2 and 3, joined to 64 random bits a lane.
  @inline(__always) var first: Bits8 { (w0 & lowWord) | (w1 &<< 32) }
  @inline(__always) var second: Bits8 { (w2 & lowWord) | (w3 &<< 32) }
}

/// A mask as an expression: a stored global is opaque to the optimiser, and the products would be taken to 64 bits.
@inline(__always) private var lowWord: UInt64 { 0xFFFF_FFFF }

extension DrawAddress {
  /// The block of one path for one kind and factor, first attempt.
  func block(path: UInt64, kind: Kind, factor: UInt64) -> [4 of UInt32] {
    let tag = kind.rawValue << 28
    return philox4x32(
      counter: [
        UInt32(truncatingIfNeeded: path), UInt32(truncatingIfNeeded: path >> 32 | tag), step,
        UInt32(truncatingIfNeeded: factor | UInt64(purpose.rawValue) << 24),
      ],
      key: [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)])
  }

  /// The blocks of eight paths for one kind, factor and attempt.
  ///
  /// - Formula: `philox4x32`, the upper halves of the 64-bit lanes carrying rubbish that the products ignore.
  /// - Cost: about 90 vector instructions for the bits of sixteen uniforms.
  /// - Oracle: `philox4x32` lane by lane.
  @inline(__always)
  func blocks(paths: Bits8, kind: Kind, factor: UInt64, attempt: UInt64) -> PhiloxWords {
    let tag = (kind.rawValue &<< 28) | (attempt &<< 16)
    var w0 = paths
    var w1 = (paths &>> 32) | tag
    var w2 = Bits8(repeating: UInt64(step))
    var w3 = Bits8(repeating: factor | UInt64(purpose.rawValue) &<< 24)
    var key0 = seed & 0xFFFF_FFFF
    var key1 = seed &>> 32
    for _ in 0..<10 {
      let even = (w0 & lowWord) &* PhiloxConstant.multiplier0
      let odd = (w2 & lowWord) &* PhiloxConstant.multiplier1
      w0 = (odd &>> 32) ^ w1 ^ key0
      w1 = odd
      w2 = (even &>> 32) ^ w3 ^ key1
      w3 = even
      key0 = (key0 &+ PhiloxConstant.weyl0) & 0xFFFF_FFFF
      key1 = (key1 &+ PhiloxConstant.weyl1) & 0xFFFF_FFFF
    }
    return PhiloxWords(w0: w0, w1: w1, w2: w2, w3: w3)
  }
}
