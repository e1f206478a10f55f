import Foundation

/// Reads points in time in the forms that tables and jobs use, all UTC, and writes them.
enum UTCTime {
  /// What is accepted, for messages.
  static let allowed = "YYYY-MM-DD or YYYY-MM-DDTHH:MMZ"

  /// Hours since 1970-01-01T00:00Z of `YYYY-MM-DD`, `YYYY-MM-DDTHH:MMZ` or `YYYY-MM-DDTHH:MM:SSZ`; nil for anything else
  /// and for dates that do not exist.
  static func hours(_ text: some Sequence<UInt8>) -> Double? {
    let bytes = Array(text)
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes, 0..<4), let month = number(bytes, 5..<7), let day = number(bytes, 8..<10),
      let days = daysSinceEpoch(year: year, month: month, day: day)
    else { return nil }
    if bytes.count == 10 { return Double(days * 24) }
    guard let seconds = secondsOfDay(bytes) else { return nil }
    return Double(days * 24) + Double(seconds) / 3600
  }

  /// `YYYY-MM-DDTHH:MMZ` of hours since 1970-01-01T00:00Z, to the minute.
  static func text(_ hours: Double) -> String {
    let minutes = (hours * 60).rounded()
    guard abs(minutes) < 1e11 else { return "\(hours) h" }
    let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().dateSeparator(.dash)
      .time(includingFractionalSeconds: false).timeSeparator(.colon)
    return String(Date(timeIntervalSince1970: minutes * 60).formatted(style).prefix(16)) + "Z"
  }

  /// The clock time behind the date.
  private static func secondsOfDay(_ bytes: [UInt8]) -> Int? {
    guard bytes.count == 17 || bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes.last == UInt8(ascii: "Z"), let hour = number(bytes, 11..<13), let minute = number(bytes, 14..<16),
      hour < 24, minute < 60
    else { return nil }
    if bytes.count == 17 { return hour * 3600 + minute * 60 }
    guard bytes[16] == UInt8(ascii: ":"), let second = number(bytes, 17..<19), second < 60 else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  /// The number that some digits make; nil where one of them is none.
  private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    var value = 0
    for byte in bytes[range] {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the leap day comes
  /// last.
  private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(month), (1...lengths[month - 1]).contains(day), year >= 1 else { return nil }
    let marchYear = month > 2 ? year : year - 1
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
  }
}
