import Clearing
import Foundation
import Kernels
import Venues

/// What keeps a venue's closings back along one path.
struct ReferenceRestraint {
  /// Marks at the close of every step so far, before its waves; those of t = 0 first.
  var marksAtClose: [[Double]]
  /// Last step of the last pause of each asset; 0 for none.
  var pausedThrough: [Int]
  /// Whether nobody bids in this step.
  var isOut = false
  /// Money traded in this step so far, per asset and altogether.
  var tradedOfAsset: [Double]
  var traded = 0.0
  /// σ̂² ÷ σ² of each asset.
  var turbulence: [Double]

  init(prices: [Double]) {
    marksAtClose = [prices]
    pausedThrough = prices.map { _ in 0 }
    tradedOfAsset = prices.map { _ in 0 }
    turbulence = prices.map { _ in 1 }
  }
}

/// Holding back: circuit breaker, liquidators' absence, profit and capacity.
extension ReferenceClearingHouse {
  /// A step begins: nothing was traded yet; by lot, somebody bids or not.
  mutating func beginStep(venue: Int) {
    restraint.traded = 0
    restraint.tradedOfAsset = restraint.tradedOfAsset.map { _ in 0 }
    guard let outages = rules.liquidators?.outages else { return }
    // Two states, in continuous time: π + (1 − π)·e^(−(λ + μ)Δ) from without, π·(1 − e^(−(λ + μ)Δ)) from with bidders.
    let (start, end) = (outages.perDay / 24, 1 / outages.meanHours)
    let longRun = start / (start + end)
    let memory = exp(-(start + end) * market.stepHours)
    let chance = restraint.isOut ? longRun + (1 - longRun) * memory : longRun * (1 - memory)
    let draws = KeyedDraws(seed: market.seed, path: UInt64(market.path), purpose: .liquidatorOutage)
    restraint.isOut = draws.uniform(step: UInt32(stepNumber), factor: UInt32(venue)) < chance
  }

  /// An asset that is not paused is from now on if its mark is `move` away from that of the close a window ago, or of the
  /// close that the last pause ended with.
  mutating func look(marks: [Double]) {
    guard let pause = rules.circuitBreaker?.pause else { return }
    for asset in marks.indices where restraint.pausedThrough[asset] < stepNumber {
      let since = max(0, stepNumber - wholeSteps(pause.windowHours), restraint.pausedThrough[asset])
      let move = marks[asset] / restraint.marksAtClose[since][asset] - 1
      if abs(move) >= pause.move { restraint.pausedThrough[asset] = stepNumber + wholeSteps(pause.hours) - 1 }
    }
  }

  private func wholeSteps(_ hours: Double) -> Int { max(1, Int(ceil(hours / market.stepHours - 1e-9))) }

  /// What the close of a step adds to what is known: its marks, and how far exogenous prices went.
  mutating func learn(marks: [Double]) {
    restraint.marksAtClose.append(marks)
    let decay = pow(0.94, market.stepHours / 24)
    for asset in marks.indices {
      let usual = market.longRunVolatilities[asset] * sqrt(market.stepHours / 8760)
      let move = log(market.exogenous[asset][stepNumber] / market.exogenous[asset][stepNumber - 1]) / usual
      restraint.turbulence[asset] = decay * restraint.turbulence[asset] + (1 - decay) * move * move
    }
  }

  /// What closing one account costs a liquidator now, besides its trades.
  private var costOfClosing: Double {
    guard let liquidators = rules.liquidators else { return 0 }
    let listed = market.depths.indices.filter { market.depths[$0] != nil && market.longRunVolatilities[$0] > 0 }
    let mean = listed.reduce(0) { $0 + restraint.turbulence[$1] } / Double(max(1, listed.count))
    return liquidators.fixedCost * (1 + liquidators.congestionSlope * max(0, sqrt(mean) - 1))
  }

