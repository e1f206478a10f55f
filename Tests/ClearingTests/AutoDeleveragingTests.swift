import Clearing
import Testing

/// Who is closed, by how much, in which order.
@Suite("Auto-deleveraging")
struct AutoDeleveragingTests {
  private func winner(
    _ account: Int, id: String, contracts: Double = 10, profit: Double = 600, equity: Double = 700, score: Double = 1
  ) -> AutoDeleveraging.Winner {
    AutoDeleveraging.Winner(
      account: account, position: account, id: id, contracts: contracts, profit: profit, equity: equity, score: score)
  }

  private let queue = AutoDeleveraging(ranking: .profitTimesLeverage)
  private let everybody = AutoDeleveraging(ranking: .proRata)
  private let claim = AutoDeleveraging.Claim(unmet: 550, contracts: 10)

  @Test("the greatest profit times leverage comes first, whatever the order given")
  func greatestFirst() {
    let winners = [winner(0, id: "a", score: 1), winner(1, id: "b", score: 3), winner(2, id: "c", score: 2)]
    for order in [winners, winners.reversed()] {
      let shares = queue.shares(of: claim, among: order)
      #expect(shares.map(\.account) == [1] && shares.map(\.haircut) == [550] && shares.map(\.contracts) == [10])
    }
  }

  @Test("ties go to the lower id, numbers compared as numbers", arguments: [("9", "10"), ("a10", "a9"), ("10", "a")])
  func ties(lower: String, higher: String) {
    for winners in [[winner(0, id: lower), winner(1, id: higher)], [winner(1, id: higher), winner(0, id: lower)]] {
      #expect(queue.shares(of: claim, among: winners).map(\.account) == [0])
    }
  }

  @Test("the queue goes on until the contracts are used up, at the same money per contract")
  func severalInTurn() {
    let winners = [
      winner(0, id: "a", contracts: 4, profit: 240, score: 2),
      winner(1, id: "b", contracts: 20, profit: 1200, equity: 1300),
    ]
    let shares = queue.shares(of: claim, among: winners)
    #expect(shares.map(\.contracts) == [4, 6])
    #expect(shares.map(\.haircut) == [220, 330])
  }

  @Test("nobody forgoes more than its profit on what is closed, nor more than its equity")
  func limits() {
    let small = queue.shares(of: claim, among: [winner(0, id: "a", profit: 100)])
    #expect(small.map(\.haircut) == [100] && small.map(\.contracts) == [10])
    let poor = queue.shares(of: claim, among: [winner(0, id: "a", equity: 40)])
    #expect(poor.map(\.haircut) == [40])
    let half = queue.shares(
      of: AutoDeleveraging.Claim(unmet: 550, contracts: 5), among: [winner(0, id: "a", profit: 600)])
    #expect(half.map(\.haircut) == [300])
  }

  @Test("pro rata takes the same part of what each can forgo, and no more than is unmet")
  func proRata() {
    let winners = [
      winner(0, id: "a", profit: 300), winner(1, id: "b", profit: 900, equity: 800), winner(2, id: "c", equity: -5),
    ]
    let shares = everybody.shares(of: claim, among: winners)
    #expect(shares.map(\.account) == [0, 1])
    #expect(shares.map(\.haircut) == [150, 400])
    #expect(abs(shares.reduce(0) { $0 + $1.contracts } - 10) < 1e-12)
    let all = everybody.shares(of: AutoDeleveraging.Claim(unmet: 5000, contracts: 10), among: winners)
    #expect(all.map(\.haircut) == [300, 800])
  }

  @Test("nothing is taken where nothing is unmet or nobody won")
  func nothing() {
    for rule in [queue, everybody] {
      #expect(rule.shares(of: AutoDeleveraging.Claim(unmet: 0, contracts: 10), among: [winner(0, id: "a")]).isEmpty)
      #expect(rule.shares(of: claim, among: []).isEmpty)
    }
  }
}
