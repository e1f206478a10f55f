import Foundation
import Kernels
import Markets
import Reports
import Schema

/// Histories drawn from the fitted process, each put through the statistics of the observed one.
///
/// They start at the long-run volatility and have the observed history's length, or the largest that fits into
/// `largestRows` returns of all assets together.
struct SimulatedHistories: Sendable {
  /// Returns of all assets in one history, at most: a block of 256 of them takes 134 MB.
  static let largestRows = 65_536
  /// The seed of every page: the same figures give the same page.
  static let seed: UInt64 = 20_260_318

  /// Returns in each history.
  let steps: Int
  private let statistics: [HistoryStatistics]

  /// The number of steps that histories of `assets` assets get where the observed one has `slots`.
  static func steps(slots: Int, assets: Int) -> Int { max(1, min(slots, largestRows / max(1, assets))) }

  /// Draws 256 histories; throws what keeps the process from being made.
  init(
    _ calibration: MarketCalibration, process: SimulatedProcess, steps: Int, history: PriceHistory,
    plan: StatisticsPlan
  ) throws(Problems) {
    self.steps = steps
    let market = try process.market(calibration.fromLongRun, steps: steps, history: history)
    let generator = PathGenerator(market: market, seed: Self.seed)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    statistics = (0..<pathsPerBlock).map { path in
      HistoryStatistics(Self.returns(of: path, in: block), plan: plan)
    }
  }

  /// Log returns of a path, [asset][step].
  private static func returns(of path: Int, in block: borrowing PathBlock) -> [[Double]] {
    let start = block.slab(path).lowerBound
    let points = block.points
    return (0..<block.assetCount).map { asset in
      let first = start + asset * points
      return (1..<points).map { log(block.values[first + $0] / block.values[first + $0 - 1]) }
    }
  }

  /// The band of one number of every history.
  func band(_ value: (HistoryStatistics) -> Double) -> SimulatedBand { Self.band(statistics.map(value)) }

  /// The band of the stretches' volatility of an asset, over all stretches of all histories.
  func stretchBand(asset: Int) -> SimulatedBand { Self.band(statistics.flatMap { $0.stretches[asset] }) }

  private static func band(_ values: [Double]) -> SimulatedBand {
    let sorted = sortedAscending(values.filter(\.isFinite))
    guard !sorted.isEmpty else { return SimulatedBand(low: .nan, middle: .nan, high: .nan) }
    func at(_ share: Double) -> Double { sorted[Int((Double(sorted.count - 1) * share).rounded())] }
    return SimulatedBand(low: at(0.05), middle: at(0.5), high: at(0.95))
  }
}

/// A process as a job would name it: kind and parameters.
struct SimulatedProcess: Sendable {
  /// The kind, such as `garch`.
  let kind: String
  /// Its parameters as written.
  let parameters: [(key: String, value: String)]
  /// The step of the figures, in hours.
  let stepHours: Double

  /// The kind with its formula and source.
  var description: Kind? { type?.kind }

  private var type: (any PriceProcess.Type)? { allPriceProcesses.first { $0.kind.name == kind } }

  /// What paths are drawn from: the calibrated market under this process.
  func market(
    _ calibration: MarketCalibration, steps: Int, history: PriceHistory
  ) throws(Problems) -> MarketModel {
    let place = SourceLocation(file: history.source.file)
    let problems = ProblemCollector()
    let entries = parameters.map {
      DocumentNode.Entry(key: $0.key, value: DocumentNode(.scalar($0.value), at: place))
    }
    var reader = ParameterReader(DocumentNode(.mapping(entries), at: place), problems: problems)
    guard let type, let grid = TimeGrid(steps: steps, stepHours: stepHours) else {
      throw Problems([Problem("there is no such process", at: place, found: kind)])
    }
    let dependence = calibration.degreesOfFreedom.map { Dependence.studentT(degreesOfFreedom: $0) } ?? .gaussian
    let context = ProcessContext(
      calibration: calibration, grid: grid, dependence: dependence,
      history: type.resamplesHistory ? history : nil)
    let process = type.init(reading: &reader, context: context)
    reader.finish()
    try problems.throwIfAny()
    guard let process else { throw Problems([Problem("the process cannot be made", at: place, found: kind)]) }
    do {
      return try MarketModel(
        assetIDs: calibration.assets.map(\.id), grid: grid, process: process, dependence: dependence,
        correlation: calibration.correlation)
    } catch {
      throw Problems([Problem(error.description, at: place)])
    }
  }
}

extension MarketCalibration {
  /// The same with every volatility at its long-run level at the start, as a history taken at random has it.
  fileprivate var fromLongRun: MarketCalibration {
    let assets = assets.map { asset in
      var asset = asset
      if let garch = asset.garch, garch.isStationary { asset.garch?.initialVolatility = garch.longRunVolatility }
      asset.heston?.initialVolatility = nil
      return asset
    }
    return replacing(assets: assets)
  }
}
