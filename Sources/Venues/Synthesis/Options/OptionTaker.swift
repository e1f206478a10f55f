import Foundation
import Kernels

/// What each random number of an account of an options book is for; all uniform but where it says so.
enum OptionUse {
  static let strategy: UInt32 = 0
  static let equity: UInt32 = 1
  static let underlying: UInt32 = 2
  static let coin: UInt32 = 3
  static let coinShare: UInt32 = 4
  static let expiry: UInt32 = 5
  static let right: UInt32 = 6
  static let inTheMoney: UInt32 = 7
  static let side: UInt32 = 8
  static let marginUse: UInt32 = 9
  static let premiumShare: UInt32 = 10
  static let future: UInt32 = 11
  /// Distance of the strike of each leg; normal, at even numbers so that no two share a pair.
  static func distance(_ leg: Int) -> UInt32 { 1000 + 2 * UInt32(leg) }
  /// Weight of a market maker in a contract; normal.
  static func makerWeight(_ instrument: Int) -> UInt32 { 100_000 + UInt32(instrument) }
}

/// What one account holds: its equity at t = 0 in USD, and signed quantities by instrument, money left out.
struct OptionHolder: Sendable {
  var name: String
  var group: String
  var equity: Double
  var quantities: [(instrument: Int, quantity: Double)]
}

/// Drawing takers.
extension OptionsBook {
  /// The takers, one after the other.
  func drawTakers(seed: UInt64) -> [OptionHolder] {
    (0..<takers).map { index in
      let draws = KeyedDraws(seed: seed, path: UInt64(index), purpose: .synthesis)
      func uniform(_ use: UInt32) -> Double { draws.uniform(step: 0, factor: use) }
      let strategy = strategies.pick(uniform(OptionUse.strategy))
      let equity = centsUp(equity.quantile(uniform(OptionUse.equity)))
      let underlying = underlyings[pickIndex(weights: underlyings.map(\.share), uniform(OptionUse.underlying))]
      var holder = OptionHolder(
        name: numberedName("taker", index + 1, of: takers), group: strategy.rawValue, equity: equity,
        quantities: coin(draws, equity: equity).map { [$0] } ?? [])
      let unit = unit(of: strategy, on: underlying, draws)
      let limits = (
        margin: equity * (marginUse.lowerBound + width(marginUse) * uniform(OptionUse.marginUse)),
        premium: equity * (premiumShare.lowerBound + width(premiumShare) * uniform(OptionUse.premiumShare))
      )
      let lots = largestLots(
        of: unit, for: holder, lot: underlying.lot, limits: limits, most: underlying.largestNotional)
      holder.quantities += scaled(unit, lots: lots, lot: underlying.lot)
      return holder
    }
  }

  private func width(_ range: ClosedRange<Double>) -> Double { range.upperBound - range.lowerBound }

  /// Part of the equity in a coin, for some.
  private func coin(_ draws: KeyedDraws, equity: Double) -> (instrument: Int, quantity: Double)? {
    var rest = draws.uniform(step: 0, factor: OptionUse.coin)
    for coin in coins {
      guard rest >= coin.accounts else {
        let share = draws.uniform(step: 0, factor: OptionUse.coinShare)
        let price = context.price(of: coin.instrument)
        let value = equity * (coin.equityShare.lowerBound + width(coin.equityShare) * share)
        return (coin.instrument, LotSize(price: price).towardsZero(value / price))
      }
      rest -= coin.accounts
    }
    return nil
  }

  /// The contracts of one unit of a strategy, with their signs.
  private func unit(
    of strategy: OptionStrategy, on underlying: Underlying, _ draws: KeyedDraws
  ) -> [(instrument: Int, sign: Double)] {
    func uniform(_ use: UInt32) -> Double { draws.uniform(step: 0, factor: use) }
    let isPut = uniform(OptionUse.right) < putShare
    let isIn = uniform(OptionUse.inTheMoney) < inTheMoneyShare
    let hours = expiries.pick(uniform(OptionUse.expiry))
    func option(put: Bool, leg: Int, beyond: Double = 0, isIn: Bool) -> Int {
      let distance = abs(draws.normal(step: 0, factor: OptionUse.distance(leg))) * moneynessSigma + beyond
      return nearest(on: underlying, isCall: !put, hours: hours, distance: isIn ? -distance : distance)
    }
    switch strategy {
    case .buyer: return [(option(put: isPut, leg: 0, isIn: isIn), 1)]
    case .writer: return [(option(put: isPut, leg: 0, isIn: isIn), -1)]
    case .spread:
      let near = option(put: isPut, leg: 0, isIn: isIn)
      let far = option(put: isPut, leg: 0, beyond: 1, isIn: false)
      return near == far ? [(near, 1)] : [(near, 1), (far, -1)]
    case .strangle:
      return [(option(put: false, leg: 0, isIn: false), -1), (option(put: true, leg: 1, isIn: false), -1)]
    case .coveredCall: return [(underlying.perpetual, 1), (option(put: false, leg: 0, isIn: isIn), -1)]
    case .protectivePut: return [(underlying.perpetual, 1), (option(put: true, leg: 0, isIn: isIn), 1)]
    case .carry:
      guard let coin = underlying.coin, !underlying.futures.isEmpty else { return [(underlying.perpetual, -1)] }
      let place = min(underlying.futures.count - 1, Int(uniform(OptionUse.future) * Double(underlying.futures.count)))
      return [(coin, 1), (underlying.futures[place], -1)]
    case .perpetual: return [(underlying.perpetual, uniform(OptionUse.side) < 0.5 ? 1 : -1)]
    }
  }

