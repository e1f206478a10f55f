import Kernels
import Markets
import Schema

/// The keys of a job's `market:`, with the files that they name read.
struct MarketKeys {
  /// The mapping of the process.
  let process: DocumentNode
  /// Its kind; nil, recorded, where it is unknown.
  let choice: KindChoice?
  /// The given calibration; nil where there is none or it is wrong (recorded).
  let calibration: MarketCalibration?
  /// The given prices; nil where there are none or they are wrong (recorded).
  let history: HistoryFile?
  /// The given bars; nil where there are none or they are wrong (recorded).
  let bars: BarHistory?
  /// What prices do between two points, where the job says it.
  let intraStep: IntraStepRequest?
  /// Which part of the prices to take.
  let selection: HistorySelection
  private let hasCalibration: Bool
  private let dependenceNode: DocumentNode?

  private static let from = Parameter<String>.text("from", isOptional: true, "first time of the history to use")
  private static let to = Parameter<String>.text("to", isOptional: true, "last time of the history to use")
  private static let assets = Parameter<[String]>.texts("assets", default: [], "the assets of the history to use")
  private static let correlationHours = Parameter<Double>.number(
    "correlationHours", unit: "hours", in: .positive, isOptional: true,
    "step of the moves that are correlated; that of the simulation if absent")

  private static let means = Parameter<HistorySelection.Means>.choice(
    "means", default: .zero, "whether prices drift by the mean returns that were estimated from the history")

  /// Reads the keys and the files that they name.
  init(reading node: DocumentNode, base: FileReference, intake: Intake) {
    var reader = ParameterReader(node, problems: intake.problems)
    let calibrationNode = reader.take("calibration")
    let request = reader.take("correlation").flatMap {
      CorrelationRequest(reading: $0, hasCalibration: calibrationNode != nil, problems: intake.problems)
    }
    selection = HistorySelection(
      assets: reader.read(Self.assets) ?? [], from: Self.time(Self.from, isEnd: false, &reader),
      to: Self.time(Self.to, isEnd: true, &reader), correlationHours: reader.readIfPresent(Self.correlationHours),
      correlation: request, means: reader.read(Self.means) ?? .zero)
    process = reader.take("process") ?? Self.defaultProcess(in: node)
    choice = KindChoice(process, among: allPriceProcesses.map { $0.kind }, problems: intake.problems)
    calibration = calibrationNode.flatMap { Self.calibration($0, request: request, base: base, intake: intake) }
    hasCalibration = calibrationNode != nil
    let historyNode = reader.take("history")
    var isBars = false
    if case .mapping = historyNode?.content { isBars = true }
    history = isBars ? nil : historyNode.flatMap { HistoryFile($0, base: base, intake: intake) }
    bars = isBars ? historyNode.flatMap { BarHistory($0, base: base, intake: intake) } : nil
    intraStep = reader.take("intraStep").flatMap { IntraStepRequest(reading: $0, problems: intake.problems) }
    dependenceNode = reader.take("dependence")
    reader.finish()
    checkSources(reader, hasHistory: historyNode != nil)
    if isBars { checkBars(reader) }
  }

  /// Geometric Brownian motion, as if it were written.
  private static func defaultProcess(in node: DocumentNode) -> DocumentNode {
    let place = node.location.appending(key: "process")
    let name = DocumentNode(.scalar(GeometricBrownianMotion.kind.name), at: place.appending(key: "kind"))
    return DocumentNode(.mapping([DocumentNode.Entry(key: "kind", value: name)]), at: place)
  }

  /// `figures` with those of GARCH at the job's step where the process runs on them; nil, recorded, where they cannot be
  /// converted.
  func atStep(of grid: TimeGrid, _ figures: MarketCalibration, intake: Intake) -> MarketCalibration? {
    guard choice?.process?.needsGarch == true else { return figures }
    let place = process["kind"]?.location ?? process.location.appending(key: "kind")
    return GarchStep.converted(figures, to: grid, at: place, intake: intake)
  }

  /// Figures estimated from the prices, where the job gives none; nil, recorded, where that is not possible.
  func estimate(grid: TimeGrid?, intake: Intake) -> MarketCalibration? {
    guard !hasCalibration, let choice, let history, let grid else { return nil }
    return history.estimate(
      selection, needsGarch: choice.process?.needsGarch ?? false, innovations: process["innovations"]?.content,
      grid: grid, intake: intake)
  }

