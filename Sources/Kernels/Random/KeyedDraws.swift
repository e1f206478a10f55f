/// The random numbers of one path for one purpose, each a pure function of (seed, path, purpose, step, factor).
///
/// Nothing is advanced: draws may be taken in any order, on any thread, any number of times, and a longer run repeats
/// the paths of a shorter one. Paths go up to 2⁴⁸, factors up to 2²⁴. This is the plain form, one draw at a time;
/// `fillNormals` and `fillStudentMixing` give the same bits for 256 paths.
public struct KeyedDraws: Sendable {
  private let address: DrawAddress
  private let path: UInt64

  /// The draws of path number `path` for one purpose. The path must be below 2⁴⁸.
  public init(seed: UInt64, path: UInt64, purpose: DrawPurpose) {
    precondition(path < DrawAddress.pathLimit, "path \(path) is beyond 2^48")
    address = DrawAddress(seed: seed, step: 0, purpose: purpose)
    self.path = path
  }

  /// 64 random bits.
  public func bits(step: UInt32, factor: UInt32) -> UInt64 {
    let words = address.at(step).block(path: path, kind: .bits, factor: checked(factor))
    return UInt64(words[0]) | UInt64(words[1]) << 32
  }

  /// A uniform number of the open interval (0, 1): an odd multiple of 2⁻⁵³, each equally likely.
  public func uniform(step: UInt32, factor: UInt32) -> Double {
    openUniform(Bits8(repeating: bits(step: step, factor: factor)))[0]
  }

  /// A standard normal number (Box–Muller); factors 2j and 2j + 1 share a generator block.
  public func normal(step: UInt32, factor: UInt32) -> Double {
    let words = address.at(step).blocks(
      paths: Bits8(repeating: path), kind: .normalPair, factor: checked(factor) / 2, attempt: 0)
    let pair = normalPair(words)
    return factor % 2 == 0 ? pair.even[0] : pair.odd[0]
  }

  /// A gamma number of the given shape and scale one, mean `shape` (Marsaglia and Tsang; below shape one, theirs of
  /// shape + 1 times u^(1/shape)). NaN where the shape is not a positive finite number.
  public func gamma(shape: Double, step: UInt32, factor: UInt32) -> Double {
    guard shape > 0 else { return .nan }
    let stepped = address.at(step)
    if shape >= 1 {
      return gammaDraw(stepped, path: path, factor: checked(factor), shape: shape, from: 0)
    }
    let larger = gammaDraw(stepped, path: path, factor: checked(factor), shape: shape + 1, from: 0)
    let logUniform = logarithmOfNormal(Lanes(repeating: uniform(step: step, factor: factor)))
    return larger * exponential(logUniform / shape)[0]
  }

  /// The factor as it enters the counter; it must be below 2²⁴.
  private func checked(_ factor: UInt32) -> UInt64 {
    precondition(factor < DrawAddress.factorLimit, "factor \(factor) is beyond 2^24")
    return UInt64(factor)
  }
}

extension DrawAddress {
  /// The same address at another step.
  func at(_ step: UInt32) -> DrawAddress { DrawAddress(seed: seed, step: step, purpose: purpose) }
}
