import Kernels
import Markets
import Schema

/// The `market:` of a job, read: calibrated assets, and the law of their prices on the job's grid.
struct MarketSection {
  /// The assets and their figures.
  let calibration: MarketCalibration
  /// What paths are drawn from; nil, recorded, where it cannot be made.
  let model: MarketModel?
  /// The process's kind.
  let processKind: String
  /// The process's parameters as they apply.
  let processParameters: [ParameterText]
  /// The prices that the figures come from or that are resampled; nil where there are none, or they are replayed.
  let pastPrices: HistoryFile?
  /// Which part of them is used.
  let selection: HistorySelection

  /// Reads the section.
  ///
  /// - Parameters:
  ///   - node: the value of `market`.
  ///   - grid: the job's; nil where it is wrong (recorded), and then only what needs no grid is checked.
  ///   - base: the file that relative paths start from.
  init?(reading node: DocumentNode, grid: TimeGrid?, base: FileReference, intake: Intake) {
    let keys = MarketKeys(reading: node, base: base, intake: intake)
    let found = keys.calibration ?? keys.estimate(grid: grid, intake: intake)
    let dependence = keys.dependence(fitted: found?.degreesOfFreedom, intake: intake)
    guard let choice = keys.choice else { return nil }
    guard let found, let grid else {
      Self.checkAlone(keys.process, grid: grid, dependence: dependence, intake.problems)
      guard let found else { return nil }
      self.init(found, choice, keys, model: nil)
      return
    }
    var replayed: [ReplayPath]?
    if choice.kind.name == Replay.kind.name, let history = keys.history {
      replayed = history.replay(found.assets.map(\.id), keys.selection, grid: grid, intake: intake)
      guard replayed != nil else {
        self.init(found, choice, keys, model: nil)
        return
      }
    }
    var history: PriceHistory?
    if choice.process?.resamplesHistory == true, let file = keys.history {
      history = file.resampled(found.assets.map(\.id), keys.selection, grid: grid, intake: intake)
      guard history != nil else {
        self.init(found, choice, keys, model: nil)
        return
      }
    }
    let context = ProcessContext(
      calibration: found, grid: grid, dependence: dependence, replayed: replayed, history: history)
    self.init(found, choice, keys, model: Self.model(choice, context, intake.problems))
  }

  private init(_ calibration: MarketCalibration, _ choice: KindChoice, _ keys: MarketKeys, model: MarketModel?) {
    self.calibration = calibration
    self.model = model
    processKind = choice.kind.name
    processParameters = choice.parameterTexts
    pastPrices = choice.kind.name == Replay.kind.name ? nil : keys.history
    selection = keys.selection
  }

  /// Checks the process's own parameters where the figures could not be read: against a market without assets, whose own
  /// shortcomings, recorded at `kind`, do not count.
  private static func checkAlone(
    _ node: DocumentNode, grid: TimeGrid?, dependence: Dependence, _ problems: ProblemCollector
  ) {
    let scratch = ProblemCollector()
    let choice = KindChoice(node, among: allPriceProcesses.map { $0.kind }, problems: scratch)
    guard let choice, let grid = grid ?? TimeGrid(steps: 1, stepHours: 1) else { return }
    let nothing = MarketCalibration(assets: [], correlation: .identity(0))
    let context = ProcessContext(calibration: nothing, grid: grid, dependence: dependence)
    if let type = choice.process {
      var reader = choice.reader
      _ = type.init(reading: &reader, context: context)
      reader.finish()
    }
    for problem in scratch.problems where !problem.location.keyPath.hasSuffix(".kind") { problems.record(problem) }
  }

  /// The process and the factored correlation; nil, recorded, where either cannot be made.
  private static func model(_ choice: KindChoice, _ context: ProcessContext, _ problems: ProblemCollector)
    -> MarketModel?
  {
    guard let type = choice.process else { return nil }
    let before = problems.count
    var reader = choice.reader
    let process = type.init(reading: &reader, context: context)
    reader.finish()
    guard let process, problems.count == before else { return nil }
    do {
      return try MarketModel(
        assetIDs: context.calibration.assets.map(\.id), grid: context.grid, process: process,
        dependence: context.dependence, correlation: context.calibration.correlation)
    } catch {
      problems.record(error.description, at: reader.location)
      return nil
    }
  }
}
