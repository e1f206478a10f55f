import Foundation
import JobFiles
import Schema
import Testing
import Venues

/// What is wrong with the CSV files is found row by row, and what the format allows is accepted.
struct TableProblemTests {
  static let header = "account,instrument,quantity,entry_price,isolated_collateral\n"

  static let rows: [(row: String, column: String, message: String)] = [
    ("alice,BTC-SPOT,nan,,", "quantity", "not allowed"),
    ("alice,BTC-SPOT,inf,,", "quantity", "not allowed"),
    ("alice,BTC-SPOT,1e999,,", "quantity", "not allowed"),
    ("alice,BTC-SPOT,,,", "quantity", "not allowed"),
    ("alice,BTC-SPOT,0x10,,", "quantity", "not allowed"),
    ("alice,BTC-SPOT,\"1,000\",,", "quantity", "not allowed"),
    ("alice,BTC-SPOT,1e30,,", "quantity", "too large"),
    ("alice,BTC-SPOT,1,5,", "entry_price", "only a perpetual has an entry price"),
    ("alice,BTC-SPOT,1,,5", "isolated_collateral", "only a perpetual"),
    ("bob,ETH-PERP,1,,5", "entry_price", "not allowed"),
    ("bob,ETH-PERP,1,-2000,5", "entry_price", "not allowed"),
    ("bob,ETH-PERP,1,0,5", "entry_price", "not allowed"),
    ("bob,ETH-PERP,1,2000,-5", "isolated_collateral", "not allowed"),
    ("bob,ETH-PERP,1,2000,0", "isolated_collateral", "not allowed"),
    ("bob,ETH-PREP,1,2000,5", "instrument", "unknown instrument"),
    ("bob,,1,2000,5", "instrument", "unknown instrument"),
    ("carol,ETH-PERP,1,2000,5", "account", "not in accounts.csv"),
    (",ETH-PERP,1,2000,5", "account", "missing"),
    ("alice,USD,1,,", "instrument", "duplicate"),
    ("alice,ETH-PERP,1,2000,5", "instrument", "duplicate"),
    ("alice,BTC-SPOT,1,", "", "another number of fields"),
    ("alice,BTC-SPOT,1,,,", "", "another number of fields"),
    ("alice,BTC\"SPOT,1,,", "", "a quote stands inside"),
    ("alice,\"BTC-SPOT\"x,1,,", "", "text follows a closing quote"),
    ("alice,\"BTC-SPOT,1,,", "", "never closed"),
    ("alice,BTC-SPOT\0,1,,", "", "NUL byte"),
  ]

  @Test(arguments: rows.indices) func badRowIsFound(_ index: Int) throws {
    let (row, column, message) = Self.rows[index]
    let place = try Workplace()
    try place.write("book/positions.csv", Workplace.good("book/positions.csv") + "\n" + row + "\n")
    let problems = place.problems()
    let expected = SourceLocation(file: "book/positions.csv", line: 8, keyPath: column)
    #expect(problems.contains { $0.location == expected && $0.message.contains(message) }, "\(problems)")
    #expect(problems.count == 1, "\(problems)")
  }

  @Test func everyBadRowIsReported() throws {
    let place = try Workplace()
    let rows = Self.rows.filter { !["too large", "duplicate", "never closed", "NUL byte"].contains($0.message) }
    try place.write(
      "book/positions.csv", Workplace.good("book/positions.csv") + "\n" + rows.map(\.row).joined(separator: "\n"))
    let lines = place.problems().compactMap(\.location.line)
    #expect(Set(lines) == Set(8..<8 + rows.count))
  }

  @Test func manyBadRowsAreCounted() throws {
    let place = try Workplace()
    let bad = String(repeating: "alice,BTC-SPOT,x,,\n", count: 5000)
    try place.write("book/positions.csv", Workplace.good("book/positions.csv") + "\n" + bad)
    let problems = place.problems()
    #expect(problems.count == 1001)
    #expect(problems.last?.message == "4000 more problems of this file are not listed")
  }

