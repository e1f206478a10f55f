import Venues

import Foundation

/// What a margin model demanded along one path at one venue, the book of t = 0 held constant.
///
/// Notionals are at the oracle's prices, moves at the marks before the waves of each step. A *market* is an instrument on one side of the
/// book whose positions have an initial requirement at t = 0; its weight is its open interest Q·u(0) at t = 0, Q being
/// Σ |q| and u the unit notional. An account margined by scenarios is judged by itself: see `ReferenceHeldPortfolios`.
public struct ReferenceMarginMeasures: Sendable, Hashable {
  /// Summed initial requirement of the book, mean over steps 1…T.
  public var initialMarginMean = 0.0
  /// Share of (window, market, side) whose move stayed within the market's average rate, by weight.
  public var coverage = 1.0
  /// Largest ÷ smallest average rate of the book over steps 0…T, prices held at t = 0.
  public var peakToTrough = 1.0
  /// Largest relative increase of that rate over the window, at least 0.
  public var largestIncrease = 0.0
  /// Standard deviation of that rate's relative changes over the window; 0 for a single one.
  public var changeDeviation = 0.0
  /// Largest increase of the summed requirement over the window, in money, at least 0.
  public var largestCall = 0.0
  /// Mean over steps of the weighted volatility that the margin saw, annualised; nil for a static model.
  public var volatilitySeen: Double?
  /// Weighted realised volatility of the marks, annualised; nil if nothing is margined.
  public var volatilityRealised: Double?

  init(house: ReferenceClearingHouse, venue: Int, steps: [ReferenceStep], stepHours: Double) {
    let book = HeldBook(house: house, venue: venue, steps: steps, stepHours: stepHours)
    let count = steps.count - 1
    guard count > 0 else { return }
    let window = min(max(1, Int((24 / stepHours).rounded())), count)
    let levels = steps.indices.map { book.requirement(at: $0, ratesOf: $0) }
    initialMarginMean = levels.dropFirst().reduce(0, +) / Double(count)
    for step in window..<steps.count { largestCall = max(largestCall, levels[step] - levels[step - window]) }
    guard book.openInterest > 0 else { return }

    let rates = steps.indices.map { book.requirement(at: 0, ratesOf: $0) / book.openInterest }
    if let least = rates.min(), let most = rates.max(), least > 0 { peakToTrough = most / least }
    for step in window..<steps.count where rates[step - window] > 0 {
      largestIncrease = max(largestIncrease, rates[step] / rates[step - window] - 1)
    }
    let changes = (window..<steps.count).filter { rates[$0 - window] > 0 }.map { rates[$0] / rates[$0 - window] - 1 }
    if changes.count > 1 {
      let mean = changes.reduce(0, +) / Double(changes.count)
      changeDeviation = sqrt(changes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(changes.count - 1))
    }
    coverage = book.coverage(window: window)
    if house.margin.model.looksAtVolatility {
      let seen = steps.dropFirst().map { step in book.mean { step.venues[venue].volatilities[$0] } }
      volatilitySeen = seen.reduce(0, +) / Double(count)
    }
    volatilityRealised = book.mean { asset in
      let squares = zip(steps, steps.dropFirst()).reduce(0) { sum, pair in
        sum + pow(log(pair.1.openingMarks[asset] / pair.0.openingMarks[asset]), 2)
      }
      return sqrt(squares / (Double(count) * stepHours / 8760))
    }
  }
}

/// The book of t = 0, which nobody is ever removed from, along one path.
private struct HeldBook {
  let house: ReferenceClearingHouse
  let venue: Int
  let steps: [ReferenceStep]
  let stepHours: Double
  /// The markets with a requirement at t = 0.
  private var markets: [Market] = []
  private let portfolios: ReferenceHeldPortfolios

  init(house: ReferenceClearingHouse, venue: Int, steps: [ReferenceStep], stepHours: Double) {
    self.house = house
    self.venue = venue
    self.steps = steps
    self.stepHours = stepHours
    portfolios = ReferenceHeldPortfolios(house: house, steps: steps, stepHours: stepHours)
    markets = Self.markets(of: house).filter { market in
      demand(market, at: 0, ratesOf: 0) > 0 || market.positions.contains { portfolios.takesPart($0) }
    }
  }

