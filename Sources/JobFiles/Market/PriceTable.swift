public import Markets
public import Schema

/// A file of observed prices, read and checked: what `plimsoll calibrate` starts from.
///
/// The table is that of `market.history`: a column of times, one column an asset, blanks where a price is missing.
public struct PriceTable: Sendable {
  /// The prices, of the assets and the window asked for.
  public let history: PriceHistory
  /// The file, with its digest.
  public let file: InputFile

  /// Reads the file at `path`; throws everything that is wrong with it.
  ///
  /// - Parameters:
  ///   - assets: the columns to take, in this order; all where empty.
  ///   - from: first time, `YYYY-MM-DD` or `YYYY-MM-DDTHH:MMZ`; the file's where nil.
  ///   - to: last time; a day includes all of itself.
  public static func load(
    path: String, assets: [String] = [], from: String? = nil, to: String? = nil
  ) throws(Problems) -> PriceTable {
    let intake = Intake()
    let times = (time(from, "--from", isEnd: false, intake), time(to, "--to", isEnd: true, intake))
    if let first = times.0, let last = times.1, first > last {
      intake.problems.record(
        "the window ends before it starts", at: SourceLocation(file: "--to"), found: to.map(quotedForMessage),
        allowed: from.map { "a time after \(quotedForMessage($0))" })
    }
    let node = DocumentNode(.scalar(path), at: SourceLocation(file: path))
    let file = HistoryFile(node, base: FileReference(commandLine: ""), intake: intake)
    try intake.problems.throwIfAny()
    let selection = HistorySelection(
      assets: assets, from: times.0, to: times.1, correlationHours: nil, correlation: nil)
    let history = file?.observed(assets, selection, intake: intake)
    try intake.problems.throwIfAny()
    guard let history, let input = intake.inputs.first else {
      throw Problems([Problem("the prices cannot be read", at: SourceLocation(file: path))])
    }
    return PriceTable(history: history, file: input)
  }

  private static func time(_ text: String?, _ option: String, isEnd: Bool, _ intake: Intake) -> Double? {
    guard let text else { return nil }
    if let hours = MarketKeys.hours(text, isEnd: isEnd) { return hours }
    intake.problems.record(
      "the time is not allowed", at: SourceLocation(file: option), found: quotedForMessage(text),
      allowed: UTCTime.allowed)
    return nil
  }
}

extension MarketCalibration {
  /// Reads a file of figures such as `market.yaml`; throws everything that is wrong with it.
  public static func load(path: String) throws(Problems) -> MarketCalibration {
    let intake = Intake()
    let node = intake.document(FileReference(commandLine: path))
    let file = node.flatMap { CalibrationFile(reading: $0, intake: intake) }
    try intake.problems.throwIfAny()
    guard let file else {
      throw Problems([Problem("the calibration cannot be read", at: SourceLocation(file: path))])
    }
    return file.calibration
  }
}
