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
  ///   - figures: taken instead of what the section says or would estimate; nil, except for a scenario.
  init?(
    reading node: DocumentNode, grid: TimeGrid?, base: FileReference, intake: Intake, figures: MarketCalibration? = nil
  ) {
    let keys = MarketKeys(reading: node, base: base, intake: intake)
    let given = figures ?? keys.calibration ?? keys.estimate(grid: grid, intake: intake)
    let dependence = keys.dependence(fitted: given?.degreesOfFreedom, intake: intake)
    guard let choice = keys.choice else { return nil }
    guard let given, let grid else {
      Self.checkAlone(keys.process, grid: grid, dependence: dependence, intake.problems)
      guard let given else { return nil }
      self.init(given, choice, keys, model: nil)
      return
    }
    guard var found = keys.atStep(of: grid, given, intake: intake) else {
      self.init(given, choice, keys, model: nil)
      return
    }
    var replayed: [ReplayPath]?
    if choice.kind.name == Replay.kind.name, keys.history != nil || keys.bars != nil {
      found = found.givingPrices(to: keys.givenAssets)
      replayed = keys.replay(found, grid: grid, intake: intake)
      guard replayed != nil else {
        self.init(found, choice, keys, model: nil)
        return
      }
    }
    let hasExtremes = replayed?.allSatisfy { $0.extremes != nil } ?? false
    let intraStep =
      keys.intraStep.map { $0.intraStep(hasExtremes: hasExtremes, problems: intake.problems) }
      ?? (hasExtremes ? .bars : IntraStep.none)
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
    let extra =
      keys.selection.parameterTexts + (keys.bars?.parameterTexts ?? []) + (intraStep?.parameterTexts ?? [])
      + found.derivedTexts
    self.init(found, choice, keys, model: Self.model(choice, context, intraStep, intake.problems), extra: extra)
  }

  private init(
    _ calibration: MarketCalibration, _ choice: KindChoice, _ keys: MarketKeys, model: MarketModel?,
    extra: [ParameterText] = []
  ) {
    self.calibration = calibration
    self.model = model
    processKind = choice.kind.name
    processParameters = choice.parameterTexts + extra
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
  private static func model(
    _ choice: KindChoice, _ context: ProcessContext, _ intraStep: IntraStep?, _ problems: ProblemCollector
  ) -> MarketModel? {
    guard let type = choice.process else { return nil }
    let before = problems.count
    var reader = choice.reader
    let process = type.init(reading: &reader, context: context)
    reader.finish()
    guard let process, let intraStep, problems.count == before else { return nil }
    var derived: DerivedMarket?
    do {
      derived = try DerivedMarket(calibration: context.calibration, process: process, grid: context.grid)
    } catch {
      for message in error.messages { problems.record(message, at: reader.location) }
      return nil
    }
    do {
      return try MarketModel(
        assetIDs: context.calibration.assets.map(\.id), grid: context.grid, process: process,
        dependence: context.dependence, correlation: context.calibration.correlation, derived: derived,
        intraStep: intraStep)
    } catch {
      problems.record(error.description, at: reader.location)
      return nil
    }
  }
}

extension MarketKeys {
  /// The assets that a replay is given prices of: those follow no other.
  fileprivate var givenAssets: [String] { bars?.givenAssets ?? history?.table.assetIDs ?? [] }

  /// The given paths, with the extremes of their bars where bars are given; nil, recorded, where they cannot be made.
  fileprivate func replay(_ found: MarketCalibration, grid: TimeGrid, intake: Intake) -> [ReplayPath]? {
    let assets = found.assets.map(\.id)
    guard let bars else { return history?.replay(assets, selection, grid: grid, intake: intake) }
    return bars.replay(assets, prices: found.assets.map(\.price), selection, grid: grid, intake: intake).map { [$0] }
  }
}

extension IntraStep {
  /// What was chosen, for the report and for the identity of a run.
  fileprivate var parameterTexts: [ParameterText] {
    switch self {
    case .none: []
    case .bars: [ParameterText(key: "intraStep", value: "bars")]
    case .brownianBridge(let joint):
      [ParameterText(key: "intraStep", value: "brownian-bridge, extremes \(joint.rawValue)")]
    }
  }
}

extension HistorySelection {
  /// The window that was chosen, for the report and for the identity of a run.
  fileprivate var parameterTexts: [ParameterText] {
    [("history.from", from), ("history.to", to)].compactMap { key, hours in
      hours.map { ParameterText(key: key, value: UTCTime.text($0)) }
    }
  }
}
