import Clearing
import Foundation
import Kernels

/// What the hedgers of one venue hold along one path, and what it cost them; the outside market is the other side.
///
/// One per worker, venue and model; none where nobody hedges.
final class HedgeBook {
  /// Money traded, both ways.
  private(set) var flow = 0.0
  /// What trading cost against the marks before each trade: half-spread and own impact.
  private(set) var cost = 0.0
  /// Share of the hedged assets' absolute log moves that hedging made, from close to close.
  var moveShare: Double { moves > 0 ? min(1, ownMoves / moves) : 0 }
  private let hedging: Hedging
  private let gamma: [Double]
  private var units: [Double]
  private var cash = 0.0
  private var outsideUnits: [Double]
  private var outsideCash = 0.0
  /// Marks that the dealers' delta was last neutral at, and those at the end of the step before.
  private var neutralAt: [Double]
  private var previous: [Double]
  /// What the venue's agent holds.
  private var agentUnits: [Double]
  /// Units bought in the step under way.
  private var pending: [Double]
  private var moves = 0.0
  private var ownMoves = 0.0

  /// The hedgers of a venue; nil where nobody can ever trade.
  init?(_ hedging: Hedging, assets: Int) {
    guard hedging.isActive else { return nil }
    self.hedging = hedging
    let zero = [Double](repeating: 0, count: assets)
    gamma = zero.indices.map { hedging.dealerGamma[$0] ?? 0 }
    units = zero
    outsideUnits = zero
    neutralAt = zero
    previous = zero
    agentUnits = zero
    pending = zero
  }

  /// Returns to t = 0, where everybody is hedged.
  func reset(marks: [Double]) {
    flow = 0
    cost = 0
    cash = 0
    outsideCash = 0
    moves = 0
    ownMoves = 0
    for asset in marks.indices {
      units[asset] = 0
      outsideUnits[asset] = 0
      agentUnits[asset] = 0
      pending[asset] = 0
      neutralAt[asset] = marks[asset]
      previous[asset] = marks[asset]
    }
  }

  /// Whether the agent wants to know the exposure of accounts with negative equity.
  var hedgesReserve: Bool { hedging.reserveRatio > 0 }

  /// Decides what to trade at `marks` and adds the money to `flows`; `exposure` is what the reserve stands in for, in units
  /// of each asset.
  func decide(marks: [Double], exposure: [Double], flows: inout [Double]) {
    for asset in marks.indices {
      var bought = 0.0
      if gamma[asset] != 0 {
        bought = -gamma[asset] * log(marks[asset] / neutralAt[asset]) / marks[asset]
        neutralAt[asset] = marks[asset]
      }
      if hedgesReserve {
        let target = -hedging.reserveRatio * exposure[asset]
        bought += target - agentUnits[asset]
        agentUnits[asset] = target
      }
      pending[asset] = bought
      flows[asset] += bought * marks[asset]
    }
  }

  /// Books what was decided at the market's fills; `shifts` are what all hedgers' `flows` do to the log marks.
  func book(
    fills: borrowing FixedBuffer<Double>, marks: [Double], shifts: borrowing FixedBuffer<Double>, flows: [Double]
  ) {
    for asset in pending.indices where pending[asset] != 0 {
      let money = pending[asset] * fills[asset]
      units[asset] += pending[asset]
      cash -= money
      outsideUnits[asset] -= pending[asset]
      outsideCash += money
      flow += abs(pending[asset] * marks[asset])
      cost += pending[asset] * (fills[asset] - marks[asset])
      if flows[asset] != 0 { ownMoves += abs(shifts[asset] * pending[asset] * marks[asset] / flows[asset]) }
    }
  }

  /// Takes the marks at the end of a step.
  func endStep(marks: [Double]) {
    for asset in marks.indices where gamma[asset] != 0 || agentUnits[asset] != 0 || pending[asset] != 0 {
      moves += abs(log(marks[asset] / previous[asset]))
    }
    for asset in marks.indices {
      previous[asset] = marks[asset]
      pending[asset] = 0
    }
  }

  /// Whether anything is to be traded in the step under way.
  var trades: Bool { pending.contains { $0 != 0 } }

  /// What the hedgers gained on their trades, at `marks`.
  func gain(marks: [Double]) -> Double { Self.value(cash, units, marks) }

  /// What the outside market gained on the same trades.
  func outsideGain(marks: [Double]) -> Double { Self.value(outsideCash, outsideUnits, marks) }

  private static func value(_ cash: Double, _ units: [Double], _ marks: [Double]) -> Double {
    zip(units, marks).reduce(cash) { $0 + $1.0 * $1.1 }
  }
}
