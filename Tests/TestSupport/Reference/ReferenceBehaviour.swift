import Clearing
import Foundation
import Kernels
import Venues

/// What the owners of one venue's accounts did so far.
struct ReferenceOwners {
  /// An account that is below the call level: when and how it answers, once.
  struct Call {
    var dueStep: Int
    var topsUp = false
    var deleverages = false
  }

  /// By account.
  var calls: [Int: Call] = [:]
  var toppedUp = 0.0
  var topUps = 0
  var deleveraged = 0.0
  var withdrawn = 0.0
  /// Money put in less money taken out, by group.
  var inflow: [Int: Double] = [:]
}

/// What owners do at the end of a step: all decided at the oracle's prices from the same state, then carried out.
extension ReferenceClearingHouse {
  /// What is decided: money by account, fractions of futures by account.
  struct OwnerDecision {
    var payments: [(account: Int, money: Double)] = []
    var closings: [ReferenceClosing] = []
  }

  /// Calls, answers that are due, and withdrawals.
  mutating func decideOwners(step: Int, _ judged: ReferenceValuation) -> OwnerDecision {
    var decision = OwnerDecision()
    guard let behaviour = rules.behaviour, !hasFailed else { return decision }
    for index in accounts.indices {
      let account = accounts[index]
      let weighted = margin.weightedEquity(.maintenance, of: account, judged) + account.terms.credit
      let requirement = margin.requirement(.maintenance, of: account, judged)
      guard behaviour.answersCalls, account.isOpen, requirement > 0, weighted < (1 + behaviour.callBuffer) * requirement
      else {
        owners.calls[index] = nil
        continue
      }
      if owners.calls[index] == nil { owners.calls[index] = drawCall(of: index, step: step, behaviour) }
      guard let call = owners.calls[index], call.dueStep <= step else { continue }
      owners.calls[index]?.topsUp = false
      owners.calls[index]?.deleverages = false
      if call.topsUp, let target = behaviour.topUp?.targetBuffer {
        let missing = (1 + target) * requirement - weighted
        if missing > 0 { decision.payments.append((index, missing)) }
      }
      if call.deleverages, let target = behaviour.deleveraging?.targetBuffer {
        var closing = ReferenceClosing(account: index)
        closing.perpetualShare = deleveragedShare(of: account, targetBuffer: target, judged)
        if closing.isAction { decision.closings.append(closing) }
      }
    }
    decision.payments += withdrawals(behaviour, judged)
    return decision
  }

  /// One number a call: below the first chance it is a top-up, below both a deleveraging.
  private func drawCall(of index: Int, step: Int, _ behaviour: AccountBehaviour) -> ReferenceOwners.Call {
    let number = KeyedDraws(seed: market.seed, path: UInt64(market.path), purpose: .marginCall)
      .uniform(step: UInt32(step), factor: UInt32(index))
    func due(_ answer: AccountBehaviour.Answer?) -> Int {
      step + Int(((answer?.delayHours ?? 0) / market.stepHours).rounded())
    }
    let topUp = behaviour.topUp?.probability ?? 0
    let either = topUp + (behaviour.deleveraging?.probability ?? 0)
    if number < topUp { return .init(dueStep: due(behaviour.topUp), topsUp: true) }
    if number < either { return .init(dueStep: due(behaviour.deleveraging), deleverages: true) }
    return .init(dueStep: step)
  }

  /// The share of all futures whose closing, at half-spread cost, leaves the account the buffer above maintenance.
  private func deleveragedShare(
    of account: ReferenceAccount, targetBuffer: Double, _ judged: ReferenceValuation
  ) -> Double {
    let futures = account.positions.filter { $0.side == .perpetual }
    guard account.perpetualNotional(judged) > 0 else { return 1 }
    let target = (1 + targetBuffer) * margin.requirement(.maintenance, of: account, judged)
    let cost = futures.reduce(0) { $0 + spreadCost($1, judged) }
    guard target - cost > 0 else { return 1 }
    let weighted = margin.weightedEquity(.maintenance, of: account, judged) + account.terms.credit
    let share = (target - weighted) / (target - cost)
    return share > 1 - 1e-9 ? 1 : max(0, share)
  }

  private func withdrawals(
    _ behaviour: AccountBehaviour, _ judged: ReferenceValuation
  ) -> [(account: Int, money: Double)] {
    guard let withdrawal = behaviour.withdrawal else { return [] }
    return accounts.indices.compactMap { index in
      let account = accounts[index]
      let group = venue.book.groups[account.terms.group]
      guard account.isOpen, account.terms.owner == nil, withdrawal.groups.contains(group) else { return nil }
      let spare =
        margin.weightedEquity(.initial, of: account, judged) - (1 + withdrawal.excessOver)
        * margin.requirement(.initial, of: account, judged)
      return spare > 0 ? (index, -withdrawal.share * spare) : nil
    }
  }

  /// Carries out what was decided, trades at the fills.
  mutating func carryOut(_ decision: OwnerDecision, fills: [Double], _ valuation: ReferenceValuation) {
    for (index, money) in decision.payments {
      accounts[index].cash += money
      owners.inflow[accounts[index].terms.group, default: 0] += money
      if money > 0 {
        owners.toppedUp += money
        owners.topUps += 1
      } else {
        owners.withdrawn -= money
      }
    }
    for closing in decision.closings { owners.deleveraged += closeFutures(closing, fills: fills, valuation) }
    for closing in decision.closings {
      let account = accounts[closing.account]
      guard let owner = account.terms.owner, account.holdsNothing, account.cash > 0 else { continue }
      accounts[owner].cash += account.cash
      accounts[closing.account].cash = 0
    }
  }

  /// Everything that came in from outside less what went out.
  var externalInflow: Double { owners.inflow.values.reduce(0, +) }
}

extension ReferenceSimulator {
  /// Owners of all venues act together at the end of a step; what they close trades in the same market.
  static func letOwnersAct(_ houses: inout [ReferenceClearingHouse], _ prices: inout ReferencePrices) {
    guard houses.contains(where: { $0.rules.behaviour != nil }) else { return }
    let marks = prices.marks
    guard marks.allSatisfy({ $0 > 0 && $0.isFinite }) else { return }
    var decisions: [ReferenceClearingHouse.OwnerDecision] = []
    var flows = marks.map { _ in 0.0 }
    var byVenue: [[Double]] = []
    for index in houses.indices {
      let shown = houses[index].oracle.judge(step: prices.step, marks: marks)
      let judged = houses[index].valuation(shown, hours: prices.hours)
      decisions.append(houses[index].decideOwners(step: prices.step, judged))
      let own = houses[index].flows(
        of: decisions[index].closings, houses[index].valuation(marks, hours: prices.hours))
      byVenue.append(own)
      for asset in flows.indices { flows[asset] += own[asset] }
    }
    let fills = prices.execute(flows: flows, byVenue: byVenue).map(\.fill)
    for index in houses.indices {
      houses[index].carryOut(
        decisions[index], fills: fills, houses[index].valuation(marks, hours: prices.hours))
    }
  }
}
