import Foundation
import Kernels
import Markets

/// A market drawn, then estimated from its own prices: what goes in must come out.
let historyCase = VerificationCase(
  id: "history", group: .estimation,
  summary: "volatility, correlation and tail of a drawn history of 3 assets = those drawn from (64 histories)"
) { setting in
  let truth = DrawnMarket()
  let histories = try truth.histories(count: 64)
  let estimates = try WorkerPool(workers: setting.workers).map(
    blocks: histories.count, makeWorkspace: { _ in 0 }
  ) { index, _ in
    try HistoryEstimation.estimate(history: histories[index], stepHours: 1, garch: nil)
  }
  var rows = truth.volatilities.indices.flatMap { asset in
    [
      SampleMean(estimates.map { $0.assets[asset].volatility.volatility }).row(
        "volatility of \(truth.names[asset])", expected: truth.volatilities[asset], bias: 0.001),
      coverageRow("volatility of \(truth.names[asset])", truth.volatilities[asset], estimates) {
        ($0.assets[asset].volatility.volatility, $0.assets[asset].volatility.standardError)
      },
    ]
  }
  for (first, second) in [(0, 1), (0, 2), (1, 2)] {
    rows.append(
      SampleMean(estimates.map { $0.calibration.correlation[first, second] }).row(
        "correlation of \(truth.names[first]) and \(truth.names[second])", expected: truth.correlation[first, second],
        bias: 0.001))
  }
  rows.append(
    SampleMean(estimates.compactMap { $0.calibration.degreesOfFreedom }).row(
      "degrees of freedom of the dependence", expected: DrawnMarket.degreesOfFreedom, bias: 0.1))
  return rows
}

/// How often value ± 1.96 standard errors holds the truth.
private func coverageRow(
  _ name: String, _ truth: Double, _ estimates: [EstimatedMarket],
  _ value: (EstimatedMarket) -> (value: Double, error: Double)
) -> VerificationRow {
  let held = estimates.map(value).count { abs($0.value - truth) <= 1.96 * $0.error }
  return .between("\(name), share of intervals", 0.85, 1, obtained: Double(held) / Double(estimates.count))
}

/// Three assets under a geometric Brownian motion with Student-t dependence, a price an hour.
private struct DrawnMarket {
  static let degreesOfFreedom = 6.0
  let names = ["A", "B", "C"]
  let volatilities = [0.5, 0.8, 1.1]
  let correlation = Matrix(rows: 3, columns: 3, values: [1, 0.7, 0.4, 0.7, 1, 0.5, 0.4, 0.5, 1])
  private let steps = 4000

  /// The first `count` ≤ 256 paths of a run, each as a history.
  func histories(count: Int) throws -> [PriceHistory] {
    let grid = try required(TimeGrid(steps: steps, stepHours: 1), "the grid")
    let assets = zip(names, volatilities).map { AssetCalibration(id: $0, price: 100, volatility: $1) }
    let market = try MarketModel(
      assetIDs: names, grid: grid, process: GeometricBrownianMotion(assets: assets, grid: grid),
      dependence: .studentT(degreesOfFreedom: Self.degreesOfFreedom), correlation: correlation)
    let generator = PathGenerator(market: market, seed: 50)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    var histories: [PriceHistory] = []
    for path in 0..<count {
      let prices = names.indices.map { asset in
        (0..<grid.points).map { block.price(path: path, asset: asset, point: $0) }
      }
      histories.append(
        try PriceHistory(assetIDs: names, timesHours: (0..<grid.points).map(Double.init), prices: prices))
    }
    return histories
  }
}
