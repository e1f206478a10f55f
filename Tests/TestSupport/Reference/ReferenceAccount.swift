package import Venues

import Foundation

/// One position of one account.
package struct ReferencePosition: Sendable {
  /// Index of the instrument at the venue.
  package let instrument: Int
  /// What the instrument is.
  package let kind: Instrument.Kind
  /// Whether it is held, owed or a perpetual.
  package let side: Book.Column.Side
  /// Which part of an inverse position it is; the whole of any other.
  package let leg: Book.Column.Leg
  /// Index of the asset.
  package let asset: Int
  /// Signed quantity in asset units.
  package var quantity: Double
  /// Average entry price of a perpetual.
  package var entryPrice = 0.0
  /// Signed quantity that the last closing sold; of perpetuals and debts only.
  package var lastClosed = 0.0

  /// What one unit of a balance has grown to since t = 0: exp(rate·years). 1 for a perpetual.
  func growth(hours: Double) -> Double {
    guard case .spot(let terms) = kind else { return 1 }
    return exp((side == .owed ? terms.borrowRate : terms.supplyRate) * hours / (24 * 365))
  }

  /// When it is settled in cash; never for most.
  var expiry: FutureExpiry? {
    if let option { return option.expiry }
    guard case .perpetual(let terms) = kind else { return nil }
    return terms.expiry
  }

  /// Whether it counts towards notional: an inverse position does so once, by its face.
  var countsAsNotional: Bool { side != .held && leg != .coins && leg != .money }

  /// Whether it is a future in the settlement currency whose value is linear in the price: what may be deleveraged.
  var isLinearFuture: Bool {
    guard case .perpetual(let terms) = kind else { return false }
    return terms.inverseFace == nil && terms.settlementAsset == nil
  }

  /// What one unit of a futures contract trades at: the mark, and the mark with basis for a dated one.
  func tradedPrice(mark: Double, hours: Double) -> Double {
    guard let expiry else { return mark }
    return mark * exp(expiry.basisPerYear * max(0, expiry.hours - hours) / (24 * 365))
  }
}

/// What a venue's positions are worth at one moment.
struct ReferenceValuation {
  /// Price of each asset.
  var prices: [Double]
  /// Hours since t = 0.
  var hours: Double
  /// Cumulative funding per unit of each instrument.
  var funding: [Double]
  /// At-the-money implied volatility of each asset; empty where there is none.
  var impliedVolatilities: [Double] = []
  /// What multiplies implied volatilities in a scenario.
  var volatilityFactor = 1.0

  /// What one unit adds to equity: price × growth of a balance, price − cumulative funding of a futures contract; the
  /// face of an inverse contract is owed.
  func unitValue(_ position: ReferencePosition) -> Double {
    if let option = position.option { return unitValue(of: option) }
    if let share = position.share { return unitValue(of: share) }
    if position.leg == .face { return -1 - funding[position.instrument] }
    if position.leg == .coins || position.leg == .money { return prices[position.asset] }
    if position.side == .perpetual { return unitTraded(position) - funding[position.instrument] }
    return unitTraded(position)
  }

  /// What one unit counts for in notional: the price of a future until it is settled, the value of a balance, 1 for an
  /// inverse face.
  func unitNotional(_ position: ReferencePosition) -> Double {
    if let expiry = position.expiry, hours > expiry.hours * (1 - 1e-9) { return 0 }
    if position.option != nil { return prices[position.asset] }
    if let share = position.share { return unitValue(of: share) }
    if position.leg == .face { return 1 }
    if position.leg == .money { return prices[position.asset] }
    return unitTraded(position)
  }

  /// Money that closing one unit moves in the market of its asset.
  func unitTraded(_ position: ReferencePosition) -> Double {
    if position.leg == .face || position.leg == .money { return 0 }
    if position.side == .perpetual { return position.tradedPrice(mark: prices[position.asset], hours: hours) }
    return prices[position.asset] * position.growth(hours: hours)
  }

  /// |q| × unit notional.
  func notional(_ position: ReferencePosition) -> Double { abs(position.quantity) * unitNotional(position) }

  /// q × unit value.
  func value(_ position: ReferencePosition) -> Double { position.quantity * unitValue(position) }

  /// The same moment at other prices.
  func at(_ prices: [Double]) -> ReferenceValuation {
    ReferenceValuation(prices: prices, hours: hours, funding: funding, impliedVolatilities: impliedVolatilities)
  }
}

/// One account, as it stands.
package struct ReferenceAccount: Sendable {
  let terms: Account
  /// Everything in the settlement currency: balances, and minus quantity × entry price of the perpetuals.
  var cash: Double
  var positions: [ReferencePosition]
  /// Whether it still takes part. An account that ended with a shortfall does not.
  var isOpen = true
  /// Whether it was liquidatable at t = 0.
  var wasFlaggedAtStart = false
  /// Whether it may not be liquidated yet, because it was liquidatable at t = 0 and never healthy since.
  var isExempt = false
  /// Instruments that it owed at t = 0, the settlement currency among them where its cash was negative.
  let owedAtStart: Set<Int>

  init(_ index: Int, of book: Book, instruments: [Instrument]) {
    terms = book.accounts[index]
    cash = book.cash[index]
    positions = book.positions(of: index).map { place in
      let column = book.columns[Int(book.column[place])]
      return ReferencePosition(
        instrument: column.instrument, kind: instruments[column.instrument].kind, side: column.side, leg: column.leg,
        asset: column.asset, quantity: book.quantity[place], entryPrice: book.entry[place])
    }
    var owed = Set(positions.filter { $0.side == .owed }.map(\.instrument))
    if cash < 0, let settlement = instruments.firstIndex(where: { $0.kind == .settlement }) { owed.insert(settlement) }
    owedAtStart = owed
  }

  /// Whether nothing but cash is left.
  var holdsNothing: Bool { positions.allSatisfy { $0.quantity == 0 } }

  /// Cash plus the value of every position.
  func equity(_ valuation: ReferenceValuation) -> Double {
    positions.reduce(cash) { $0 + valuation.value($1) }
  }

  /// Σ |q|·M over its futures and options.
  func perpetualNotional(_ valuation: ReferenceValuation) -> Double {
    positions.filter { $0.side == .perpetual }.reduce(0) { $0 + valuation.notional($1) }
  }

  /// Gross notional of futures, each counted once.
  func futuresNotional(_ valuation: ReferenceValuation) -> Double {
    positions.filter { $0.side == .perpetual && $0.countsAsNotional && $0.option == nil }
      .reduce(0) { $0 + valuation.notional($1) }
  }

  /// Value of what it holds on one side of the book, as a positive number.
  func worth(_ side: Book.Column.Side, _ valuation: ReferenceValuation) -> Double {
    positions.filter { $0.side == side }.reduce(0) { $0 + valuation.notional($1) }
  }
}
