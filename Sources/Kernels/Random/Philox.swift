/// One block of the Philox4x32-10 generator: four words that pass for independent uniform ones, as a pure function of a
/// counter and a key.
///
/// - Formula: ten rounds of two 32 × 32 → 64 bit products each, with a Weyl sequence added to the key in between.
///   J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 3.3.
/// - Layout: counter and result word 0 first, as in the paper's library.
/// - Cost: about 10 ns; the vector form in `philoxLanes` makes eight blocks in the time of one.
/// - Oracle: the known-answer vectors published with the paper's library.
public func philox4x32(counter: [4 of UInt32], key: [2 of UInt32]) -> [4 of UInt32] {
  var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
  var (k0, k1) = (key[0], key[1])
  for _ in 0..<10 {
    let even = UInt32(truncatingIfNeeded: PhiloxConstant.multiplier0).multipliedFullWidth(by: c0)
    let odd = UInt32(truncatingIfNeeded: PhiloxConstant.multiplier1).multipliedFullWidth(by: c2)
    (c0, c1, c2, c3) = (odd.high ^ c1 ^ k0, odd.low, even.high ^ c3 ^ k1, even.low)
    k0 &+= UInt32(truncatingIfNeeded: PhiloxConstant.weyl0)
    k1 &+= UInt32(truncatingIfNeeded: PhiloxConstant.weyl1)
  }
  return [c0, c1, c2, c3]
}

/// The four constants of the generator, in 64-bit words for the vector form.
enum PhiloxConstant {
  @inline(__always) static var multiplier0: UInt64 { 0xD251_1F53 }
  @inline(__always) static var multiplier1: UInt64 { 0xCD9E_8D57 }
  @inline(__always) static var weyl0: UInt64 { 0x9E37_79B9 }
  @inline(__always) static var weyl1: UInt64 { 0xBB67_AE85 }
}
