import Kernels
import RiskMeasures
import Simulation

/// A table of hand-made outcomes: one venue, two groups, four accounts.
struct SampleTable {
  var paths: Int
  var models: [ModelLabel]
  /// Columns that are not all zero, [model][quantity].
  var columns: [[PathQuantity: [Double]]]
  /// Fall of the equity of all accounts, [model]; the first group takes three quarters of it.
  var bookLoss: [[Double]]
  /// Which of the four accounts are liquidated on each path, [model][path].
  var liquidated: [[Set<Int>]]
  var steps = 10
  var stepHours = 6.0
  /// First liquidations, [model][batch][step − 1].
  var firstPassage: [[[UInt32]]]

  init(paths: Int, models: [ModelLabel] = [.baseline]) {
    self.paths = paths
    self.models = models
    columns = models.map { _ in [:] }
    bookLoss = models.map { _ in [Double](repeating: 0, count: paths) }
    liquidated = models.map { _ in [Set<Int>](repeating: [], count: paths) }
    firstPassage = models.map { _ in [[UInt32](repeating: 0, count: 10)] }
  }

  static let partitions = [
    AccountPartition(axis: .leverageBucket, name: "low", accountCount: 3),
    AccountPartition(axis: .leverageBucket, name: "high", accountCount: 1),
    AccountPartition(axis: .leverageBucket, name: "empty", accountCount: 0),
    AccountPartition(axis: .group, name: "retail", accountCount: 2),
    AccountPartition(axis: .asset, name: "BTC", accountCount: 4),
  ]
  /// Accounts of each partition.
  static let members: [Set<Int>] = [[0, 1, 2], [3], [], [0, 1], [0, 1, 2, 3]]

  static let venue = VenueLabel(
    id: "perps", initialReserve: 2, groups: ["retail", "funds"], accountIDs: ["a", "b", "c", "d"],
    accounts: [0, 0, 1, 1].map { AccountLabel(group: $0, equity: 100, exposure: 400, leverageBucket: "low") })

  var table: OutcomeTable {
    var moments = LiquidationMoments(partitions: Self.partitions, modelCount: models.count)
    for path in 0..<paths {
      moments.add(liquidated.map { model in Self.members.map { $0.intersection(model[path]).count } })
    }
    return OutcomeTable(
      paths: paths, steps: steps, stepHours: stepHours, models: models, venues: [Self.venue],
      series: models.indices.map(series), moments: [moments], pathStates: models.map { _ in [paths, 0] },
      priceFans: [fan("BTC")])
  }

  private func series(_ model: Int) -> OutcomeSeries {
    var values = [[Double]](
      repeating: [Double](repeating: 0, count: paths), count: PathQuantity.allCases.count)
    values[PathQuantity.exhaustionHours.rawValue] = [Double](repeating: .infinity, count: paths)
    values[PathQuantity.liquidatedAccounts.rawValue] = liquidated[model].map { Double($0.count) }
    if !models[model].isDynamic {
      values[PathQuantity.volatilitySeen.rawValue] = [Double](repeating: .nan, count: paths)
    }
    for (quantity, column) in columns[model] { values[quantity.rawValue] = column }
    let byAccount = (0..<4).map { account in UInt32(liquidated[model].count { $0.contains(account) }) }
    return OutcomeSeries(
      model: model, venue: 0, columns: values,
      bookLoss: [bookLoss[model], bookLoss[model].map { $0 * 0.75 }, bookLoss[model].map { $0 * 0.25 }],
      liquidationsByAccount: byAccount, firstPassage: firstPassage[model], reserveFan: fan("reserve"))
  }

  private func fan(_ name: String) -> FanCounts {
    var fan = FanCounts(name: name, lower: -0.005, width: 0.01, bins: 301, points: steps + 1)
    for point in 0...steps {
      for value in 1...100 { fan.count(1 + 0.01 * Double(value) * Double(point) / Double(steps), at: point) }
    }
    return fan
  }

  /// The summary under default settings but for a smaller bootstrap.
  func summary(_ settings: MeasureSettings = .forTests, contributions: [TailContributions] = []) -> RiskSummary {
    RiskSummary(of: table, settings: settings, contributions: contributions)
  }
}

extension MeasureSettings {
  static let forTests = MeasureSettings(bootstrapReplicates: 400, seed: 7)
}

extension ModelLabel {
  static let baseline = ModelLabel(name: "static", kind: "tiered", isDynamic: false)
  static let dynamic = ModelLabel(name: "dynamic", kind: "volatility-scaled", isDynamic: true)
}

extension RiskSummary {
  /// The only estimate of an id, level and part.
  func estimate(
    _ id: String, model: Int = 0, level: Double? = nil, group: String? = nil, bucket: String? = nil,
    asset: String? = nil
  ) -> Estimate? {
    let found = models[model].estimates.filter {
      $0.id == id && $0.label.level == level && $0.label.group == group && $0.label.leverageBucket == bucket
        && $0.label.asset == asset
    }
    return found.count == 1 ? found[0] : nil
  }

  /// The only difference of an id, level and part.
  func difference(_ id: String, level: Double? = nil, group: String? = nil, bucket: String? = nil) -> PairedDifference?
  {
    let found = comparisons[0].differences.filter {
      $0.id == id && $0.label.level == level && $0.label.group == group && $0.label.leverageBucket == bucket
        && $0.label.asset == nil
    }
    return found.count == 1 ? found[0] : nil
  }
}

/// Independent draws for tests, keyed by (seed, index).
enum Draw {
  static func normals(_ count: Int, seed: UInt64, factor: UInt32 = 0) -> [Double] {
    (0..<count).map { KeyedDraws(seed: seed, path: UInt64($0), purpose: .verification).normal(step: 0, factor: factor) }
  }

  static func uniforms(_ count: Int, seed: UInt64, factor: UInt32 = 0) -> [Double] {
    (0..<count).map {
      KeyedDraws(seed: seed, path: UInt64($0), purpose: .verification).uniform(step: 1, factor: factor)
    }
  }

  static func exponentials(_ count: Int, seed: UInt64) -> [Double] {
    let uniforms = uniforms(count, seed: seed)
    var logs = [Double](repeating: 0, count: count)
    var view = logs.mutableSpan
    logarithm(uniforms.span, into: &view)
    return logs.map { -$0 }
  }
}

/// How many binomial standard errors a hit count lies from its expectation.
func deviation(hits: Int, of trials: Int, probability: Double) -> Double {
  let error = (probability * (1 - probability) / Double(trials)).squareRoot()
  return (Double(hits) / Double(trials) - probability) / error
}
