import Foundation
import Testing

/// `plimsoll validate` and `plimsoll synthesize`.
@Suite("Other commands")
struct OtherCommandTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test("validate sums up what it found right")
  func validate() throws {
    let job = try shop.plimsoll("validate", "Jobs/two-accounts.yaml")
    #expect(job.status == 0 && job.messages.isEmpty)
    #expect(job.output == "Jobs/two-accounts.yaml: ok, 1 asset, 2 accounts, 1 margin model, 1 path of 4 steps\n")
    let portfolio = try shop.plimsoll("validate", "Portfolios/two-accounts")
    #expect(portfolio.output == "Portfolios/two-accounts: ok, 2 instruments, 2 accounts, 2 positions\n")
    #expect(shop.entries("Results").isEmpty)
  }

  @Test("validate takes overrides for a job and refuses them for a portfolio")
  func overrides() throws {
    let changed = try shop.plimsoll("validate", "Jobs/drawn.yaml", "--set", "horizon.hours=24", "--set", "paths=7")
    #expect(changed.output.hasSuffix("2 margin models, 7 paths of 24 steps\n"))
    let wrong = try shop.plimsoll("validate", "Portfolios/two-accounts", "--set", "paths=7")
    #expect(wrong.status == 64 && wrong.messages.contains("--set changes a job"))
  }

  @Test("validate finds what is wrong with a portfolio by itself")
  func portfolio() throws {
    try shop.edit("Portfolios/two-accounts/venue.yaml", "penalty: 0.01", "penalty: lots")
    let outcome = try shop.plimsoll("validate", "Portfolios/two-accounts")
    #expect(outcome.status == 65)
    #expect(outcome.messages.contains("Portfolios/two-accounts/venue.yaml:14: liquidation.penalty"))
    #expect(outcome.messages.hasSuffix("error: 1 problem found\n"))
    #expect(try shop.plimsoll("validate", "Jobs").status == 74)
  }

  @Test("synthesize writes the same marked portfolio for the same seed, and another for another")
  func synthesize() throws {
    let source = Command.root.appendingPathComponent("Portfolios/lending-pool/synthesis.yaml").path
    func portfolio(_ name: String, _ options: [String] = []) throws -> String {
      let outcome = try shop.plimsoll.run(["synthesize", source, "--out", name] + options)
      #expect(outcome.status == 0, "\(outcome.messages)")
      #expect(outcome.output.contains("to \(name)"))
      #expect(try shop.read("\(name)/book.yaml").contains("synthetic: true"))
      #expect(try shop.plimsoll("validate", name).status == 0)
      return try shop.read("\(name)/positions.csv")
    }
    let first = try portfolio("a")
    #expect(try portfolio("b") == first)
    #expect(try portfolio("c", ["--seed", "5"]) != first)
  }

  @Test("synthesize names what is wrong with a specification and writes nothing")
  func wrongSpecification() throws {
    try shop.write("spec.yaml", "kind: perpetual-bok\n")
    let outcome = try shop.plimsoll("synthesize", "spec.yaml", "--out", "out")
    #expect(outcome.status == 65 && outcome.messages.contains("spec.yaml:1: kind"))
    #expect(!FileManager.default.fileExists(atPath: shop.folder + "/out"))
    #expect(try shop.plimsoll("synthesize", "nothing.yaml", "--out", "out").status == 74)
  }
}
