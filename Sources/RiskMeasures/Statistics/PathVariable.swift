import Kernels

/// What is estimated of a number that every path has.
enum PathStatistic: Sendable {
  /// The arithmetic mean.
  case mean
  /// The share of paths on which the number is 1 rather than 0.
  case proportion
  /// Σ of the numbers ÷ Σ of the variable's denominators.
  case ratio
  /// The order statistic at a level.
  case quantile(Double)
  /// The mean beyond a level.
  case expectedShortfall(Double)
  /// The order statistic at a level among the paths on which the number is finite, +∞ meaning that it never happened.
  case quantileOfFinite(Double)
}

/// A number on every path, and what is estimated of it.
///
/// Most measures are such; a family then only says where the number stands and which statistics it takes.
struct PathVariable: Sendable {
  /// One value per path; one that is not finite leaves the path out, but see `keepsInfinite`.
  let values: [Double]
  /// One value per path for `ratio`; absent means 1 on every path.
  var denominators: [Double]?
  /// What is estimated, under which label.
  let statistics: [(label: MeasureLabel, statistic: PathStatistic)]
  /// Why a value may be undefined, in words.
  var undefinedBecause = "no path has a finite value"
  /// Whether what is estimated is a part of a whole: then no interval leaves 0 to 1.
  var isShare = false
  /// Whether +∞ is a value (above every number) rather than a reason to leave the path out.
  var keepsInfinite = false

  /// Whether a path takes part.
  private func uses(_ path: Int) -> Bool {
    let value = values[path]
    return (value.isFinite || (keepsInfinite && value == .infinity)) && (denominators?[path].isFinite ?? true)
  }

  /// The paths that take part, ascending; given another variable, those that take part in both.
  private func paths(sharedWith other: PathVariable? = nil) -> [Int] {
    values.indices.filter { uses($0) && (other?.uses($0) ?? true) }
  }
}

/// A family that only reports statistics of path variables.
protocol PathwiseMeasure: RiskMeasure {
  /// The variables of one model at one venue; a variable that does not apply to the model is left out.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable]
}

extension PathwiseMeasure {
  /// The estimates of every statistic of every variable.
  public func estimates(of outcomes: VenueOutcomes) -> [Estimate] {
    variables(of: outcomes).flatMap { $0.estimates(confidence: outcomes.settings.confidence) }
  }

  /// The differences of the variables that both models have, found by their first label.
  public func differences(of model: VenueOutcomes, from baseline: VenueOutcomes) -> [PairedDifference] {
    let others = variables(of: baseline)
    return variables(of: model).flatMap { variable -> [PairedDifference] in
      guard let other = others.first(where: { $0.statistics.first?.label == variable.statistics.first?.label }),
        let bootstrap = model.bootstrap
      else { return [] }
      return variable.differences(from: other, bootstrap: bootstrap, confidence: model.settings.confidence)
    }
  }
}

extension PathVariable {
  /// The estimates of all statistics.
  func estimates(confidence: Double) -> [Estimate] {
    let used = restricted(to: paths())
    let sorted = used.values.isEmpty ? [] : sortedAscending(used.values)
    let exclusion = exclusionNote(used: used.values.count, of: values.count)
    return statistics.map { label, statistic in
      let measurement = used.measured(statistic, sorted: sorted, confidence: confidence)
      return Estimate(
        label, (isShare ? measurement.withinShares : measurement).adding(note: exclusion), confidence: confidence)
    }
  }

  /// The same variable on some of the paths.
  private func restricted(to paths: [Int]) -> PathVariable {
    guard paths.count < values.count else { return self }
    return PathVariable(
      values: paths.map { values[$0] }, denominators: denominators.map { column in paths.map { column[$0] } },
      statistics: statistics, undefinedBecause: undefinedBecause, keepsInfinite: keepsInfinite)
  }

  /// One statistic, with its error, of a variable that is restricted to its usable paths.
  private func measured(_ statistic: PathStatistic, sorted: [Double], confidence: Double) -> Measurement {
    guard !values.isEmpty else { return .undefined(paths: 0, because: undefinedBecause) }
    switch statistic {
    case .quantile(let level): return Quantile(sorted: sorted, level: level).measured(confidence: confidence)
    case .quantileOfFinite(let level):
      let finite = Array(sorted.prefix { $0.isFinite })
      guard !finite.isEmpty else { return .undefined(paths: 0, because: undefinedBecause) }
      return Quantile(sorted: finite, level: level).measured(confidence: confidence)
    case .proportion:
      return Proportion(successes: values.count { $0 == 1 }, trials: values.count)
        .measured(confidence: confidence, paths: values.count)
    case .mean, .ratio, .expectedShortfall:
      return influence(of: statistic, sorted: sorted).measured(confidence: confidence)
        .checked(statistic, count: values.count, undefinedBecause: undefinedBecause)
    }
  }

