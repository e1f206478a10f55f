import Clearing
import Kernels
import Venues

/// What the owners of one venue's accounts do along one path: who is called, who has answered, and what it came to.
///
/// One per worker, venue and model; none where owners do nothing. `VenueReplay` carries out what is decided here.
final class MarginCalls {
  /// An answer to a call.
  enum Answer {
    case topUp
    case deleverage
  }

  /// One account that is below the call level.
  private struct Call {
    let account: Int
    /// Step at whose end it is answered.
    let due: Int
    /// How; nil where it is not, or was already.
    var answer: Answer?
  }

  /// Money put in and taken out, notional closed of their own accord, number of top-ups.
  var toppedUp = 0.0
  var withdrawn = 0.0
  var deleveraged = 0.0
  var topUps = 0
  /// Whether owners did anything on the path so far.
  var haveActed: Bool { topUps > 0 || deleveraged > 0 || withdrawn > 0 }
  /// Money put in less money taken out, by group.
  var inflow: [Double]
  /// Positions at the oracle's prices under a maintenance requirement raised to the call level.
  let called: ColumnState
  let screen: CandidateScreen
  let behaviour: AccountBehaviour
  /// Accounts whose owners take money out.
  let withdrawers: [Int]
  private var calls: [Call] = []
  private let topUpSteps: Int
  private let deleveragingSteps: Int

  init?(plan: VenuePlan, model: ModelPlan, stepHours: Double) {
    guard let behaviour = plan.rules.behaviour else { return nil }
    self.behaviour = behaviour
    let book = plan.venue.book
    called = ColumnState(plan: plan)
    screen = CandidateScreen(plan: plan, model: model)
    inflow = [Double](repeating: 0, count: book.groups.count)
    let groups = behaviour.withdrawal?.groups ?? []
    withdrawers = book.accounts.indices.filter {
      book.accounts[$0].owner == nil && groups.contains(book.groups[book.accounts[$0].group])
    }
    topUpSteps = Self.steps(behaviour.topUp, stepHours)
    deleveragingSteps = Self.steps(behaviour.deleveraging, stepHours)
  }

  private static func steps(_ answer: AccountBehaviour.Answer?, _ stepHours: Double) -> Int {
    answer.map { Int(($0.delayHours / stepHours).rounded()) } ?? 0
  }

  /// Returns to t = 0: nobody is called.
  func reset() {
    toppedUp = 0
    withdrawn = 0
    deleveraged = 0
    topUps = 0
    for group in inflow.indices { inflow[group] = 0 }
    calls.removeAll(keepingCapacity: true)
    screen.reset()
  }

  /// Takes the accounts that are below the call level at the end of `step`, ascending, and returns the answers that are due.
  /// Who is there for the first time, or again, is called; a call of an account that is no longer there is over.
  func answers(of accounts: [Int], at step: Int, path: PathView) -> [(account: Int, answer: Answer)] {
    let draws = KeyedDraws(seed: path.seed, path: path.number, purpose: .marginCall)
    var next: [Call] = []
    var old = calls[...]
    for account in accounts {
      while let first = old.first, first.account < account { old.removeFirst() }
      if let first = old.first, first.account == account {
        next.append(first)
      } else {
        next.append(call(account, at: step, draws))
      }
    }
    calls = next
    return calls.indices.compactMap { index in
      guard calls[index].due <= step, let answer = calls[index].answer else { return nil }
      calls[index].answer = nil
      return (calls[index].account, answer)
    }
  }

  /// One uniform number decides between topping up, deleveraging and neither.
  private func call(_ account: Int, at step: Int, _ draws: KeyedDraws) -> Call {
    let number = draws.uniform(step: UInt32(step), factor: UInt32(truncatingIfNeeded: account & 0xFF_FFFF))
    let topUp = behaviour.topUp?.probability ?? 0
    if number < topUp { return Call(account: account, due: step + topUpSteps, answer: .topUp) }
    if number < topUp + (behaviour.deleveraging?.probability ?? 0) {
      return Call(account: account, due: step + deleveragingSteps, answer: .deleverage)
    }
    return Call(account: account, due: step, answer: nil)
  }
}
