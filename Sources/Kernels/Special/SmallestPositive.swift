/// The smallest positive double for which a monotone condition holds: false below some point, true from there on.
///
/// Bisection over the encodings of the positive doubles, so that 64 evaluations settle any magnitude to the last bit;
/// +∞ where the condition holds for no finite number.
func smallestPositive(where condition: (Double) -> Bool) -> Double {
  var low: UInt64 = 0
  var high = Double.infinity.bitPattern
  while high - low > 1 {
    let middle = low + (high - low) / 2
    if condition(Double(bitPattern: middle)) { high = middle } else { low = middle }
  }
  return condition(0) ? 0 : Double(bitPattern: high)
}
