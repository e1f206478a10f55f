import Schema
import Testing

/// Texts from files as they stand in messages.
struct WordingTests {
  @Test func ordinaryTextIsQuoted() {
    #expect(quotedForMessage("BTC-PERP") == "'BTC-PERP'")
    #expect(quotedForMessage("größer ✓") == "'größer ✓'")
    #expect(quotedForMessage("") == "''")
  }

  @Test func terminalSequencesAreDisarmed() {
    #expect(quotedForMessage("\u{1B}[31mred\n") == "'\\u{1b}[31mred\\u{a}'")
    #expect(quotedForMessage("a\u{202E}b") == "'a\\u{202e}b'")
    #expect(holdsControlCharacters("a\u{7F}") && !holdsControlCharacters("plain text"))
  }

  @Test func longTextIsCut() {
    #expect(quotedForMessage(String(repeating: "x", count: 60)).count == 62)
    #expect(quotedForMessage(String(repeating: "x", count: 61)) == "'" + String(repeating: "x", count: 57) + "…'")
  }

  @Test func nearWordsAreFound() {
    #expect(nearestWord(to: "pahts", among: ["paths", "seed"]) == "paths")
    #expect(nearestWord(to: "flor", among: ["floor", "cap"]) == "floor")
    #expect(nearestWord(to: "foo", among: ["job", "seed"]) == nil)
    #expect(nearestWord(to: "x", among: []) == nil)
    #expect(nearestWord(to: String(repeating: "a", count: 100_000), among: ["a"]) == nil)
  }
}
