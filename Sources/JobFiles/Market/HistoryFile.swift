import Kernels
import Markets
import Schema

/// The prices of `market.history`: estimated from, resampled, or replayed.
struct HistoryFile {
  /// The table.
  let table: PricesFile
  /// Where the job names it.
  let place: SourceLocation

  /// Reads the file that `node` names; nil, recorded, where it is wrong.
  init?(_ node: DocumentNode, base: FileReference, intake: Intake) {
    guard case .scalar(let path) = node.content, !path.isEmpty else {
      intake.problems.record(
        "the history is the path of a CSV file", at: node.location, found: node.shortDescription,
        allowed: "prices.csv, or for a replay { bars: bars.csv }")
      return nil
    }
    let reference = base.sibling(path)
    guard let file = intake.open(reference, asker: node.location) else { return nil }
    if file.withBytes({ Self.holdsBars($0, file: reference.shown) }) {
      intake.problems.record(
        "this is a table of bars", at: node.location, found: reference.shown,
        hint: "replay it with history: { bars: \(path) }; a history of closes has one column per asset")
      return nil
    }
    let problems = ProblemCollector()
    let table = file.withBytes { PricesFile($0, file: reference.shown, problems: problems) }
    intake.problems.absorb(problems)
    guard let table, problems.isEmpty else { return nil }
    self.table = table
    place = node.location
  }

  /// Whether the header is that of a table of bars.
  private static func holdsBars(_ bytes: Span<UInt8>, file: String) -> Bool {
    guard let table = CSVTable(bytes, file: file, problems: ProblemCollector()) else { return false }
    return BarsFile.required.allSatisfy(table.columns.contains)
  }

  /// A market estimated from the history; nil, recorded, where that is not possible.
  ///
  /// GARCH parameters are fitted where the process `needsGarch`; under Student-t `innovations` they are fitted with them.
  func estimate(
    _ selection: HistorySelection, needsGarch: Bool, innovations: DocumentNode.Content?, grid: TimeGrid, intake: Intake
  ) -> MarketCalibration? {
    var isStudent = false
    if case .scalar("student-t") = innovations { isStudent = true }
    guard let history = observed(selection.assets, selection, intake: intake) else { return nil }
    do {
      let market = try HistoryEstimation.estimate(
        history: history, stepHours: grid.stepHours, includeGarch: needsGarch,
        innovations: isStudent ? .studentT : .normal, correlationHours: selection.correlationHours,
        shrinksCorrelation: selection.correlation?.shrinks ?? false)
      if let shrinkage = market.shrinkage, let request = selection.correlation {
        intake.warn(
          "the correlations were shrunk towards their mean of \(figure(shrinkage.meanCorrelation)) with intensity "
            + "\(figure(shrinkage.intensity)): moved by \(figure(shrinkage.distance)) (Frobenius)", at: request.place)
      }
      return selection.means == .zero ? market.calibration.withoutMeans : market.calibration
    } catch {
      for problem in error.all { intake.problems.record(problem) }
      return nil
    }
  }

  /// The prices of `assets`, in their order, at the job's step; nil, recorded, where they cannot be had.
  func resampled(
    _ assets: [String], _ selection: HistorySelection, grid: TimeGrid, intake: Intake
  ) -> PriceHistory? {
    guard let history = observed(assets, selection, intake: intake) else { return nil }
    do {
      return try history.resampled(toHours: grid.stepHours)
    } catch {
      for problem in error.all { intake.problems.record(problem) }
      return nil
    }
  }

  /// The prices of `assets`, all where empty, in the selection's window; nil, recorded, where they cannot be had.
  func observed(_ assets: [String], _ selection: HistorySelection, intake: Intake) -> PriceHistory? {
    guard let path = table.paths.first, table.paths.count == 1 else {
      intake.problems.record(
        "a market is read from one history, not from several paths", at: place, found: "\(table.paths.count) paths")
      return nil
    }
    do {
      var history = try PriceHistory(
        assetIDs: table.assetIDs, timesHours: path.timesHours, prices: path.prices,
        source: SourceLocation(file: table.file))
      if !assets.isEmpty { history = try history.selecting(assets) }
      if selection.from != nil || selection.to != nil {
        history = try history.window(
          fromHours: selection.from ?? -.infinity, toHours: selection.to ?? .infinity)
      }
      return history.trimmed
    } catch {
      for problem in error.all { intake.problems.record(problem) }
      return nil
    }
  }

