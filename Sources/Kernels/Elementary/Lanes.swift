import CLanes

/// Eight doubles side by side: one register with AVX-512, two with AVX2.
typealias Lanes = SIMD8<Double>
/// The same eight lanes as 64-bit words.
typealias Bits8 = SIMD8<UInt64>
/// The same eight lanes as signed integers.
typealias Integers8 = SIMD8<Int64>

// The standard library's operators between two vectors are single instructions. Those between a vector and a number, its
// conversions between lane types, `addingProduct`, `squareRoot` and `replacing(with:where:)` are loops over lanes, which
// the optimiser puts together again only now and then. So each is restated here by whole vectors.

extension Lanes {
  /// The lanes' IEEE 754 encodings, and back.
  @inline(__always) var bits: Bits8 { unsafeBitCast(self, to: Bits8.self) }
  @inline(__always) init(bits: Bits8) { self = unsafeBitCast(bits, to: Lanes.self) }

  /// The same encodings as signed integers, and back.
  @inline(__always) var integers: Integers8 { unsafeBitCast(self, to: Integers8.self) }
  @inline(__always) init(integers: Integers8) { self = unsafeBitCast(integers, to: Lanes.self) }

  /// self·a + b, rounded once.
  @inline(__always) func timesPlus(_ a: Lanes, _ b: Lanes) -> Lanes { plimsoll_fma(self, a, b) }
  @inline(__always) func timesPlus(_ a: Lanes, _ b: Double) -> Lanes { timesPlus(a, Lanes(repeating: b)) }
  @inline(__always) func timesPlus(_ a: Double, _ b: Lanes) -> Lanes { timesPlus(Lanes(repeating: a), b) }
  @inline(__always) func timesPlus(_ a: Double, _ b: Double) -> Lanes { timesPlus(Lanes(repeating: a), b) }

  @inline(__always) static func + (a: Lanes, b: Double) -> Lanes { a + Lanes(repeating: b) }
  @inline(__always) static func - (a: Lanes, b: Double) -> Lanes { a - Lanes(repeating: b) }
  @inline(__always) static func * (a: Lanes, b: Double) -> Lanes { a * Lanes(repeating: b) }
  @inline(__always) static func * (a: Double, b: Lanes) -> Lanes { Lanes(repeating: a) * b }
  @inline(__always) static func / (a: Double, b: Lanes) -> Lanes { Lanes(repeating: a) / b }

  /// The square root, correctly rounded.
  @inline(__always) var root: Lanes { plimsoll_sqrt(self) }

  /// `other` in the lanes where `mask` holds, self elsewhere.
  @inline(__always) func or(_ other: Lanes, where mask: SIMDMask<Integers8>) -> Lanes {
    plimsoll_select(unsafeBitCast(mask, to: Integers8.self), other, self)
  }
  @inline(__always) func or(_ other: Double, where mask: SIMDMask<Integers8>) -> Lanes {
    or(Lanes(repeating: other), where: mask)
  }

  @inline(__always) static func .< (a: Lanes, b: Double) -> SIMDMask<Integers8> { a .< Lanes(repeating: b) }
  @inline(__always) static func .<= (a: Lanes, b: Double) -> SIMDMask<Integers8> { a .<= Lanes(repeating: b) }
  @inline(__always) static func .> (a: Lanes, b: Double) -> SIMDMask<Integers8> { a .> Lanes(repeating: b) }
  @inline(__always) static func .== (a: Lanes, b: Double) -> SIMDMask<Integers8> { a .== Lanes(repeating: b) }
}

extension Bits8 {
  @inline(__always) static func & (a: Bits8, b: UInt64) -> Bits8 { a & Bits8(repeating: b) }
  @inline(__always) static func | (a: Bits8, b: UInt64) -> Bits8 { a | Bits8(repeating: b) }
  @inline(__always) static func ^ (a: Bits8, b: UInt64) -> Bits8 { a ^ Bits8(repeating: b) }
  @inline(__always) static func &+ (a: Bits8, b: UInt64) -> Bits8 { a &+ Bits8(repeating: b) }
  @inline(__always) static func &* (a: Bits8, b: UInt64) -> Bits8 { a &* Bits8(repeating: b) }
  @inline(__always) static func &<< (a: Bits8, b: UInt64) -> Bits8 { a &<< Bits8(repeating: b) }
  @inline(__always) static func &>> (a: Bits8, b: UInt64) -> Bits8 { a &>> Bits8(repeating: b) }
}

extension Integers8 {
  @inline(__always) static func &+ (a: Integers8, b: Int64) -> Integers8 { a &+ Integers8(repeating: b) }
  @inline(__always) static func &- (a: Integers8, b: Int64) -> Integers8 { a &- Integers8(repeating: b) }
  @inline(__always) static func &<< (a: Integers8, b: Int64) -> Integers8 { a &<< Integers8(repeating: b) }
  @inline(__always) static func &>> (a: Integers8, b: Int64) -> Integers8 { a &>> Integers8(repeating: b) }
}

/// Whether `mask` holds in any lane; the standard library's `any` is a loop.
@inline(__always)
func holdsAnywhere(_ mask: SIMDMask<Integers8>) -> Bool { plimsoll_any(unsafeBitCast(mask, to: Integers8.self)) }

/// Reads eight doubles from any address.
@inline(__always)
func lanes(_ source: UnsafePointer<Double>, _ index: Int) -> Lanes {
  UnsafeRawPointer(source + index).loadUnaligned(as: Lanes.self)
}

/// Writes eight doubles to any address.
@inline(__always)
func store(_ value: Lanes, _ target: UnsafeMutablePointer<Double>, _ index: Int) {
  UnsafeMutableRawPointer(target + index).storeBytes(of: value, as: Lanes.self)
}

/// out[i] = body(x[i]) for all of x, eight at a time; the last few are padded with ones, so that the bits of a result
/// never depend on where in the row its argument stood.
@inline(__always)
func mapLanes(_ x: Span<Double>, into out: inout MutableSpan<Double>, _ body: (Lanes) -> Lanes) {
  precondition(out.count >= x.count, "the row to fill is shorter than its source")
  let count = x.count
  let whole = count & ~7
  x.withUnsafeBufferPointer { source in
    out.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      for index in stride(from: 0, to: whole, by: 8) { store(body(lanes(source, index)), target, index) }
      if whole < count {
        var rest = Lanes(repeating: 1)
        for index in whole..<count { rest[index - whole] = source[index] }
        rest = body(rest)
        for index in whole..<count { target[index] = rest[index - whole] }
      }
    }
  }
}
