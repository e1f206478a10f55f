import Foundation
import Kernels
import Markets

/// What one process says of every asset on every held-out day, its parameters frozen at the cut.
struct Forecasts {
  /// The process.
  let name: String
  /// ln of the predictive density of the return that came, [asset][day].
  let scores: [[Double]]
  /// Returns undercut with 5 % and 1 %, [asset][day].
  let quantiles: [(fifth: [Double], hundredth: [Double])]

  /// From the law of each asset and day.
  init(_ name: String, panel: Panel, law: (_ asset: Int, _ slot: Int) -> PredictiveLaw) {
    self.name = name
    var scores: [[Double]] = []
    var quantiles: [(fifth: [Double], hundredth: [Double])] = []
    for asset in panel.returns.indices {
      let laws = panel.heldOut.map { law(asset, $0) }
      scores.append(zip(panel.heldOut, laws).map { $1.logDensity(panel.returns[asset][$0]) })
      quantiles.append((laws.map { $0.quantile(0.05) }, laws.map { $0.quantile(0.01) }))
    }
    self.scores = scores
    self.quantiles = quantiles
  }

  /// From a sample of each asset, moved by a scale of each day.
  init(
    _ name: String, panel: Panel, sample: (_ asset: Int) -> [Double], scale: (_ asset: Int, _ slot: Int) -> Double
  ) {
    self.name = name
    var scores: [[Double]] = []
    var quantiles: [(fifth: [Double], hundredth: [Double])] = []
    for asset in panel.returns.indices {
      let law = SampleLaw(sample(asset))
      let scales = panel.heldOut.map { scale(asset, $0) }
      scores.append(
        zip(panel.heldOut, scales).map { law.logDensity(panel.returns[asset][$0] / $1) - log($1) })
      let (fifth, hundredth) = (law.quantile(0.05), law.quantile(0.01))
      quantiles.append((scales.map { $0 * fifth }, scales.map { $0 * hundredth }))
    }
    self.scores = scores
    self.quantiles = quantiles
  }
}

/// Returns of a panel without holes, and where the held-out part begins.
struct Panel {
  /// The assets.
  let assets: [String]
  /// The part that parameters are fitted to.
  let training: PriceHistory
  /// Log returns, [asset][slot], of the whole panel.
  let returns: [[Double]]
  /// The slots that are forecast.
  let heldOut: Range<Int>
  /// The step, in hours.
  let stepHours: Double

  /// The last `days` returns of `history` are held out.
  init(_ history: PriceHistory, days: Int) throws {
    let returns = history.logReturns()
    assets = history.assetIDs
    self.returns = returns.values
    stepHours = returns.stepHours
    let slots = returns.values[0].count
    heldOut = slots - days..<slots
    training = try history.window(fromHours: -.infinity, toHours: history.timesHours[slots - days])
  }

  /// Returns before the cut.
  func training(_ asset: Int) -> [Double] { Array(returns[asset][..<heldOut.lowerBound]) }
}