  /// What of `closings` is done now, in this order: those that nobody closes are dropped; caps per asset; capacity.
  mutating func restrain(
    _ closings: [ReferenceClosing], _ valuation: ReferenceValuation, _ prices: ReferencePrices
  ) -> [ReferenceClosing] {
    guard rules.circuitBreaker != nil || rules.liquidators != nil else { return closings }
    var done = closings.map {
      moneyTraded($0, valuation) > 0 && isHeldBack($0, valuation, prices) ? $0.scaled(by: 0) : $0
    }
    if let share = rules.circuitBreaker?.volumePerHour {
      let factors = valuation.prices.indices.map { asset in
        factor(
          of: done.reduce(0) { $0 + moneyTraded($1, in: asset, valuation) }, used: restraint.tradedOfAsset[asset],
          limit: (market.depths[asset]?.averageDailyVolume).map { share * $0 * market.stepHours } ?? .infinity)
      }
      done = done.map { closing in
        let assets = valuation.prices.indices.filter { moneyTraded(closing, in: $0, valuation) > 0 }
        return closing.scaled(by: assets.map { factors[$0] }.min() ?? 1)
      }
    }
    if let capacity = rules.liquidators?.capacityPerHour {
      let factor = factor(
        of: done.reduce(0) { $0 + moneyTraded($1, valuation) }, used: restraint.traded,
        limit: capacity * market.stepHours)
      done = done.map { moneyTraded($0, valuation) > 0 ? $0.scaled(by: factor) : $0 }
    }
    done = done.filter(\.isAction)
    for index in done.indices {
      let money = moneyTraded(done[index], valuation)
      restraint.traded += money
      if money > 0 { done[index].cost = costOfClosing }
      for asset in valuation.prices.indices {
        restraint.tradedOfAsset[asset] += moneyTraded(done[index], in: asset, valuation)
      }
    }
    return done
  }

  /// Up to 10⁻⁹ of a limit is rounding.
  private func factor(of wanted: Double, used: Double, limit: Double) -> Double {
    guard wanted > 0 else { return 1 }
    return limit - used <= 1e-9 * limit ? 0 : min(1, (limit - used) / wanted)
  }

  /// Money traded in one asset's market.
  private func moneyTraded(_ closing: ReferenceClosing, in asset: Int, _ valuation: ReferenceValuation) -> Double {
    accounts[closing.account].positions.reduce(0) { sum, position in
      let parts = valuation.traded(position).filter { $0.asset == asset }
      return parts.reduce(sum) { $0 + closing.share(of: position) * abs(position.quantity) * $1.money }
    }
  }

  /// Money that liquidators need: what is repaid of a loan, everything traded otherwise.
  private func moneyTraded(_ closing: ReferenceClosing, _ valuation: ReferenceValuation) -> Double {
    if case .closeFactor = rules.liquidation.method { return closing.repaid }
    return valuation.prices.indices.reduce(0) { $0 + moneyTraded(closing, in: $1, valuation) }
  }

  /// Nobody bids, an asset that the account has anything in is paused, or the income does not pay for the cost.
  private func isHeldBack(
    _ closing: ReferenceClosing, _ valuation: ReferenceValuation, _ prices: ReferencePrices
  ) -> Bool {
    if restraint.isOut { return true }
    let held = accounts[closing.account].positions.filter { $0.quantity != 0 }
    let assets = held.map(\.asset) + held.compactMap { $0.share?.otherAsset }
    if assets.contains(where: { restraint.pausedThrough[$0] >= stepNumber }) { return true }
    guard rules.liquidators != nil else { return false }
    let kept = 1 - rules.liquidation.reserveShare
    var income = kept * rules.liquidation.penalty * notionalClosed(closing, valuation)
    if case .closeFactor(_, _, let bonus) = rules.liquidation.method {
      income = kept * bonus * closing.repaid
      for position in held {
        for part in valuation.traded(position) {
          var flows = valuation.prices.map { _ in 0.0 }
          flows[part.asset] = -closing.share(of: position) * position.quantity * part.money
          income -= flows[part.asset] * (prices.fill(of: flows, asset: part.asset) / valuation.prices[part.asset] - 1)
        }
      }
    }
    return income < costOfClosing
  }

  /// Notional of futures closed and debts bought back, or what is repaid of a loan.
  func notionalClosed(_ closing: ReferenceClosing, _ valuation: ReferenceValuation) -> Double {
    if case .closeFactor = rules.liquidation.method { return closing.repaid }
    return accounts[closing.account].positions.filter(\.countsAsNotional).reduce(0) {
      $0 + closing.share(of: $1) * valuation.closedSize($1)
    }
  }
}

extension ReferenceClosing {
  /// Only this part of it.
  func scaled(by factor: Double) -> ReferenceClosing {
    guard factor < 1 else { return self }
    var other = self
    other.perpetualShare *= factor
    other.debtShare *= factor
    other.collateralShare *= factor
    other.repaid *= factor
    other.repaidCash *= factor
    other.isCollateralExhausted = false
    other.isWipeOut = false
    return other
  }
}
