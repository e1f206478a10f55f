import JobFiles
import Kernels
import Schema
import Testing

/// Whatever the bytes, loading gives a job or a list of problems; it never traps and never throws an empty list.
struct FuzzTests {
  /// Mutations of each kind of file; the first of them change little, so that they get past the first check.
  static let mutations = 350

  @Test(arguments: Workplace.names) func mutatedFilesGiveAJobOrProblems(_ name: String) throws {
    let place = try Workplace()
    try place.edit("job.yaml", "innovations: student-t", "innovations: as-dependence")
    if name == "prices.csv" {
      try place.edit("job.yaml", "kind: garch, innovations: as-dependence", "kind: replay")
      try place.edit("job.yaml", "  calibration: market.yaml\n", "  calibration: market.yaml\n  history: prices.csv\n")
      try place.edit("job.yaml", "{ days: 2, stepHours: 1 }", "{ hours: 3 }")
      try place.edit("job.yaml", "paths: 1000", "paths: 1")
    }
    #expect(place.problems().isEmpty)
    let good = Array(Workplace.good(name).utf8)
    var jobs = 0
    for index in 0..<Self.mutations {
      let bytes = mutated(good, seed: UInt64(index))
      try place.write(name, bytes)
      do {
        _ = try place.load()
        jobs += 1
      } catch {
        #expect(!error.all.isEmpty, "\(name), mutation \(index)")
        _ = error.description
      }
    }
    // Some mutations fall into comments, names and spare digits; most must be caught.
    #expect(jobs < Self.mutations * 3 / 4)
  }

  @Test func mutatedBarsGiveAJobOrProblems() throws {
    let place = try BarHistoryTests.workplace()
    #expect(place.problems().isEmpty)
    let good = Array(BarHistoryTests.bars.utf8)
    var jobs = 0
    for index in 0..<Self.mutations {
      try place.write("bars.csv", mutated(good, seed: UInt64(index)))
      do {
        _ = try place.load()
        jobs += 1
      } catch {
        #expect(!error.all.isEmpty, "mutation \(index)")
        _ = error.description
      }
    }
    #expect(jobs < Self.mutations * 3 / 4)
  }

  @Test func randomBytesGiveProblems() throws {
    let place = try Workplace()
    for name in Workplace.names where name != "prices.csv" {
      let draws = KeyedDraws(seed: 99, path: 0, purpose: .synthesis)
      for index in 0..<40 {
        let size = Int(draws.bits(step: UInt32(index), factor: 0) % 400)
        let bytes = (0..<size).map {
          UInt8(truncatingIfNeeded: draws.bits(step: UInt32(index), factor: UInt32($0 + 1)))
        }
        try place.write(name, bytes)
        #expect(!place.problems().isEmpty, "\(name), \(index)")
      }
      try place.write(name, Workplace.good(name))
    }
  }

  /// Up to six flips, cuts, repetitions and insertions of bytes and of words that mean something somewhere.
  private func mutated(_ good: [UInt8], seed: UInt64) -> [UInt8] {
    let draws = KeyedDraws(seed: seed, path: 1, purpose: .synthesis)
    var bytes = good
    for change in 0..<UInt32(1 + seed % 6) {
      let draw = { (factor: UInt32, bound: Int) in
        bound < 1 ? 0 : Int(draws.bits(step: change, factor: factor) % UInt64(bound))
      }
      let at = draw(1, bytes.count + 1)
      let length = min(draw(2, 12), bytes.count - at)
      switch draw(0, 8) {
      case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(draw(3, 8))
      case 1 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: draw(3, 256))
      case 2: bytes.removeSubrange(at..<at + length)
      case 3: bytes.removeSubrange(at...)
      case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: draw(3, bytes.count + 1))
      case 5:
        bytes.insert(contentsOf: (0..<length).map { UInt8(truncatingIfNeeded: draw(4 + UInt32($0), 256)) }, at: at)
      default:
        let words = Self.words
        bytes.insert(contentsOf: words[draw(3, words.count)].utf8, at: at)
      }
    }
    return bytes
  }

  private static let words = [
    "nan", "inf", "-", "1e308", "1e-320", "9223372036854775808", "-9223372036854775808", "null", "~", "[", "]", "{",
    "}",
    ":", ": ", "- ", "\n", "\r", "\"", "'", ",", ",,", "#", "&a ", "*a ", "!!int ", "? ", "|\n", ">\n", "%YAML 1.2\n",
    "---\n",
    "\0", "\u{FEFF}", "\u{1F600}", "0x1p3", "true", "<<: ", "\t", "  ", "account", "path", "1970-01-01", "-0", "e",
  ]
}
