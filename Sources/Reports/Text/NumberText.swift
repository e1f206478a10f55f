import Foundation

/// Turns numbers into what a person reads: three significant digits, a unit, and `n/a` for what is undefined.
///
/// The locale never matters. Minus is U+2212 and the space before a unit does not break; `plain` turns both into ASCII
/// for terminals and Markdown.
package enum NumberText {
  /// Whether zeros at the end say something.
  package enum Style {
    /// A stated figure: `1 %`, a level, a limit, a tick of an axis.
    case stated
    /// An estimate: `1.00 %`, all three digits whatever they are.
    case measured
  }

  /// What stands for an undefined number.
  package static let undefined = "n/a"
  /// The space between a number and its unit.
  package static let space = "\u{00A0}"

  /// Money in steps of a thousand: `812`, `12.3 k`, `1.23 M`, `4.56 B`, `7.89 T`; less than half a cent is `0`.
  package static func money(_ value: Double, _ style: Style) -> String {
    guard value.isFinite else { return undefined }
    let size = abs(value)
    if size < 0.005 { return "0" }
    if size < 999.5 { return signed(value, significant(size, style)) }
    for (scale, suffix) in [(1e3, "k"), (1e6, "M"), (1e9, "B")] where size < scale * 999.5 {
      return signed(value, significant(size / scale, style) + space + suffix)
    }
    if size < 1e16 { return signed(value, significant(size / 1e12, style) + space + "T") }
    return signed(value, String(format: "%.2e", size))
  }

  /// A fraction as a percentage: `0 %`, `12.3 %`, `0.012 %`, `99.995 %`; below 0.001 % as `1.2e-6`.
  package static func percent(_ fraction: Double, _ style: Style) -> String {
    guard fraction.isFinite else { return undefined }
    let percentage = abs(fraction) * 100
    if percentage == 0 { return "0" + space + "%" }
    if percentage < 0.001 { return signed(fraction, String(format: "%.1e", abs(fraction))) }
    if percentage >= 1e7 { return signed(fraction, String(format: "%.2e", percentage)) + space + "%" }
    return signed(fraction, percentageDigits(percentage, style)) + space + "%"
  }

  /// A pure number with three significant digits: `0.123`, `1.23`, `1,234`, `1.2e-5`.
  package static func ratio(_ value: Double, _ style: Style) -> String {
    guard value.isFinite else { return undefined }
    let size = abs(value)
    if size == 0 { return "0" }
    if size < 0.001 || size >= 1e9 { return signed(value, String(format: "%.2e", size)) }
    return signed(value, significant(size, style))
  }

  /// Hours: `0.5 h`, `36 h`.
  package static func hours(_ value: Double, _ style: Style) -> String {
    value.isFinite ? ratio(value, style) + space + "h" : undefined
  }

  /// Stated money.
  package static func money(_ value: Double) -> String { money(value, .stated) }

  /// A stated percentage.
  package static func percent(_ fraction: Double) -> String { percent(fraction, .stated) }

  /// A stated number.
  package static func ratio(_ value: Double) -> String { ratio(value, .stated) }

  /// Stated hours.
  package static func hours(_ value: Double) -> String { hours(value, .stated) }

  /// A whole number with thousands marked by commas.
  package static func count(_ value: Int) -> String { grouped(String(value)) }

  /// A memory or file size in binary units: `12.3 MiB`.
  package static func bytes(_ value: Int) -> String {
    let size = Double(value)
    for (scale, unit) in [(1024.0, "KiB"), (1_048_576, "MiB")] where size < scale * 1024 {
      return size < 1024 ? "\(value)" + space + "B" : significant(size / scale) + space + unit
    }
    return significant(size / 1_073_741_824) + space + "GiB"
  }

  /// A duration: `0.42 s`, `75.3 s`, `12 min 5 s`.
  package static func seconds(_ value: Double) -> String {
    guard value.isFinite, value < 1e12 else { return undefined }
    if value < 120 { return ratio(value) + space + "s" }
    let whole = Int(value.rounded())
    return "\(whole / 60)\(space)min\(space)\(whole % 60)\(space)s"
  }

  /// The same text in ASCII signs: ordinary spaces and hyphen-minus.
  package static func plain(_ text: String) -> String {
    text.replacing("\u{00A0}", with: " ").replacing("\u{2212}", with: "-")
  }

  /// Puts the sign of `value` before the digits of its size.
  private static func signed(_ value: Double, _ digits: String) -> String { value < 0 ? "\u{2212}" + digits : digits }

  /// Three significant digits without an exponent; `size` is finite and positive.
  private static func significant(_ size: Double, _ style: Style = .stated) -> String {
    let decimals: Int
    switch size {
    case 99.95...: decimals = 0
    case 9.995...: decimals = 1
    case 0.9995...: decimals = 2
    default: decimals = min(6, 2 - Int(log10(size).rounded(.down)))
    }
    return grouped(shortened(String(format: "%.\(decimals)f", size), style))
  }

  /// Digits of a percentage: more of them close to 0 and close to 100, where each counts.
  private static func percentageDigits(_ percentage: Double, _ style: Style) -> String {
    if percentage < 1 {
      return shortened(String(format: "%.\(1 - Int(log10(percentage).rounded(.down)))f", percentage), style)
    }
    if percentage > 99, percentage < 100 {
      let decimals = min(4, 1 - Int(log10(100 - percentage).rounded(.down)))
      return shortened(String(format: "%.\(decimals)f", percentage), style)
    }
    return significant(percentage, style)
  }

  /// Cuts zeros after the point of a stated figure: `2.00` becomes `2`.
  private static func shortened(_ digits: String, _ style: Style) -> String {
    guard style == .stated, digits.contains(".") else { return digits }
    var text = Substring(digits)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return String(text)
  }

  /// Puts a comma before each group of three digits left of the point.
  private static func grouped(_ digits: String) -> String {
    let whole = digits.prefix { $0 != "." }
    var text = ""
    for (index, digit) in whole.enumerated() {
      let left = whole.count - index
      if index > 0, left % 3 == 0, text.last != "-" { text.append(",") }
      text.append(digit)
    }
    return text + digits[whole.endIndex...]
  }
}