  /// The statistics that have an influence function.
  fileprivate func influence(of statistic: PathStatistic, sorted: @autoclosure () -> [Double]) -> InfluenceEstimate {
    switch statistic {
    case .ratio: .ratio(values, over: denominators ?? values.map { _ in 1 })
    case .expectedShortfall(let level): .expectedShortfall(values, sorted: sorted(), level: level)
    case .mean, .proportion, .quantile, .quantileOfFinite: .mean(of: values)
    }
  }

  /// The differences model − baseline of all statistics, over the paths that both can use.
  func differences(from baseline: PathVariable, bootstrap: PairedBootstrap, confidence: Double) -> [PairedDifference] {
    let shared = paths(sharedWith: baseline)
    let pair = PairedVariable(model: restricted(to: shared), baseline: baseline.restricted(to: shared), paths: shared)
    let exclusion = exclusionNote(used: shared.count, of: values.count)
    let quantiles = pair.quantileDifferences(bootstrap: bootstrap, confidence: confidence)
    return statistics.indices.map { index in
      let measurement =
        quantiles[index] ?? pair.difference(statistics[index].statistic, bootstrap, confidence: confidence)
      return PairedDifference(
        statistics[index].label, measurement.adding(note: exclusion), confidence: confidence)
    }
  }
}

/// The same variable under two models on the same paths.
private struct PairedVariable {
  /// The model's values, of the shared paths only.
  let model: PathVariable
  /// The baseline's, in the same order.
  let baseline: PathVariable
  /// Indices of the shared paths, ascending.
  let paths: [Int]

  /// The differences of the statistics that are quantiles, by their index: one walk of the bootstrap serves all levels.
  func quantileDifferences(bootstrap: PairedBootstrap, confidence: Double) -> [Int: Measurement] {
    var levels: [(index: Int, level: Double)] = []
    for (index, statistic) in model.statistics.enumerated() {
      if case .quantile(let level) = statistic.statistic { levels.append((index, level)) }
    }
    guard !levels.isEmpty else { return [:] }
    let differences = bootstrap.differences(
      model: model.values, baseline: baseline.values, paths: paths, levels: levels.map(\.level), confidence: confidence)
    return Dictionary(uniqueKeysWithValues: zip(levels.map(\.index), differences))
  }

  /// The difference of any other statistic.
  func difference(_ statistic: PathStatistic, _ bootstrap: PairedBootstrap, confidence: Double) -> Measurement {
    guard !paths.isEmpty else { return .undefined(paths: 0, because: model.undefinedBecause) }
    switch statistic {
    case .proportion:
      let pairs = zip(model.values, baseline.values)
      return PairedProportion(
        onlyModel: pairs.count { $0 == 1 && $1 != 1 }, onlyBaseline: pairs.count { $0 != 1 && $1 == 1 },
        trials: paths.count
      ).measured(confidence: confidence)
    case .mean, .ratio, .expectedShortfall, .quantile:
      let values = [model, baseline].map { $0.influence(of: statistic, sorted: sortedAscending($0.values)) }
      return values[0].difference(from: values[1]).measured(confidence: confidence)
        .checked(statistic, count: paths.count, undefinedBecause: model.undefinedBecause)
    case .quantileOfFinite(let level):
      return differenceOfFinite(level: level, bootstrap, confidence: confidence)
    }
  }

  /// The difference of a quantile that each model takes over its own paths: those on which the thing happened.
  private func differenceOfFinite(level: Double, _ bootstrap: PairedBootstrap, confidence: Double) -> Measurement {
    let sides = [model, baseline].map { side -> (values: [Double], paths: [Int]) in
      let kept = side.values.indices.filter { side.values[$0].isFinite }
      return (kept.map { side.values[$0] }, kept.map { paths[$0] })
    }
    let behind = Set(sides[0].paths).union(sides[1].paths).count
    guard !sides[0].values.isEmpty, !sides[1].values.isEmpty else {
      return .undefined(paths: behind, because: "\(model.undefinedBecause), under one of the models")
    }
    let values = sides.map { Quantile(sorted: sortedAscending($0.values), level: level).value }
    let replicates = sides.map { bootstrap.quantiles(of: $0.values, paths: $0.paths, levels: [level])[0] }
    return replicatedMeasurement(
      value: values[0] - values[1], replicates: zip(replicates[0], replicates[1]).map { $0 - $1 }, paths: behind,
      confidence: confidence)
  }
}

extension Measurement {
  /// The measurement without an error where the sample cannot tell one, and with a reason where it has no value.
  fileprivate func checked(_ statistic: PathStatistic, count: Int, undefinedBecause: String) -> Measurement {
    if value.isNaN { return .undefined(paths: paths, because: undefinedBecause) }
    guard case .expectedShortfall(let level) = statistic,
      let note = TailRank(level: level, count: count).shortfallNote
    else { return self }
    return withoutError(because: note)
  }
}