  /// The job's dependence, else the one fitted with the figures, else Gaussian.
  func dependence(fitted: Double?, intake: Intake) -> Dependence {
    let written = dependenceNode.flatMap {
      DependenceReading.dependence($0, fitted: fitted, problems: intake.problems)
    }
    return written ?? fitted.map { .studentT(degreesOfFreedom: $0) } ?? .gaussian
  }

  /// The calibration at `node`: the path of a file, or the document itself.
  private static func calibration(
    _ node: DocumentNode, request: CorrelationRequest?, base: FileReference, intake: Intake
  ) -> MarketCalibration? {
    switch node.content {
    case .mapping: return CalibrationFile(reading: node, request: request, intake: intake)?.calibration
    case .scalar(let path) where !path.isEmpty:
      return intake.document(base.sibling(path), asker: node.location)
        .flatMap { CalibrationFile(reading: $0, request: request, intake: intake)?.calibration }
    default:
      intake.problems.record(
        "the calibration is a path or a mapping", at: node.location, found: node.shortDescription,
        allowed: "market.yaml, or { assets, correlation }")
      return nil
    }
  }

  /// A point in time; a day that ends a window includes all of itself.
  private static func time(
    _ parameter: Parameter<String>, isEnd: Bool, _ reader: inout ParameterReader
  ) -> Double? {
    guard let text = reader.readIfPresent(parameter) else { return nil }
    if let hours = hours(text, isEnd: isEnd) { return hours }
    reader.record(
      "the time is not allowed", key: parameter.description.key, found: quotedForMessage(text), allowed: UTCTime.allowed
    )
    return nil
  }

  /// A point in time as hours since 1970; nil where it is none. A day that ends a window includes all of itself.
  static func hours(_ text: String, isEnd: Bool) -> Double? {
    UTCTime.hours(text.utf8).map { isEnd && text.utf8.count == 10 ? $0 + 24 - 1e-6 : $0 }
  }

  /// Bars are replayed, and nothing else.
  private func checkBars(_ reader: ParameterReader) {
    if let choice, choice.kind.name != Replay.kind.name {
      reader.record(
        "bars are replayed only", key: "history", found: "process: { kind: \(choice.kind.name) }",
        allowed: "process: { kind: replay }", hint: "other processes read a table of closes: history: prices.csv")
    }
    if !hasCalibration {
      reader.record(
        "bars are replayed with the figures of a calibration", key: "calibration", allowed: "market.yaml",
        hint: "plimsoll estimates figures from a table of closes only")
    }
    for (key, isGiven) in [
      ("assets", !selection.assets.isEmpty), ("correlationHours", selection.correlationHours != nil),
    ] where isGiven {
      reader.record("\(key) is for prices that figures are estimated from, not for bars", key: key)
    }
  }

  /// Which of `calibration` and `history` a process takes.
  private func checkSources(_ reader: ParameterReader, hasHistory: Bool) {
    if !hasCalibration, !hasHistory {
      reader.record(
        "the market has no figures", key: "calibration", allowed: "calibration: market.yaml, or history: prices.csv")
    }
    let takesBoth = choice.map { $0.kind.name == Replay.kind.name || $0.process?.resamplesHistory == true } ?? true
    if hasCalibration, hasHistory, !takesBoth {
      reader.record(
        "calibration and history are both given, but this process takes no prices beside a calibration", key: "history",
        hint: "leave one of them out")
    }
    if hasCalibration, reader.has("means") {
      reader.record("means are those of figures estimated from a history, and here they are given", key: "means")
    }
    if hasHistory { return }
    for (key, isGiven) in [
      ("from", selection.from != nil), ("to", selection.to != nil), ("assets", !selection.assets.isEmpty),
      ("correlationHours", selection.correlationHours != nil),
    ] where isGiven {
      reader.record("\(key) selects from market.history, which is not given", key: key)
    }
  }
}

extension KindChoice {
  /// The process that a choice among `allPriceProcesses` fell on.
  var process: (any PriceProcess.Type)? { allPriceProcesses.first { $0.kind.name == kind.name } }
}

/// Which part of a history a job takes, and how it is read.
struct HistorySelection {
  /// The assets; all where empty.
  let assets: [String]
  /// First time, hours since 1970-01-01T00:00Z.
  let from: Double?
  /// Last time.
  let to: Double?
  /// Step of the moves that are correlated.
  let correlationHours: Double?
  /// What is asked to be done to the correlations.
  let correlation: CorrelationRequest?
  /// What becomes of estimated mean returns.
  var means = Means.zero

  /// What becomes of the mean returns of a history.
  enum Means: String, CaseIterable {
    /// Prices do not drift: a few years of prices hardly tell a drift from noise.
    case zero
    /// μ of GARCH fits is kept.
    case fitted
  }
}