  @Test func duplicatesNameBothLines() throws {
    let place = try Workplace()
    try place.write("book/positions.csv", Workplace.good("book/positions.csv") + "\nalice,USD,5,,")
    #expect(place.problems().first?.found == "'alice' USD, first in line 2")
    // One across and one isolated are two positions.
    try place.write("book/positions.csv", Workplace.good("book/positions.csv") + "\nalice,ETH-PERP,5,2000,")
    #expect(place.problems().isEmpty)
    // So are a balance and a debt of one spot asset.
    try place.write("book/positions.csv", Workplace.good("book/positions.csv") + "\nbob,BTC-SPOT,-0.25,,")
    #expect(place.problems().isEmpty)
  }

  @Test func whatTheFormatAllowsIsAccepted() throws {
    let plain = try Workplace().load().venues[0].venue.book
    let forms = [
      Workplace.good("book/positions.csv").replacingOccurrences(of: "\n", with: "\r\n"),
      Workplace.good("book/positions.csv").replacingOccurrences(of: "\n", with: "\r"),
      "\u{FEFF}" + Workplace.good("book/positions.csv") + "\n\n\n  \n",
      Workplace.good("book/positions.csv").replacingOccurrences(of: "alice,", with: "\"alice\" , "),
      Workplace.good("book/positions.csv").replacingOccurrences(of: "\n", with: "\n\n"),
    ]
    for form in forms {
      let place = try Workplace()
      try place.write("book/positions.csv", form)
      let book = try place.load().venues[0].venue.book
      #expect(book.cash == plain.cash && book.quantity == plain.quantity && book.accounts == plain.accounts)
    }
  }

  @Test func linesAreCountedAsAnEditorDoes() throws {
    let bad = "alice,BTC-SPOT,x,,"
    for (text, line) in [
      (Self.header + bad, 2), (Self.header + "\n\n" + bad, 4),
      ((Self.header + "\n" + bad).replacingOccurrences(of: "\n", with: "\r\n"), 3),
      ((Self.header + "\n" + bad).replacingOccurrences(of: "\n", with: "\r"), 3),
      (Self.header + "\"al\nice\",USD,1,,\n" + bad, 4), (Self.header + "\"al\r\nice\",USD,1,,\n" + bad, 4),
    ] {
      let place = try Workplace()
      try place.write("book/positions.csv", text)
      let found = place.problems().first { $0.location.keyPath == "quantity" }
      #expect(found?.location.line == line, "\(text.debugDescription)")
    }
  }

  @Test func columnsComeInAnyOrder() throws {
    let place = try Workplace()
    try place.write(
      "book/positions.csv",
      "quantity,entry_price,account,instrument\n1,50000,bob,BTC-PERP\n-1,50000,alice,BTC-PERP\n1e6,,bob,USD\n")
    let book = try place.load().venues[0].venue.book
    #expect(book.cash == [950_000, 50_000] && book.quantity == [1, -1])
  }

  @Test func quotedNamesMayHoldAnything() throws {
    let place = try Workplace()
    try place.remove("book/accounts.csv")
    try place.write("book/positions.csv", Self.header + "\"a,\"\"b\"\"\",USD,5,,\n\"a,\"\"b\"\"\",BTC-PERP,1,5e4,\n")
    #expect(try place.load().venues[0].venue.book.accounts.map(\.id) == ["a,\"b\""])
  }

  @Test func headerFaultsAreFound() throws {
    let faults = [
      ("account,instrument,quantity\n", "a column is missing"),
      ("account,instrument,quantity,entry_price,colour\nalice,USD,1,,\n", "unknown column"),
      ("account,instrument,quantity,entry_price,account\n", "a column appears twice"),
      ("", "the file is empty"), ("\n\n", "the file is empty"), (Self.header, "the file has no rows"),
      ("PAR1\0\0", "the header cannot be read: the line holds a NUL byte"),
    ]
    for (text, message) in faults {
      let place = try Workplace()
      try place.write("book/positions.csv", text)
      let problems = place.problems()
      #expect(problems.contains { $0.location.file == "book/positions.csv" && $0.message == message }, "\(problems)")
    }
  }

  @Test func accountFaultsAreFound() throws {
    let faults = [
      ("bob,cross,x", "account", "duplicate account"), ("carol,margin,x", "mode", "unknown mode"),
      (",cross,x", "account", "missing"), ("car\u{1B}ol,cross,x", "account", "control characters"),
    ]
    for (row, column, message) in faults {
      let place = try Workplace()
      try place.write("book/accounts.csv", Workplace.good("book/accounts.csv") + "\n" + row)
      let problems = place.problems()
      let location = SourceLocation(file: "book/accounts.csv", line: 4, keyPath: column)
      #expect(problems.contains { $0.location == location && $0.message.contains(message) }, "\(problems)")
    }
  }

