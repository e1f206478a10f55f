import Clearing
import Foundation
import Venues

/// The hedgers of one venue: dealers who keep their delta, and an agent for the reserve.
struct ReferenceHedgers {
  let hedging: Hedging
  /// What they hold of each asset, and their money.
  private(set) var holdings: [Double]
  private(set) var cash = 0.0
  /// Marks at which the dealers' delta was neutral.
  private var neutralAt: [Double]
  /// What the agent holds.
  private var agent: [Double]
  /// Money traded, and its cost against the marks before.
  private(set) var flow = 0.0
  private(set) var cost = 0.0
  /// Σ|shift| of own trades and Σ|Δ ln M| of hedged assets, for the share of moves.
  private(set) var ownMoves = 0.0
  private(set) var moves = 0.0
  private var marksBefore: [Double]

  init(_ hedging: Hedging, marks: [Double]) {
    self.hedging = hedging
    holdings = marks.map { _ in 0 }
    agent = holdings
    neutralAt = marks
    marksBefore = marks
  }

  /// Units to buy now. Dealers: the change of their delta since they were last neutral, γ·ln(M/M'), is sold. The agent:
  /// whatever takes it to minus its share of the exposure.
  mutating func decide(marks: [Double], exposure: [Double]) -> [Double] {
    marks.indices.map { asset in
      let gamma = hedging.dealerGamma[asset] ?? 0
      let deltaGained = gamma * log(marks[asset] / neutralAt[asset])
      neutralAt[asset] = marks[asset]
      let target = -hedging.reserveRatio * exposure[asset]
      let forAgent = target - agent[asset]
      agent[asset] = target
      return forAgent - deltaGained / marks[asset]
    }
  }

  /// Buys `units` at the fills of the executions that they were part of.
  mutating func buy(_ units: [Double], at executions: [ReferenceExecution], marks: [Double]) {
    for asset in units.indices where units[asset] != 0 {
      let execution = executions[asset]
      holdings[asset] += units[asset]
      cash -= units[asset] * execution.fill
      flow += abs(units[asset]) * marks[asset]
      cost += units[asset] * (execution.fill - marks[asset])
      if execution.flow != 0 { ownMoves += abs(execution.shift * units[asset] * marks[asset] / execution.flow) }
    }
  }

  /// The end of a step: how far the hedged assets moved since the last.
  mutating func endStep(_ units: [Double], marks: [Double]) {
    for asset in marks.indices {
      let isHedged = (hedging.dealerGamma[asset] ?? 0) != 0 || agent[asset] != 0 || units[asset] != 0
      if isHedged { moves += abs(log(marks[asset] / marksBefore[asset])) }
    }
    marksBefore = marks
  }

  /// Money and holdings at the marks.
  func equity(_ marks: [Double]) -> Double { zip(holdings, marks).reduce(cash) { $0 + $1.0 * $1.1 } }
}

extension ReferenceClearingHouse {
  /// What the reserve stands in for: what is linear in a price among the positions of open accounts whose equity is negative
  /// at the oracle's prices; options and pool shares are left out.
  func exposure(_ judged: ReferenceValuation) -> [Double] {
    var exposure = judged.prices.map { _ in 0.0 }
    // A price of one asks for units without dividing by the price, whose rounding would be traded.
    let inUnits = judged.at(judged.prices.map { _ in 1 })
    for account in accounts
    where account.isOpen && account.equity(judged) < 0 && margin.health(of: account, judged) < 0 {
      for position in account.positions where !position.isCurved && !isSettled(position, judged) {
        exposure[position.asset] += position.quantity * inUnits.unitTraded(position)
      }
    }
    return exposure
  }

  private func isSettled(_ position: ReferencePosition, _ valuation: ReferenceValuation) -> Bool {
    position.expiry.map { valuation.hours > $0.hours * (1 - 1e-9) } ?? false
  }
}

extension ReferenceSimulator {
  /// Hedgers of all venues trade together, once, at the marks that the waves left.
  static func hedge(_ houses: inout [ReferenceClearingHouse], _ prices: inout ReferencePrices) {
    guard houses.contains(where: { $0.rules.hedging.isActive }) else { return }
    let marks = prices.marks
    guard marks.allSatisfy({ $0 > 0 && $0.isFinite }) else { return }
    var bought: [[Double]] = []
    for index in houses.indices {
      let shown = houses[index].oracle.judge(step: prices.step, marks: marks)
      let exposure = houses[index].exposure(houses[index].valuation(shown, hours: prices.hours))
      bought.append(houses[index].hedgers.decide(marks: marks, exposure: exposure))
    }
    let flows = marks.indices.map { asset in bought.reduce(0) { $0 + $1[asset] * marks[asset] } }
    let executions = prices.execute(
      flows: flows, byVenue: bought.map { units in units.indices.map { units[$0] * marks[$0] } })
    let after = prices.marks
    for index in houses.indices {
      houses[index].hedgers.buy(bought[index], at: executions, marks: marks)
      houses[index].outside.sellToHedgers(bought[index], at: executions)
      houses[index].hedgers.endStep(bought[index], marks: after)
    }
  }
}
