import Foundation
import JobFiles
import Reports
import Schema
import Testing
import Venues

/// A folder of its own for one test, removed when the test is over.
private final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "synthesis-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, as name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  func text(of name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

private enum Texts {
  static let market = """
    assets:
      - { id: BTC, price: 60000.0, volatility: 0.6, drift: 0 }
      - { id: DOGE, price: 0.1, volatility: 1.2, drift: 0 }
    correlation: { matrix: [[1.0, 0.6], [0.6, 1.0]] }
    """
  static let venue = """
    venue: test
    description: "a test"
    settlement: USD
    synthetic: true
    assets:
      - { id: BTC, averageDailyVolume: 1.0e9, halfSpread: 0.0001 }
      - { id: DOGE, averageDailyVolume: 2.0e7, halfSpread: 0.0001 }
    instruments:
      - { id: USD, kind: settlement }
      - { id: BTC-SPOT, kind: spot, asset: BTC, collateralWeight: { initial: 0.8, maintenance: 0.9 } }
      - { id: BTC-PERP, kind: perpetual, asset: BTC, margin: table, funding: { rate: 0.0001, intervalHours: 8 } }
      - { id: "DOGE,PERP", kind: perpetual, asset: DOGE, margin: table, funding: { rate: 0.0001, intervalHours: 8 } }
    margin:
      table:
        - { from: 0, initial: 0.05, maintenance: 0.03 }
        - { from: 100000, initial: 0.1, maintenance: 0.06 }
    liquidation: { policy: partial, targetBuffer: 0.1, penalty: 0.01, reserveShare: 0.5, waves: 8 }
    impact: { coefficient: 1.0, exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4, dailyVolatility: from-calibration }
    reserve: { balance: 1000000 }
    lossAllocation: socialise
    """
  static let specification = """
    kind: perpetual-book
    synthetic: true
    venue: venue.yaml
    market: market.yaml
    seed: 7
    accounts: 400
    equity: { minimum: 100, maximum: 1000000, body: { kind: lognormal, median: 1000, sigma: 2 } }
    groups: [{ name: retail, from: 0 }, { name: professional, from: 50000 }]
    leverage: { kind: lognormal, median: 3, sigma: 1, minimum: 0.01 }
    positionsPerAccount: { 1: 0.6, 2: 0.4 }
    marketShares: { BTC-PERP: 0.8, "DOGE,PERP": 0.2 }
    longShare: 0.5
    entry: { meanHoldingDays: 3 }
    isolated: { accounts: 0.2, equityShare: 0.8 }
    collateral: [{ instrument: BTC-SPOT, accounts: 0.2, equityShare: [0.2, 0.5] }]
    marketMakers: { accounts: 5, leverage: 2 }
    """
}

@Suite("Files of synthetic books")
struct SynthesisFilesTests {
  private func folder(specification: String = Texts.specification, venue: String = Texts.venue) throws -> Folder {
    let folder = try Folder()
    _ = try folder.write(specification, as: "synthesis.yaml")
    _ = try folder.write(venue, as: "venue.yaml")
    _ = try folder.write(Texts.market, as: "market.yaml")
    return folder
  }

  private func problems(specification: String, venue: String = Texts.venue) throws -> [Problem] {
    let folder = try folder(specification: specification, venue: venue)
    do {
      _ = try SynthesisSpec.load(path: "\(folder.path)/synthesis.yaml")
      return []
    } catch {
      return error.all
    }
  }

  @Test func aWrittenBookIsReadBackAsItWasMade() throws {
    let folder = try folder()
    let spec = try SynthesisSpec.load(path: "\(folder.path)/synthesis.yaml")
    let made = try spec.synthesize()
    #expect(try spec.write(made, to: folder.path) == ["accounts.csv", "book.yaml", "positions.csv"])
    let read = try Portfolio.validate(folder: folder.path)
    let book = made.laidOut()
    #expect(read.warnings.isEmpty && read.venue.isSynthetic)
    #expect(read.venue.book.accounts.map(\.id) == book.accounts.map(\.id))
    #expect(read.venue.book.accounts.map(\.owner) == book.accounts.map(\.owner))
    #expect(read.venue.book.groups == book.groups)
    #expect(read.venue.book.quantity == book.quantity)
    #expect(read.venue.book.cash == book.cash)
  }

