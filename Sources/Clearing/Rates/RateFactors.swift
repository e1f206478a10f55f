import Venues

import Foundation

/// Follows the volatility of every asset along a path and turns it into charged rates on schedule.
///
/// Rates are per asset and side, [2·asset + side]; a column takes those of its asset.
final class RateFactors<Law: RateLaw>: MarginFactors {
  private(set) var initial: [Double]
  private(set) var maintenance: [Double]
  private(set) var volatilities: [Double]
  private let rates: DynamicRates<Law>
  /// Perpetual columns with their assets, and the assets among them.
  private let columns: [(column: Int, asset: Int)]
  private let assets: [Int]
  /// What one unit of the columns that count as notional is worth at t = 0, their assets and Σ|q|.
  private let openColumns: [(asset: Int, units: Double, valuation: UnitValuation)]
  private var variances: [Double]
  /// Implied volatilities as last taken; empty where the rates follow an estimate.
  private var implied: [Double]
  private var previousPrices: [Double]
  /// Share of each asset in the market-wide index; empty where there is none.
  private var indexWeights: [Double]
  private var chargedInitial: [Double]
  private var chargedMaintenance: [Double]

  init(rates: DynamicRates<Law>, book: Book) {
    self.rates = rates
    let count = rates.terms.recursions.count
    columns = book.columns.indices.filter { book.columns[$0].side == .perpetual && book.columns[$0].isRated }
      .map { ($0, book.columns[$0].asset) }
    assets = Set(columns.map(\.asset)).sorted()
    var open = [Double](repeating: 0, count: book.columns.count)
    for position in book.quantity.indices { open[Int(book.column[position])] += abs(book.quantity[position]) }
    openColumns = book.columns.indices.filter {
      book.columns[$0].side == .perpetual && book.columns[$0].countsAsNotional && book.columns[$0].leg != .option
    }
    .map { (book.columns[$0].asset, open[$0], book.openingValuations[$0]) }
    initial = [Double](repeating: 1, count: 2 * book.columns.count)
    maintenance = initial
    variances = [Double](repeating: 0, count: count)
    volatilities = variances
    implied = rates.terms.impliedVolatilities
    previousPrices = variances
    indexWeights = rates.terms.overlays.isMarketWide ? variances : []
    chargedInitial = [Double](repeating: 0, count: 2 * count)
    chargedMaintenance = chargedInitial
  }

  var followsImpliedVolatility: Bool { !implied.isEmpty }

  func take(impliedVolatilities: [Double]) {
    for asset in implied.indices { implied[asset] = impliedVolatilities[asset] }
  }

  func reset(oraclePrices: [Double]) {
    for asset in implied.indices { implied[asset] = rates.terms.impliedVolatilities[asset] }
    for asset in variances.indices {
      variances[asset] = rates.terms.recursions[asset].initialVariance
      previousPrices[asset] = oraclePrices[asset]
    }
    if rates.terms.overlays.isMarketWide { weighIndex(oraclePrices) }
    estimate()
    setRates(isStart: true)
  }

  func advance(step: Int, oraclePrices: [Double]) -> Bool {
    if implied.isEmpty { follow(oraclePrices) }
    estimate()
    guard step % rates.terms.updateSteps == 0 else { return false }
    setRates(isStart: false)
    return true
  }

  /// Takes the returns of a step into the estimates.
  private func follow(_ oraclePrices: [Double]) {
    for asset in variances.indices {
      let price = oraclePrices[asset]
      variances[asset] = rates.terms.recursions[asset].updated(
        variances[asset], logReturn: log(price / previousPrices[asset]))
      previousPrices[asset] = price
    }
  }

  /// Shares in the index: open interest at t = 0 of the assets that have a long-run volatility to be compared with.
  private func weighIndex(_ prices: [Double]) {
    for asset in indexWeights.indices { indexWeights[asset] = 0 }
    var total = 0.0
    for column in openColumns where rates.terms.longRunVolatilities[column.asset] > 0 {
      let notional = column.units * column.valuation.notional(at: prices, asset: column.asset)
      indexWeights[column.asset] += notional
      total += notional
    }
    guard total > 0 else { return }
    for asset in indexWeights.indices { indexWeights[asset] /= total }
  }

  /// The volatilities that the law looks at: forecasts, or what options imply, replaced and floored as the overlays say.
  private func estimate() {
    let terms = rates.terms
    for asset in variances.indices {
      volatilities[asset] =
        implied.isEmpty ? terms.recursions[asset].volatility(variance: variances[asset]) : implied[asset]
    }
    if terms.overlays.isMarketWide {
      var index = 0.0
      for asset in indexWeights.indices where indexWeights[asset] > 0 {
        index += indexWeights[asset] * volatilities[asset] / terms.longRunVolatilities[asset]
      }
      for asset in indexWeights.indices { volatilities[asset] = index * terms.longRunVolatilities[asset] }
    }
    guard terms.overlays.longRunFloor > 0 else { return }
    for asset in volatilities.indices {
      let least = terms.overlays.longRunFloor * terms.longRunVolatilities[asset]
      volatilities[asset] = max(volatilities[asset], least)
    }
  }

  private func setRates(isStart: Bool) {
    for asset in assets {
      charge(rates.law, asset: asset, floor: rates.terms.floor, in: &chargedInitial, isStart: isStart)
      if let law = rates.maintenanceLaw {
        charge(law, asset: asset, floor: 0, in: &chargedMaintenance, isStart: isStart)
      }
    }
    let share = rates.maintenanceLaw == nil ? rates.terms.maintenanceFraction : 1
    for (column, asset) in columns {
      for side in 0...1 {
        let rate = chargedInitial[2 * asset + side]
        initial[2 * column + side] = rate
        maintenance[2 * column + side] =
          rates.maintenanceLaw == nil ? rate * share : min(rate, chargedMaintenance[2 * asset + side])
      }
    }
  }

  /// What both sides of an asset are charged under a law from now on.
  private func charge(_ law: Law, asset: Int, floor: Double, in charged: inout [Double], isStart: Bool) {
    let terms = rates.terms
    var rate = law.rates(asset: asset, volatility: volatilities[asset])
    if terms.overlays.stressWeight > 0 {
      let stressed = law.rates(
        asset: asset, volatility: terms.overlays.stressMultiple * terms.longRunVolatilities[asset])
      let weight = terms.overlays.stressWeight
      rate = rate.merged(with: stressed) { (1 - weight) * $0 + weight * $1 }
    }
    rate = rate.mapped { min(max($0, floor), terms.cap) }
    let long = 2 * asset
    charged[long] = terms.overlays.charged(rate.long, previous: isStart ? nil : charged[long])
    charged[long + 1] = terms.overlays.charged(rate.short, previous: isStart ? nil : charged[long + 1])
  }
}
