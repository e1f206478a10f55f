import Clearing
import Foundation
import JobFiles
import Markets
import Testing
import Venues

/// The jobs and portfolios that come with the package are right.
struct EmbeddedFileTests {
  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  @Test(arguments: [
    "nightly", "lending", "two-accounts", "margin-models", "coin-margined", "options-venue", "contagion",
  ])
  func jobLoads(
    _ name: String
  ) throws {
    let job = try StressJob.load(path: "\(Self.root)/Jobs/\(name).yaml")
    #expect(job.name == name)
    #expect(job.isSynthetic)
    #expect(job.warnings.isEmpty, "\(job.warnings)")
    #expect(!job.summary.isEmpty && job.inputs.count >= 4)
    for model in job.marginModels {
      // The options venue's book was drawn under standard margin, and portfolio margin asks a quarter more of it.
      let most = name == "options-venue" ? 10 : 20
      #expect(model.liquidatableAtStart.count * most <= job.venues[0].venue.book.accounts.count, "\(model.name)")
    }
  }

  @Test func nightlyIsTheDemonstration() throws {
    let job = try StressJob.load(path: "\(Self.root)/Jobs/nightly.yaml")
    #expect(job.paths >= 20_000 && job.grid.steps == 240 && job.marginModels.count == 2 && job.matchings.count == 2)
    #expect(job.market.assetIDs.count == 12)
    #expect(job.venues[0].venue.book.accounts.filter { $0.owner == nil }.count == 10_000)
  }
}
