import Glibc

/// The SHA-256 digest, taken in pieces of any size. NIST FIPS 180-4, sections 5 and 6.2.
///
/// Cost: about 3 ns a byte. Oracle: the examples of FIPS 180-4 and `sha256sum`.
public struct SHA256: Sendable {
  private var state: [UInt32] = SHA256.initialState
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// The digest of nothing so far.
  public init() {}

  /// Takes in more bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    byteCount &+= UInt64(bytes.count)
    var index = 0
    if !pending.isEmpty {
      index = min(64 - pending.count, bytes.count)
      for position in 0..<index { pending.append(bytes[position]) }
      if pending.count < 64 { return }
      let block = pending
      pending = []
      compress(block.span, at: 0)
    }
    while bytes.count - index >= 64 {
      compress(bytes, at: index)
      index += 64
    }
    while index < bytes.count {
      pending.append(bytes[index])
      index += 1
    }
  }

  /// The digest of all taken in so far, 32 bytes; more may be taken in afterwards.
  public func digest() -> [UInt8] {
    var last = self
    var padding: [UInt8] = [0x80]
    while (pending.count + padding.count) % 64 != 56 { padding.append(0) }
    let bitCount = byteCount &* 8
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> shift))
    }
    last.update(padding.span)
    return last.state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public func hexDigest() -> String {
    digest().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The hexadecimal digest of some bytes.
  public static func hexDigest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes.span)
    return hash.hexDigest()
  }

  /// The hexadecimal digest of a file's bytes, read through a memory map.
  public static func hexDigest(ofFile path: String) throws(FileError) -> String {
    let file = try MappedFile(path: path)
    return file.withBytes { bytes in
      var hash = SHA256()
      hash.update(bytes)
      return hash.hexDigest()
    }
  }

  /// The compression function of section 6.2.2 on the 64 bytes from `start`.
  private mutating func compress(_ bytes: Span<UInt8>, at start: Int) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for t in 0..<16 {
        let i = start + 4 * t
        w[t] = UInt32(bytes[i]) << 24 | UInt32(bytes[i + 1]) << 16 | UInt32(bytes[i + 2]) << 8 | UInt32(bytes[i + 3])
      }
      for t in 16..<64 {
        let small0 = w[t - 15].rotated(7) ^ w[t - 15].rotated(18) ^ (w[t - 15] &>> 3)
        let small1 = w[t - 2].rotated(17) ^ w[t - 2].rotated(19) ^ (w[t - 2] &>> 10)
        w[t] = w[t - 16] &+ small0 &+ w[t - 7] &+ small1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      for t in 0..<64 {
        let choice = (e & f) ^ (~e & g)
        let t1 = h &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ choice &+ SHA256.roundConstants[t] &+ w[t]
        let majority = (a & b) ^ (a & c) ^ (b & c)
        let t2 = (a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)) &+ majority
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
      }
      for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }
  }

  /// The first 32 bits of the fractional parts of the square roots of the first 8 primes, section 5.3.3.
  private static let initialState: [UInt32] = firstPrimes(8).map { fractionBits(root: 2, of: $0) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, section 4.2.2.
  private static let roundConstants: [UInt32] = firstPrimes(64).map { fractionBits(root: 3, of: $0) }

  private static func firstPrimes(_ count: Int) -> [UInt64] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }

  /// The low 32 bits of ⌊2³²·ᵏ√n⌋, bit by bit in integers, so that no rounding enters.
  private static func fractionBits(root: Int, of n: UInt64) -> UInt32 {
    let target = UInt128(n) << UInt128(32 * root)
    var value: UInt128 = 0
    for bit in stride(from: UInt128(36), through: 0, by: -1) {
      let trial = value | (1 << bit)
      let power = root == 2 ? trial * trial : trial * trial * trial
      if power <= target { value = trial }
    }
    return UInt32(truncatingIfNeeded: value)
  }
}

extension UInt32 {
  /// Rotated right by `count` bits.
  @inline(__always)
  fileprivate func rotated(_ count: UInt32) -> UInt32 { (self &>> count) | (self &<< (32 - count)) }
}
