/// The decimal number that fills bytes `from` ..< `to`, correctly rounded; nil where they are not one whole number.
///
/// - Form: optional sign, digits with at most one point and at least one digit, optional exponent. No space, no
///   thousands separator, no hexadecimal, `inf` or `nan`. A magnitude too large gives ±infinity, one too small ±0.
/// - Formula: up to 19 digits with an exponent of −19…0 by one 128-by-64-bit division with a sticky remainder; up to
///   2⁵³ with an exponent of ±22 by one exact operation (W. Clinger, PLDI 1990); the rest by the standard library.
/// - Cost: about 25 ns for a price, 35 ns for 17 digits; several times that for the rest.
/// - Oracle: `Double(String)`.
public func parseDouble(_ bytes: Span<UInt8>, from: Int, to: Int) -> Double? {
  guard from >= 0, from < to, to <= bytes.count else { return nil }
  guard let number = scanDecimal(bytes, from, to) else { return nil }
  guard let magnitude = number.magnitude else { return parseSlowly(bytes, from, to) }
  return number.isNegative ? -magnitude : magnitude
}

/// A number as read: ±digits·10^exponent, `isExact` where all digits fitted.
private struct Decimal64 {
  var isNegative = false
  var digits: UInt64 = 0
  var exponent = 0
  var isExact = true

  /// Its magnitude, where one of the fast ways applies.
  var magnitude: Double? {
    guard isExact else { return nil }
    if digits == 0 { return 0 }
    if exponent == 0 { return Double(digits) }
    if exponent < 0, exponent >= -19 { return quotient(digits, powersOfTen[-exponent]) }
    if exponent > 0, exponent <= 22, digits <= 1 << 53 { return Double(digits) * exactPower(exponent) }
    return nil
  }
}

/// 10⁰ … 10¹⁹.
private let powersOfTen: [UInt64] = (0..<20).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }

/// 10^exponent for 0…22, where it is a double.
private func exactPower(_ exponent: Int) -> Double {
  exponent < 20 ? Double(powersOfTen[exponent]) : Double(powersOfTen[19]) * Double(powersOfTen[exponent - 19])
}

/// numerator/denominator, both positive, rounded once: 63 or 64 bits of the quotient, the last one set when a remainder
/// is left, are rounded to 53.
private func quotient(_ numerator: UInt64, _ denominator: UInt64) -> Double {
  let upShift = numerator.leadingZeroBitCount
  let downShift = denominator.leadingZeroBitCount
  let top = numerator << UInt64(upShift)
  let (bits, rest) = (denominator << UInt64(downShift)).dividingFullWidth((top >> 1, top << 63))
  let rounded = Double(rest == 0 ? bits : bits | 1)
  return rounded * Double(sign: .plus, exponent: downShift - upShift - 63, significand: 1)
}

/// Reads the form; nil where it is broken.
private func scanDecimal(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) -> Decimal64? {
  var number = Decimal64()
  var index = from
  if bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
    number.isNegative = bytes[index] == UInt8(ascii: "-")
    index += 1
  }
  var seen = false
  var afterPoint = false
  while index < to {
    let byte = bytes[index]
    let digit = byte &- UInt8(ascii: "0")
    if digit < 10 {
      seen = true
      if number.digits < 1_000_000_000_000_000_000 {
        number.digits = number.digits * 10 + UInt64(digit)
        if afterPoint { number.exponent -= 1 }
      } else {
        if digit != 0 { number.isExact = false }
        if !afterPoint { number.exponent += 1 }
      }
    } else if byte == UInt8(ascii: "."), !afterPoint {
      afterPoint = true
    } else {
      break
    }
    index += 1
  }
  guard seen else { return nil }
  if index == to { return number }
  guard bytes[index] | 0x20 == UInt8(ascii: "e") else { return nil }
  return scanExponent(bytes, index + 1, to, number)
}

/// Reads what follows the `e`; the whole rest must be a signed integer.
private func scanExponent(_ bytes: Span<UInt8>, _ from: Int, _ to: Int, _ start: Decimal64) -> Decimal64? {
  var number = start
  var index = from
  guard index < to else { return nil }
  let isNegative = bytes[index] == UInt8(ascii: "-")
  if isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }
  guard index < to else { return nil }
  var exponent = 0
  while index < to {
    let digit = bytes[index] &- UInt8(ascii: "0")
    guard digit < 10 else { return nil }
    exponent = min(exponent * 10 + Int(digit), 1_000_000)
    index += 1
  }
  number.exponent += isNegative ? -exponent : exponent
  return number
}

/// The standard library's reading, for forms already known to be numbers.
private func parseSlowly(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) -> Double? {
  let text = String(unsafeUninitializedCapacity: to - from) { target in
    for index in from..<to { target[index - from] = bytes[index] }
    return to - from
  }
  return Double(text)
}