  /// Initial requirement of one market at the prices of one step under the rates of another.
  private func demand(_ market: Market, at step: Int, ratesOf other: Int) -> Double {
    let moment = ReferenceValuation(
      prices: house.oracle.openings[step], hours: Double(step) * stepHours, funding: [])
    let margin = house.margin.withRates(steps[other].venues[venue].rates)
    return market.positions.reduce(0) { sum, held in
      sum
        + margin.requirement(
          .initial, position: held.position, notional: moment.notional(held.position), of: held.account)
    }
  }

  /// The same of the whole book.
  func requirement(at step: Int, ratesOf other: Int) -> Double {
    markets.reduce(portfolios.requirement(at: step, ratesOf: other)) { $0 + demand($1, at: step, ratesOf: other) }
  }

  /// Q·u(0) of one market.
  private func openInterest(of market: Market) -> Double {
    let start = ReferenceValuation(prices: steps[0].openingMarks, hours: 0, funding: [])
    return market.positions.reduce(0) { $0 + start.notional($1.position) }
  }

  /// Σ of all weights.
  var openInterest: Double { markets.reduce(0) { $0 + openInterest(of: $1) } }

  /// Mean of a figure of the asset over markets, by weight.
  func mean(_ figure: (Int) -> Double) -> Double {
    markets.reduce(0) { $0 + figure($1.asset) * openInterest(of: $1) } / openInterest
  }

  /// A long loses what the price falls over a window, a short what it rises; balances have a long side only. A side is
  /// covered where the average rate at the window's start, everybody being charged what that side is, is at least the
  /// loss.
  func coverage(window: Int) -> Double {
    var covered = 0.0
    var judged = 0.0
    for from in stride(from: 0, through: steps.count - 1 - window, by: window) {
      for portfolio in portfolios.all {
        judged += portfolio.notional
        if portfolios.loss(of: portfolio, from: from, to: from + window)
          <= portfolios.required(of: portfolio, at: from) + 1e-9 * portfolio.notional
        {
          covered += portfolio.notional
        }
      }
      // What options and pool shares lose is not the move of a mark.
      let rated = markets.map { $0.without(portfolios) }.filter { openInterest(of: $0) > 0 }
      for market in rated where market.positions.allSatisfy({ !$0.position.isCurved }) {
        let weight = openInterest(of: market)
        let asset = market.asset
        let move = steps[from + window].openingMarks[asset] / steps[from].openingMarks[asset] - 1
        for side in market.side == .perpetual ? [1.0, -1] : [1] {
          judged += weight
          let rate = demand(market.allOn(side: side), at: 0, ratesOf: from) / weight
          if -side * move <= rate { covered += weight }
        }
      }
    }
    return judged > 0 ? covered / judged : 1
  }

  /// All positions of t = 0 in one instrument on one side of the book.
  private struct Market {
    let instrument: Int
    let side: Book.Column.Side
    let leg: Book.Column.Leg
    let asset: Int
    var positions: [(position: ReferencePosition, account: ReferenceAccount)] = []

    /// The positions of accounts that are not margined by scenarios.
    func without(_ portfolios: ReferenceHeldPortfolios) -> Market {
      var other = self
      other.positions = positions.filter { !portfolios.takesPart($0) }
      return other
    }

    /// The same with everybody on one side.
    func allOn(side: Double) -> Market {
      guard self.side == .perpetual else { return self }
      var other = self
      for index in positions.indices {
        other.positions[index].position.quantity = side * abs(positions[index].position.quantity)
      }
      return other
    }
  }

  private static func markets(of house: ReferenceClearingHouse) -> [Market] {
    var markets: [Market] = []
    for index in house.venue.book.accounts.indices {
      let account = ReferenceAccount(index, of: house.venue.book, instruments: house.venue.instruments)
      for position in account.positions {
        let place = markets.firstIndex {
          $0.instrument == position.instrument && $0.side == position.side && $0.leg == position.leg
        }
        if place == nil {
          markets.append(
            Market(
              instrument: position.instrument, side: position.side, leg: position.leg, asset: position.asset))
        }
        markets[place ?? markets.count - 1].positions.append((position, account))
      }
    }
    return markets
  }
}