  /// The listed option whose strike is nearest to `distance` standard deviations out of the money.
  private func nearest(on underlying: Underlying, isCall: Bool, hours: Double, distance: Double) -> Int {
    let listed = underlying.options.filter { $0.terms.isCall == isCall && $0.terms.expiry.hours == hours }
    func gap(_ terms: OptionTerms) -> Double {
      let moneyness = terms.moneyness(
        mark: context.prices[terms.asset], volatility: terms.volatility, hoursToExpiry: hours)
      return abs((isCall ? moneyness : -moneyness) - distance)
    }
    return listed.min { gap($0.terms) < gap($1.terms) }?.instrument ?? underlying.perpetual
  }

  private func scaled(
    _ unit: [(instrument: Int, sign: Double)], lots: Double, lot: LotSize
  ) -> [(instrument: Int, quantity: Double)] {
    lots == 0 ? [] : unit.map { ($0.instrument, lot.quantity(lots: $0.sign * lots)) }
  }

  /// The most whole lots of a unit that equity, the drawn limits and the depth of the market allow.
  private func largestLots(
    of unit: [(instrument: Int, sign: Double)], for holder: OptionHolder, lot: LotSize,
    limits: (margin: Double, premium: Double), most: Double
  ) -> Double {
    func isAllowed(_ lots: Double) -> Bool {
      var larger = holder
      larger.quantities += scaled(unit, lots: lots, lot: lot)
      let judged = judge(larger)
      return judged.required.initial <= limits.margin && judged.premium <= limits.premium
        && (1 + initialMarginBuffer) * judged.required.initial <= judged.available.initial
        && (1 + initialMarginBuffer) * judged.required.maintenance <= judged.available.maintenance
    }
    let price = context.price(of: unit[0].instrument)
    var (low, high) = (0.0, lot.lotsTowardsZero(min(most, largestLeverage * holder.equity) / price))
    guard !isAllowed(high) else { return high }
    // Requirements are convex in size, so what is allowed is an interval from zero.
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded(.down)
      if isAllowed(middle) { low = middle } else { high = middle }
    }
    return low
  }
}

/// Judging accounts at t = 0 by the venue's own tables.
extension OptionsBook {
  /// Weighted equity and requirement at both levels, premiums paid, delta per underlying and gross exposure.
  struct Judgement {
    var available: TwoLevels
    var required = TwoLevels(initial: 0, maintenance: 0)
    var premium = 0.0
    var exposure = 0.0
  }

  /// Value of one unit of an instrument at t = 0, and what it counts for in notional and exposure.
  func valuation(of instrument: Int, isOwed: Bool) -> (value: Double, notional: Double, exposure: Double) {
    let asset = context.instruments[instrument].asset ?? 0
    let unit = context.instruments[instrument].valuation(side: isOwed ? .owed : .held, leg: .whole, after: 0)
    return (
      unit.value(at: context.prices, asset: asset), unit.notional(at: context.prices, asset: asset),
      unit.exposure(at: context.prices, asset: asset)
    )
  }

  /// Judges an account.
  func judge(_ holder: OptionHolder) -> Judgement {
    var result = Judgement(available: TwoLevels(initial: holder.equity, maintenance: holder.equity))
    func lose(_ value: Double, _ weight: TwoLevels) {
      result.available.initial -= value * (1 - weight.initial)
      result.available.maintenance -= value * (1 - weight.maintenance)
    }
    for (instrument, quantity) in holder.quantities {
      let unit = valuation(of: instrument, isOwed: quantity < 0)
      switch context.instruments[instrument].kind {
      case .spot(let terms):
        lose(quantity * unit.value, quantity < 0 ? terms.liabilityWeight : terms.collateralWeight)
        continue
      case .option(let terms) where quantity > 0:
        lose(quantity * unit.value, terms.longWeight)
        result.premium += quantity * unit.value
        result.exposure += quantity * unit.exposure
        continue
      case .option, .perpetual:
        let needed = context.requirement(instrument, abs(quantity) * unit.notional)
        result.required.initial += needed.initial
        result.required.maintenance += needed.maintenance
        result.exposure += abs(quantity) * unit.exposure
      case .settlement, .poolShare: continue
      }
    }
    return result
  }
}
