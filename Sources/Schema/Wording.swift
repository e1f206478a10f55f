/// A text as it stands in a message: in quotes, cut after 60 characters, control characters shown by their number.
///
/// What a file holds may reach a terminal; an escape sequence in it must not.
public func quotedForMessage(_ text: String) -> String {
  let head = text.unicodeScalars.prefix(61)
  var shown = "'"
  for scalar in head.prefix(head.count > 60 ? 57 : 60) {
    if isControl(scalar) {
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      shown.unicodeScalars.append(scalar)
    }
  }
  return shown + (head.count > 60 ? "…'" : "'")
}

/// Whether a text holds characters that steer a terminal or are not seen: no name should.
public func holdsControlCharacters(_ text: String) -> Bool { text.unicodeScalars.contains(where: isControl) }

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
  return switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
  default: false
  }
}

/// The word of a list that somebody who wrote `word` probably meant; nil where none is close.
public func nearestWord(to word: String, among words: [String]) -> String? {
  guard word.utf8.count <= 64 else { return nil }
  let ranked = words.filter { $0.utf8.count <= 64 }.map { (word: $0, distance: editDistance($0, word)) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(1, (word.count + 1) / 3) ? best.word : nil
}

/// The number of single-letter insertions, deletions and replacements between two words (Levenshtein, 1966).
func editDistance(_ a: String, _ b: String) -> Int {
  let left = Array(a), right = Array(b)
  var row = Array(0...right.count)
  for i in left.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in right.indices {
      let substitution = diagonal + (left[i] == right[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[right.count]
}
