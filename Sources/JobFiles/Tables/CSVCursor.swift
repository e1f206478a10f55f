/// One field of a record: which bytes it is.
struct CSVField {
  /// First byte, after an opening quote.
  var from = 0
  /// Behind its last byte, before a closing quote.
  var to = 0
  /// Whether it was written in quotes.
  var isQuoted = false
  /// Whether quotes inside it are doubled and must be halved when it is read as text.
  var hasDoubledQuotes = false

  /// Whether nothing stands there.
  var isEmpty: Bool { from == to }
}

/// What makes a record unreadable.
enum CSVDefect: String {
  /// The file ends inside quotes.
  case openQuote = "a quoted field is never closed"
  /// Something other than a separator follows a closing quote.
  case textAfterQuote = "text follows a closing quote"
  /// A quote stands inside a field that does not start with one.
  case strayQuote = "a quote stands inside an unquoted field"
  /// A NUL byte: not a text file.
  case nulByte = "the line holds a NUL byte"
}

/// Walks through the records of comma-separated text without copying it. RFC 4180, and more: a record ends with LF, CRLF,
/// CR or the end of the file; blanks around an unquoted field do not count; blank lines are passed over.
///
/// The bytes are handed in with each call, so that the cursor can be stored. The fields of the current record stay valid
/// until the next call; nothing is allocated per record.
struct CSVCursor {
  /// The fields of the current record, the first `fieldCount` of them.
  private(set) var fields: [CSVField]
  /// The number of fields of the current record; more than fit into `fields` are only counted.
  private(set) var fieldCount = 0
  /// The line on which the current record starts, counted from 1.
  private(set) var line = 0
  /// What is wrong with the current record.
  private(set) var defect: CSVDefect?
  private var position = 0
  private var nextLine = 1

  /// A cursor that keeps up to `capacity` ≥ 1 fields of a record.
  init(capacity: Int) { fields = [CSVField](repeating: CSVField(), count: capacity) }

  /// The cursor `other` where it stands, keeping up to `capacity` ≥ 1 fields of each record from now on.
  init(continuing other: CSVCursor, capacity: Int) {
    self = other
    fields = [CSVField](repeating: CSVField(), count: capacity)
  }

  /// Moves to the next record that is not blank; false at the end. A byte order mark at the start is skipped.
  mutating func advance(in bytes: Span<UInt8>) -> Bool {
    if position == 0, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    while position < bytes.count {
      readRecord(bytes)
      if fieldCount > 1 || !fields[0].isEmpty || fields[0].isQuoted || defect != nil { return true }
    }
    return false
  }

  /// Reads one record, blank or not, field by field.
  private mutating func readRecord(_ bytes: Span<UInt8>) {
    line = nextLine
    fieldCount = 0
    defect = nil
    var isLast = false
    while !isLast {
      while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
      var field = CSVField(from: position, to: position)
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        readQuoted(bytes, &field)
      } else {
        readPlain(bytes, &field)
      }
      if fieldCount < fields.count { fields[fieldCount] = field }
      fieldCount += 1
      isLast = endField(bytes)
    }
  }

  /// Reads up to the next separator and drops the blanks before it.
  private mutating func readPlain(_ bytes: Span<UInt8>, _ field: inout CSVField) {
    var index = position
    let end = bytes.count
    while index < end {
      let byte = bytes[index]
      if byte > UInt8(ascii: ",") {
        index += 1
        continue
      }
      if byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D { break }
      if byte == UInt8(ascii: "\"") { defect = defect ?? .strayQuote }
      if byte == 0 { defect = .nulByte }
      index += 1
    }
    position = index
    while index > field.from, Self.isBlank(bytes[index - 1]) { index -= 1 }
    field.to = index
  }

  /// Reads a field that starts with a quote, up to its closing quote and the blanks behind it.
  private mutating func readQuoted(_ bytes: Span<UInt8>, _ field: inout CSVField) {
    field.isQuoted = true
    position += 1
    field.from = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        guard position + 1 < bytes.count, bytes[position + 1] == byte else { break }
        field.hasDoubledQuotes = true
        position += 1
      } else if byte == 0x0A || (byte == 0x0D && !(position + 1 < bytes.count && bytes[position + 1] == 0x0A)) {
        nextLine += 1
      } else if byte == 0 {
        defect = .nulByte
      }
      position += 1
    }
    field.to = position
    guard position < bytes.count else {
      defect = .openQuote
      return
    }
    position += 1
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    if position < bytes.count, !Self.isSeparator(bytes[position]) {
      defect = .textAfterQuote
      while position < bytes.count, !Self.isSeparator(bytes[position]) { position += 1 }
    }
  }

  /// Steps over the separator; true if the record ends here.
  private mutating func endField(_ bytes: Span<UInt8>) -> Bool {
    guard position < bytes.count else {
      nextLine += 1
      return true
    }
    let byte = bytes[position]
    position += 1
    if byte == UInt8(ascii: ",") { return false }
    if byte == 0x0D, position < bytes.count, bytes[position] == 0x0A { position += 1 }
    nextLine += 1
    return true
  }

  /// A space or a tab.
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// What ends a field.
  private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D }
}

/// The bytes of `range` as an array.
func copied(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(range.count)
  for index in range { result.append(bytes[index]) }
  return result
}

extension CSVField {
  /// Its bytes, doubled quotes halved.
  func content(in bytes: Span<UInt8>) -> [UInt8] {
    let raw = copied(bytes, from..<to)
    guard hasDoubledQuotes else { return raw }
    var result: [UInt8] = []
    var skip = false
    for byte in raw {
      skip = byte == UInt8(ascii: "\"") && !skip
      if !skip { result.append(byte) }
    }
    return result
  }

  /// Its text; nil where it is not UTF-8.
  func text(in bytes: Span<UInt8>) -> String? { String(validating: content(in: bytes), as: UTF8.self) }

  /// Its text for a message, whatever the bytes.
  func shown(in bytes: Span<UInt8>) -> String { String(decoding: content(in: bytes), as: UTF8.self) }
}
