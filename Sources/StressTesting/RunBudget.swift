import JobFiles
import Kernels
import Markets
import Simulation
import Venues

/// A run that the machine cannot hold; found out before anything is computed.
public struct RunTooLarge: Error, Sendable, CustomStringConvertible {
  /// What is short: `memory` or `disk`.
  public let resource: String
  /// What the run needs, and what there is, in bytes.
  public let neededBytes: Double, availableBytes: Double
  /// The number of paths asked for, and the largest that fits.
  public let paths: Int, largestPaths: Int

  /// Says what is short, by how much, and what would fit.
  public var description: String {
    func size(_ bytes: Double) -> String {
      bytes >= 1e12 ? "\((bytes / 1e12 * 10).rounded() / 10) TB" : "\((bytes / 1e9 * 10).rounded() / 10) GB"
    }
    return "paths: \(paths) paths need about \(size(neededBytes)) of \(resource), \(size(availableBytes)) are there; "
      + "the largest number that fits is \(largestPaths)"
  }
}

/// What a run will need, from its sizes alone.
struct RunBudget {
  private let paths: Int
  private let bytesPerPath: Double
  private let fixedBytes: Double

  /// Share of what is there that a run may take.
  private static let share = 0.8

  init(_ plan: RunPlan) {
    paths = plan.job.paths
    let series = Double(plan.entries.count * plan.venues.count)
    let groups = Double(plan.venues.map { $0.venue.book.groups.count }.max() ?? 1)
    // Columns of the outcome table, and as much again for the sorted copies that statistics make of a few of them.
    bytesPerPath = series * (Double(PathQuantity.allCases.count) + groups + 1) * 8 * 1.5
    let slab = Double(plan.job.market.assetIDs.count * plan.job.market.grid.points * pathsPerBlock * 8)
    let positions = Double(plan.venues.reduce(0) { $0 + $1.venue.book.quantity.count })
    fixedBytes = slab * 4 + positions * 100 * series + 200e6
  }

  /// Throws if the run does not fit into the memory that is free.
  func check() throws(RunTooLarge) {
    guard let free = Machine.availableMemoryBytes else { return }
    let available = Double(free) * Self.share
    let needed = Double(paths) * bytesPerPath + fixedBytes
    guard needed > available else { return }
    throw RunTooLarge(
      resource: "memory", neededBytes: needed, availableBytes: available, paths: paths,
      largestPaths: max(0, Int((available - fixedBytes) / bytesPerPath)))
  }
}
