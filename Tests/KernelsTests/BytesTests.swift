import Foundation
import Kernels
import Testing

/// Bytes of files: digests, memory maps and numbers.
@Suite struct BytesTests {
  /// The examples of FIPS 180-4 as published by NIST; the million letters among them.
  @Test func digestsAreThePublishedOnes() {
    let cases: [(String, String)] = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    for (text, digest) in cases { #expect(SHA256.hexDigest(of: Array(text.utf8)) == digest) }
  }

  /// Every length around the block size, in one piece and in pieces of every size.
  @Test func aDigestDoesNotDependOnThePieces() {
    for length in 50..<140 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      let whole = SHA256.hexDigest(of: bytes)
      for size in [1, 3, 55, 64, 65] {
        var hash = SHA256()
        for start in stride(from: 0, to: length, by: size) {
          hash.update(bytes[start..<min(length, start + size)].span)
        }
        #expect(hash.hexDigest() == whole && hash.hexDigest() == whole)
      }
    }
  }

  @Test func aFileIsMappedAsItIs() throws {
    for size in [0, 1, 4096, 70_001] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      try withTemporaryFile(bytes) { path in
        let file = try MappedFile(path: path)
        #expect(file.count == size)
        let same = file.withBytes { view in
          view.count == size && view.indices.allSatisfy { view[$0] == bytes[$0] }
        }
        #expect(same)
        #expect(try SHA256.hexDigest(ofFile: path) == SHA256.hexDigest(of: bytes))
      }
    }
  }

  @Test func whatIsNoFileIsAnErrorWithItsReason() {
    let missing = #expect(throws: FileError.self) { try MappedFile(path: "/nowhere/prices.csv") }
    #expect(missing?.description == "cannot open /nowhere/prices.csv: No such file or directory")
    let folder = #expect(throws: FileError.self) { try MappedFile(path: "/") }
    #expect(folder?.description == "cannot map /: Is a directory")
    #expect(throws: FileError.self) { try SHA256.hexDigest(ofFile: "/nowhere") }
  }

  /// 100,000 numbers in the forms that files hold: fixed and scientific, of 1 to 19 digits and more.
  @Test func numbersAreReadAsTheStandardLibraryReadsThem() {
    for path in 0..<100_000 as Range<UInt64> {
      let text = numberText(KeyedDraws(seed: 9, path: path, purpose: .verification))
      #expect(parse(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }

  @Test(arguments: [
    "0", "-0", "+1", "1.", ".5", "-.5e1", "1e5", "1E+5", "1e-5", "00012", "0.1", "123456789012345678901234567890",
    "0.000000000000000000000000000000000001", "9007199254740993", "9007199254740992.9999999999", "1e22", "1e23",
    "8.5e22", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308", "1e309",
    "-1e999999999999999999", "1e-999999999999999999", "0e999999999999", "18446744073709551615", "18446744073709551616",
    "1.00000000000000011102230246251565404", "1.00000000000000011102230246251565405", "10000000000000000000",
    "1000000000000000000000.0", "0.3", "2.2250738585072011e-308",
  ])
  func numbersAtTheEdges(text: String) throws {
    let expected = try #require(Double(text))
    #expect(parse(text)?.bitPattern == expected.bitPattern, "\(text): \(String(describing: parse(text)))")
  }

  @Test(arguments: [
    "", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1e5.0", "1.2.3", " 1", "1 ", "1,000", "0x10", "nan", "inf",
    "infinity", "--1", "+-1", "1-", "1e5e5", "１", "1_000", "1d5", "$1",
  ])
  func whatIsNoNumberIsNil(text: String) { #expect(parse(text) == nil) }

  @Test func aNumberIsReadWithinItsBounds() {
    let bytes = Array("12,-3.5,x".utf8)
    #expect(parseDouble(bytes.span, from: 3, to: 7) == -3.5)
    #expect(parseDouble(bytes.span, from: 0, to: 2) == 12)
    for (from, to) in [(0, 99), (-1, 2), (5, 5), (6, 4), (99, 100), (0, Int.max)] {
      #expect(parseDouble(bytes.span, from: from, to: to) == nil)
    }
  }

  private func parse(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    return parseDouble(bytes.span, from: 0, to: bytes.count)
  }

  private func numberText(_ draws: KeyedDraws) -> String {
    let pick = { (factor: UInt32, limit: UInt64) in Int(draws.bits(step: 0, factor: factor) % limit) }
    let digits = String(draws.bits(step: 1, factor: 0)).prefix(1 + pick(0, 20))
    let more = pick(1, 8) == 0 ? String(draws.bits(step: 1, factor: 1)) : ""
    let sign = ["", "", "-", "+"][pick(2, 4)]
    let cut = pick(3, UInt64(digits.count + 1))
    let number = sign + digits.prefix(cut) + "." + digits.dropFirst(cut) + more
    switch pick(4, 4) {
    case 0: return number + "e" + String(pick(5, 60) - 30)
    case 1: return number + "E" + String(pick(5, 700) - 350)
    default: return number
    }
  }
}

/// A file with the given content in the folder for temporary files, removed afterwards.
private func withTemporaryFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
  let name = "kernels-tests-\(ProcessInfo.processInfo.processIdentifier)-\(bytes.count)"
  let file = FileManager.default.temporaryDirectory.appendingPathComponent(name)
  try Data(bytes).write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  try body(file.path)
}