  @Test func thresholdsOfAccountsAreChecked() throws {
    let faults = [
      ("0.9,0.8", "ltv", "above the liquidation threshold"), ("0.9,", "liquidation_threshold", "not allowed"),
      ("1.2,1.3", "ltv", "not allowed"), ("x,0.5", "ltv", "not allowed"),
    ]
    for (pair, column, message) in faults {
      let place = try Workplace()
      try place.write(
        "book/accounts.csv", "account,mode,group,ltv,liquidation_threshold\nbob,,,\(pair)\nalice,,,,\n")
      let problems = place.problems()
      #expect(problems.contains { $0.location.keyPath == column && $0.message.contains(message) }, "\(problems)")
    }
    let place = try Workplace()
    try place.write("book/accounts.csv", "account,mode,group,ltv\nbob,,,0.5\nalice,,,\n")
    #expect(place.problems().first?.message == "ltv and liquidation_threshold come together or not at all")
  }

  @Test func isolatedAccountsPostForEveryPerpetual() throws {
    let place = try Workplace()
    try place.edit("book/accounts.csv", "alice,,retail", "alice,isolated,retail")
    let problem = try #require(place.problems().first)
    #expect("\(problem.location)" == "book/positions.csv:3: isolated_collateral")
  }

  @Test func namesOfIsolatedPositionsAreReserved() throws {
    let place = try Workplace()
    try place.write("book/accounts.csv", Workplace.good("book/accounts.csv") + "\nalice#ETH-PERP,cross,x")
    #expect(place.problems().map(\.message) == ["an account has the name that an isolated position gets"])
  }

  @Test func priceFaultsAreFound() throws {
    let faults: [(old: String, new: String, location: String, message: String)] = [
      ("50500", "-1", "prices.csv:3: BTC", "not allowed"), ("50500", "nan", "prices.csv:3: BTC", "not allowed"),
      ("50500", "", "prices.csv:3: BTC", "a replayed price is missing"),
      ("01T01:00Z", "01T25:00Z", "prices.csv:3: time_utc", "not allowed"),
      ("2026-01-01T01:00Z", "2026-02-30", "prices.csv:3: time_utc", "not allowed"),
      ("01T01:00Z", "01T00:00Z", "prices.csv:3: time_utc", "not later"),
      ("01T02:00Z", "01T02:30Z", "prices.csv:4", "not one step apart"),
      ("time_utc", "when", "prices.csv:1", "exactly one column of times"),
      ("BTC,ETH", "BTC,BTC", "prices.csv:1", "appears twice"),
      ("BTC,ETH", "BTC,SOL", "job.yaml:6: market.history", "no prices of an asset"),
      ("2026-01-01T03:00Z,48000,1900", "", "job.yaml:6: market.history", "do not fill the horizon"),
    ]
    for fault in faults {
      let place = try Workplace()
      try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { kind: replay }")
      try place.edit("job.yaml", "  calibration: market.yaml\n", "  calibration: market.yaml\n  history: prices.csv\n")
      try place.edit("job.yaml", "{ days: 2, stepHours: 1 }", "{ hours: 3 }")
      try place.edit("prices.csv", fault.old, fault.new)
      let problems = place.problems()
      #expect(
        problems.contains { "\($0.location)" == fault.location && $0.message.contains(fault.message) },
        "\(fault): \(problems)")
    }
  }

  @Test func replayedPathsStartTogether() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { kind: replay }")
    try place.edit("job.yaml", "  calibration: market.yaml\n", "  calibration: market.yaml\n  history: prices.csv\n")
    try place.edit("job.yaml", "{ days: 2, stepHours: 1 }", "{ hours: 1 }")
    try place.write("prices.csv", "path,hours,BTC,ETH\na,0,1,1\na,1,1,1\nb,0,2,1\nb,1,2,1\n")
    #expect(place.problems().map(\.message) == ["path 'b' starts at another price of BTC"])
  }
}