  @Test func theSameBytesAgain() throws {
    let folder = try folder()
    let spec = try SynthesisSpec.load(path: "\(folder.path)/synthesis.yaml")
    try spec.write(spec.synthesize(), to: folder.path)
    let first = try ["accounts.csv", "positions.csv", "book.yaml"].map(folder.text)
    try spec.write(spec.synthesize(), to: folder.path)
    #expect(try ["accounts.csv", "positions.csv", "book.yaml"].map(folder.text) == first)
    #expect(
      folder.names == ["accounts.csv", "book.yaml", "market.yaml", "positions.csv", "synthesis.yaml", "venue.yaml"])
    let other = try SynthesisSpec.load(path: "\(folder.path)/synthesis.yaml", seed: 8)
    try other.write(other.synthesize(), to: folder.path)
    #expect(try folder.text(of: "positions.csv") != first[1])
    #expect(try folder.text(of: "book.yaml").contains("seed: 8\n"))
  }

  @Test func anotherFolderGetsTheVenueAndTheMarketToo() throws {
    let source = try folder(), target = try Folder()
    let spec = try SynthesisSpec.load(path: "\(source.path)/synthesis.yaml")
    try spec.write(spec.synthesize(), to: target.path + "/new")
    #expect(try Portfolio.validate(folder: target.path + "/new").venue.id == "test")
    _ = try target.write("venue: other", as: "new/venue.yaml")
    #expect(throws: IOFailure.self) { try spec.write(spec.synthesize(), to: target.path + "/new") }
  }

  @Test func whatCannotBeWrittenLeavesNothingBehind() throws {
    let folder = try folder()
    let spec = try SynthesisSpec.load(path: "\(folder.path)/synthesis.yaml")
    let book = try spec.synthesize()
    #expect(throws: IOFailure.self) { try spec.write(book, to: "\(folder.path)/venue.yaml/inside") }
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/book.yaml/occupied", withIntermediateDirectories: true)
    #expect(throws: IOFailure.self) { try spec.write(book, to: folder.path) }
    #expect(folder.names.contains("book.yaml") && !folder.names.contains("positions.csv"))
    #expect(!folder.names.contains { $0.hasPrefix(".") })
  }

  @Test(arguments: [
    ("kind: perpetual-book", "kind: perpetual-boook", "kind"), ("kind: perpetual-book\n", "", "kind"),
    ("synthetic: true", "synthetic: false", "synthetic"), ("seed: 7\n", "", "seed"), ("seed: 7", "seed: -1", "seed"),
    ("venue: venue.yaml", "venue: nowhere.yaml", "venue"), ("market: market.yaml", "market: [1]", "market"),
    ("accounts: 400", "accounts: 400\nacounts: 3", "acounts"),
    ("BTC-PERP: 0.8", "ETH-PERP: 0.8", "marketShares.ETH-PERP"),
    ("longShare: 0.5", "longShare: .nan", "longShare"), ("leverage: {", "leverage: { floor: 1,", "leverage.floor"),
  ])
  func flawsAreReportedWithTheirPlace(written: String, instead: String, key: String) throws {
    let found = try problems(specification: Texts.specification.replacing(written, with: instead))
    #expect(found.contains { $0.location.keyPath == key && $0.location.file.hasSuffix("synthesis.yaml") }, "\(found)")
    #expect(found.allSatisfy { $0.location.line != nil })
  }

  @Test func aPerpetualWithoutATableCannotBeInABook() throws {
    let venue = Texts.venue.replacing("asset: BTC, margin: table", with: "asset: BTC")
    let found = try problems(specification: Texts.specification, venue: venue)
    #expect(found.contains { $0.location.keyPath == "marketShares.BTC-PERP" }, "\(found)")
  }

  @Test func aMissingSpecificationIsAProblem() {
    #expect(throws: Problems.self) { try SynthesisSpec.load(path: "/nowhere/synthesis.yaml") }
  }

  @Test func theComparisonHasALineForEveryAggregate() throws {
    let folder = try folder()
    let book = try SynthesisSpec.load(path: "\(folder.path)/synthesis.yaml").synthesize()
    let lines = book.comparison.text.split(separator: "\n")
    #expect(lines.count == book.aggregates.count + 2)
    let makers = try #require(lines.first { $0.hasPrefix("accounts, market-maker") })
    #expect(makers.split(separator: " ").suffix(2) == ["5", "5"])
  }

  /// The books in the repository belong to the specifications, venues and markets beside them.
  @Test(arguments: ["perpetual-venue", "lending-pool", "options-venue"]) func embeddedBooksAreUpToDate(name: String)
    throws
  {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let source = root.appending(path: "Portfolios/\(name)").path
    let spec = try SynthesisSpec.load(path: "\(source)/synthesis.yaml")
    let target = try Folder()
    let names = try spec.write(spec.synthesize(), to: target.path)
    #expect(names == ["venue.yaml", "market.yaml", "accounts.csv", "book.yaml", "positions.csv"])
    #expect(try target.text(of: "book.yaml") == String(contentsOfFile: "\(source)/book.yaml", encoding: .utf8))
    #expect(try target.text(of: "accounts.csv") == String(contentsOfFile: "\(source)/accounts.csv", encoding: .utf8))
  }
}
