/// Numbers names in the order they first appear, found again by their bytes without making a `String`.
///
/// Open addressing with linear probing over FNV-1a hashes (Fowler, Noll, Vo, 1991), at most half full.
struct NameIndex {
  /// All names, one after the other.
  private var storage: [UInt8] = []
  /// Name n is `storage[starts[n]..<starts[n + 1]]`.
  private var starts: [Int] = [0]
  private var hashes: [UInt32] = []
  /// Number of a name plus one; 0 is free. The size is a power of two.
  private var slots = [Int32](repeating: 0, count: 64)

  /// The number of names.
  var count: Int { hashes.count }

  /// The number of the name in `range` of `bytes`; nil if it is unknown.
  func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let hash = Self.hash(bytes, range)
    return probe(bytes, range, hash).found
  }

  /// The number of a name; nil if it is unknown.
  func find(_ name: [UInt8]) -> Int? { find(name.span, 0..<name.count) }

  /// The number of the name in `range` of `bytes`, a new one where it is unknown.
  mutating func insert(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (number: Int, isNew: Bool) {
    let hash = Self.hash(bytes, range)
    let place = probe(bytes, range, hash)
    if let found = place.found { return (found, false) }
    for index in range { storage.append(bytes[index]) }
    starts.append(storage.count)
    hashes.append(hash)
    slots[place.slot] = Int32(truncatingIfNeeded: hashes.count)
    if hashes.count * 2 > slots.count { grow() }
    return (hashes.count - 1, true)
  }

  /// The number of a name, a new one where it is unknown.
  mutating func insert(_ name: [UInt8]) -> (number: Int, isNew: Bool) { insert(name.span, 0..<name.count) }

  /// Whether name `number` is the one in `range` of `bytes`.
  func isName(_ number: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let start = starts[number]
    guard starts[number + 1] - start == range.count else { return false }
    for offset in 0..<range.count where storage[start + offset] != bytes[range.lowerBound + offset] { return false }
    return true
  }

  /// The bytes of name `number`.
  func bytes(of number: Int) -> ArraySlice<UInt8> { storage[starts[number]..<starts[number + 1]] }

  /// Name `number` as text; bytes that are not UTF-8 are replaced.
  func text(of number: Int) -> String { String(decoding: bytes(of: number), as: UTF8.self) }

  /// The name's number if it is known, and the slot where it is or would be.
  private func probe(_ bytes: Span<UInt8>, _ range: Range<Int>, _ hash: UInt32) -> (found: Int?, slot: Int) {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if hashes[number] == hash, isName(number, bytes, range) { return (number, slot) }
      slot = (slot + 1) & mask
    }
    return (nil, slot)
  }

  /// Doubles the slots and places every name anew.
  private mutating func grow() {
    var larger = [Int32](repeating: 0, count: slots.count * 2)
    let mask = larger.count - 1
    for (number, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = Int32(truncatingIfNeeded: number + 1)
    }
    slots = larger
  }

  /// FNV-1a of 32 bits; the high bits are folded down because the low ones choose the slot.
  private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for index in range { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
    return hash ^ (hash >> 15)
  }
}