  /// The paths to replay: `assets` in their order, the first T + 1 rows from the selection's start; nil, recorded, where
  /// a price is missing, the spacing is not the job's step, or rows are too few.
  func replay(
    _ assets: [String], _ selection: HistorySelection, grid: TimeGrid, intake: Intake
  ) -> [ReplayPath]? {
    let before = intake.problems.count
    var columns: [Int] = []
    for id in assets {
      guard let column = table.assetIDs.firstIndex(of: id) else {
        intake.problems.record(
          "the history has no prices of an asset of the market", at: place, found: quotedForMessage(id),
          allowed: table.assetIDs.prefix(40).map(quotedForMessage).joined(separator: ", "))
        continue
      }
      columns.append(column)
    }
    let extra = table.assetIDs.filter { !assets.contains($0) }
    if !extra.isEmpty {
      intake.warn("\(extra.count) columns are not assets of the market and are not used", at: place)
    }
    guard intake.problems.count == before else { return nil }
    let paths = table.paths.compactMap { path in
      rows(of: path, selection, grid: grid, intake: intake).flatMap { rows in
        prices(of: path, rows: rows, columns: columns, intake: intake)
      }
    }
    checkStarts(paths, assets, intake)
    return intake.problems.count == before ? paths : nil
  }

  /// The book is valued once at t = 0, so all paths must start at the same prices.
  private func checkStarts(_ paths: [ReplayPath], _ assets: [String], _ intake: Intake) {
    guard let first = paths.first else { return }
    for path in paths.dropFirst() {
      for (asset, id) in assets.enumerated() where path.prices[asset].first != first.prices[asset].first {
        intake.problems.record(
          "path \(quotedForMessage(path.name)) starts at another price of \(id)",
          at: SourceLocation(file: table.file), found: path.prices[asset].first.map { "\($0)" },
          allowed: first.prices[asset].first.map { "\($0), as in path \(quotedForMessage(first.name))" })
      }
    }
  }

  /// The rows of t = 0 … T: as many as the grid has points, one step apart.
  private func rows(
    of path: PricesFile.Path, _ selection: HistorySelection, grid: TimeGrid, intake: Intake
  ) -> Range<Int>? {
    let inside = path.timesHours.indices.filter { row in
      path.timesHours[row] >= selection.from ?? -.infinity && path.timesHours[row] <= selection.to ?? .infinity
    }
    let name = path.name.isEmpty ? "the given prices" : "path \(quotedForMessage(path.name))"
    guard let first = inside.first, inside.count >= grid.points else {
      intake.problems.record(
        "\(name) do not fill the horizon", at: place, found: "\(inside.count) rows",
        allowed: "\(grid.points) rows: t = 0 and \(grid.steps) steps")
      return nil
    }
    if inside.count > grid.points {
      intake.warn(excess: "\(inside.count - grid.points) rows of \(name)", at: place)
    }
    let rows = first..<first + grid.points
    for row in rows.dropFirst() {
      let spacing = path.timesHours[row] - path.timesHours[row - 1]
      guard abs(spacing - grid.stepHours) > 1e-6 * grid.stepHours else { continue }
      intake.problems.record(
        "the rows are not one step apart", at: SourceLocation(file: table.file, line: path.lines[row]),
        found: "\(spacing) h", allowed: "\(grid.stepHours) h, the job's step")
      return nil
    }
    return rows
  }

  /// The prices of those rows; a missing one is recorded, because nothing is filled in.
  private func prices(
    of path: PricesFile.Path, rows: Range<Int>, columns: [Int], intake: Intake
  ) -> ReplayPath? {
    let before = intake.problems.count
    for column in columns {
      for row in rows where path.prices[column][row].isNaN {
        intake.problems.record(
          "a replayed price is missing",
          at: SourceLocation(file: table.file, line: path.lines[row], keyPath: table.assetIDs[column]))
      }
    }
    guard intake.problems.count == before else { return nil }
    return ReplayPath(
      name: path.name.isEmpty ? "history" : path.name, prices: columns.map { Array(path.prices[$0][rows]) })
  }
}

extension MarketCalibration {
  /// The same with μ of all GARCH figures at 0.
  fileprivate var withoutMeans: MarketCalibration {
    replacing(
      assets: assets.map { asset in
        var asset = asset
        asset.garch?.mean = 0
        return asset
      })
  }
}
