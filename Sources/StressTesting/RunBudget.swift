import Foundation
package import JobFiles
import Kernels
import Markets
import RiskMeasures
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

  /// The job file.
  public let file: String
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
    let need =
      "\(file): paths: \(paths) paths need about \(Self.size(neededBytes)) of \(resource.rawValue); found: "
      + "\(Self.size(availableBytes)) that a run may take; allowed: "
    return need
      + (largestPaths > 0 ? "at most \(largestPaths) paths" : "none, the portfolio and its tables alone need more")
  }

  private static func size(_ bytes: Double) -> String {
    func tenths(_ value: Double) -> String { String((value * 10).rounded() / 10) }
    return bytes >= 1e12
      ? "\(tenths(bytes / 1e12)) TB" : bytes >= 1e9 ? "\(tenths(bytes / 1e9)) GB" : "\(tenths(bytes / 1e6)) MB"
  }
}

/// What a run will need, from the sizes of its job alone.
///
/// The memory figures are fitted to measured peaks of runs that differ in paths, models, accounts, steps and workers, and
/// are within 15 % of them; `plimsoll run --verbose` prints the peak of a run.
package struct RunBudget: Sendable {
  /// One bound: bytes that do not depend on the number of paths, and those of each path.
  package struct Need: Sendable {
    /// Of what.
    package let resource: RunTooLarge.Resource
    /// Bytes whatever the number of paths.
    package let fixed: Double
    /// Bytes of each path.
    package let perPath: Double

    /// Bytes for a number of paths.
    package func bytes(paths: Int) -> Double { fixed + Double(paths) * perPath }

    /// The largest number of paths for which `available` bytes suffice; none if not even the rest fits.
    func largestPaths(_ available: Double) -> Int {
      Int(exactly: max(0, (available - fixed) / perPath).rounded(.down)) ?? Int.max
    }
  }

  private let file: String
  private let paths: Int
  /// Memory while paths are computed, memory while the report is written, and disk.
  package let needs: [Need]

  /// Share of what is there that a run may take.
  static let share = 0.8

  /// The needs of `job` on `workers` threads.
  package init(_ job: StressJob, workers: Int) {
    let size = RunSize(job, workers: workers)
    file = job.inputs.first?.label ?? job.name
    paths = job.paths
    // A scenario's outcomes are there for a while beside the job's own; of several, one at a time. Those of a scenario that
    // takes the job's number of paths grow with it.
    let varied = job.scenarios.map { RunSize(job, workers: workers, scenario: $0) }
    let rows = zip(job.scenarios, varied).map { (paths: $0.paths, bytes: $1.tableRow + $1.statisticsRow) }
    let bare = job.pairsWithoutImpact ? size.tableRow : 0
    let growing = bare + (rows.filter { $0.paths == job.paths }.map(\.bytes).max() ?? 0)
    let given = rows.filter { $0.paths != job.paths }.map { Double($0.paths) * $0.bytes }.max() ?? 0
    let working = varied.map(\.working).max() ?? 0
    needs = [
      Need(
        resource: .memory, fixed: size.resident + max(size.working, working) + given,
        perPath: size.tableRow + size.statisticsRow + growing),
      Need(resource: .memory, fixed: size.resident + 2.3 * size.tables, perPath: 3 * size.lossRow),
      Need(resource: .disk, fixed: size.tables + 2e6, perPath: size.lossRow),
    ]
  }

  /// Throws if the run does not fit into the memory that is free, or its files not onto the disk of `folder`.
  func check(writingTo folder: String?) throws(RunTooLarge) {
    try check(memory: Machine.availableMemoryBytes, disk: folder.flatMap(Self.freeDisk))
  }

  /// The same against stated amounts, in bytes; nil is not checked. Of several shortages the tightest is thrown.
  package func check(memory: Int?, disk: Int?) throws(RunTooLarge) {
    let shortages = needs.compactMap { need -> RunTooLarge? in
      guard let available = need.resource == .memory ? memory : disk else { return nil }
      let usable = Double(available) * Self.share
      let needed = need.bytes(paths: paths)
      guard needed > usable else { return nil }
      return RunTooLarge(
        file: file, resource: need.resource, neededBytes: needed, availableBytes: usable, paths: paths,
        largestPaths: need.largestPaths(usable))
    }
    if let tightest = shortages.min(by: { $0.largestPaths < $1.largestPaths }) { throw tightest }
  }

  /// Free space where `folder` is or will be made: at its nearest ancestor that exists.
  private static func freeDisk(at folder: String) -> Int? {
    var place = URL(fileURLWithPath: folder).standardizedFileURL
    while place.path != "/", !FileManager.default.fileExists(atPath: place.path) { place.deleteLastPathComponent() }
    return Machine.freeDiskBytes(at: place.path)
  }
}

/// Sizes of the parts of a run, in bytes.
private struct RunSize {
  /// The program, the book, each model's tables, and what is counted along time.
  let resident: Double
  /// Buffers of all workers.
  let working: Double
  /// One path's row of the outcome table.
  let tableRow: Double
  /// What statistics need besides for each path: sorted columns, tail contributions.
  let statisticsRow: Double
  /// One path's losses as they are written.
  let lossRow: Double
  /// The CSV tables.
  let tables: Double

  /// The sizes of `job`, or of one of its scenarios.
  init(_ job: StressJob, workers: Int, scenario: JobScenario? = nil) {
    let models = 1 + (job.marginModels.count - 1) * max(1, job.matchings.count)
    let series = Double(models * job.venues.count)
    let books = job.venues.map(\.venue.book)
    let accounts = Double(books.reduce(0) { $0 + $1.accounts.count })
    let positions = Double(books.reduce(0) { $0 + $1.quantity.count })
    let groups = Double(books.map(\.groups.count).max() ?? 1)
    let points = Double((scenario?.grid ?? job.grid).points)
    let assets = Double(job.market.assetIDs.count)
    let fans = (series + Double(job.priceFanAssets.count)) * points * Self.fanPoint

    resident = 34e6 + accounts * (220 + 100 * series) + positions * (80 + 40 * series) + fans
    let channels = 1 + (scenario?.market ?? job.market).channels.count
    let block = Double(channels) * assets * points * Double(pathsPerBlock) * 8
    let threads = Double(min(workers, ((scenario?.paths ?? job.paths) - 1) / pathsPerBlock + 1))
    working = threads * (block + fans + accounts * (60 + 18 * series) + positions * 24)
    let origins = job.venues.count > 1 ? Double(job.venues.count) : 0
    tableRow = series * (Double(PathQuantity.allCases.count) + 1 + groups + origins) * 8
    statisticsRow = 64 + (1 - job.measures.componentLevel) * series * (150 + 8 * (assets + groups))
    lossRow = 8 * series
    tables = job.formats.contains("csv") ? accounts * 123 * series + points * 900 * series : 0
  }

  /// Counts of one fan at one point in time: 401 bins of four bytes.
  private static let fanPoint = 401.0 * 4
}
