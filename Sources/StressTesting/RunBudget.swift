import Foundation
import JobFiles
import Kernels
import Markets
import Simulation
import Venues

/// A run that the machine cannot hold; found out before anything is computed.
public struct RunTooLarge: Error, Sendable, CustomStringConvertible {
  /// What is short.
  public enum Resource: String, Sendable, Hashable {
    /// Memory for the outcome of every path.
    case memory
    /// Space in the folder that the run is written to.
    case disk
  }

  /// What is short.
  public let resource: Resource
  /// What the run needs, in bytes.
  public let neededBytes: Double
  /// What there is, in bytes.
  public let availableBytes: Double
  /// The number of paths asked for.
  public let paths: Int
  /// The largest number of paths that fits.
  public let largestPaths: Int

  /// Says what is short, by how much, and what would fit.
  public var description: String {
    "paths: \(paths) paths need about \(Self.size(neededBytes)) of \(resource.rawValue); found: "
      + "\(Self.size(availableBytes)) that a run may take; allowed: at most \(largestPaths) paths"
  }

  private static func size(_ bytes: Double) -> String {
    func tenths(_ value: Double) -> String { String((value * 10).rounded() / 10) }
    return bytes >= 1e12
      ? "\(tenths(bytes / 1e12)) TB" : bytes >= 1e9 ? "\(tenths(bytes / 1e9)) GB" : "\(tenths(bytes / 1e6)) MB"
  }
}

/// What a run will need, from its sizes alone.
struct RunBudget {
  private let paths: Int
  /// Bytes that grow with the number of paths, and those that do not.
  private let memory: (perPath: Double, fixed: Double)
  private let disk: (perPath: Double, fixed: Double)

  /// Share of what is there that a run may take.
  private static let share = 0.8

  init(_ job: StressJob, workers: Int) {
    paths = job.paths
    let compared = job.marginModels.count - 1
    let models = 1 + compared * max(1, job.matchings.count)
    let series = Double(models * job.venues.count)
    let groups = Double(job.venues.map { $0.venue.book.groups.count }.max() ?? 1)
    let accounts = Double(job.venues.reduce(0) { $0 + $1.venue.book.accounts.count })
    let positions = Double(job.venues.reduce(0) { $0 + $1.venue.book.quantity.count })
    // The columns of the outcome table, the working copies of a few of them that statistics sort and weigh, the losses
    // as they are written.
    let columns = series * (Double(PathQuantity.allCases.count) + groups + 1) * 8
    let block = Double(job.market.assetIDs.count * job.market.grid.points * pathsPerBlock * 8)
    memory = (columns + 12 * 8, 1e8 + Double(workers) * (block + (positions + accounts) * 40) + positions * 64 * series)
    disk = (series * 8, 4e6 + accounts * (120 + 60 * Double(models)))
  }

  /// Throws if the run does not fit into the memory that is free, or its files not onto the disk of `folder`.
  func check(writingTo folder: String?) throws(RunTooLarge) {
    try check(.memory, memory, available: Machine.availableMemoryBytes)
    if let folder { try check(.disk, disk, available: Self.freeDisk(at: folder)) }
  }

  private func check(
    _ resource: RunTooLarge.Resource, _ needs: (perPath: Double, fixed: Double), available: Int?
  ) throws(RunTooLarge) {
    guard let available else { return }
    let usable = Double(available) * Self.share
    let needed = Double(paths) * needs.perPath + needs.fixed
    guard needed > usable else { return }
    throw RunTooLarge(
      resource: resource, neededBytes: needed, availableBytes: usable, paths: paths,
      largestPaths: max(0, Int((usable - needs.fixed) / needs.perPath)))
  }

  /// Free space where `folder` is or will be made: at its nearest ancestor that exists.
  private static func freeDisk(at folder: String) -> Int? {
    var place = URL(fileURLWithPath: folder).standardizedFileURL
    while place.path != "/", !FileManager.default.fileExists(atPath: place.path) { place.deleteLastPathComponent() }
    return Machine.freeDiskBytes(at: place.path)
  }
}
