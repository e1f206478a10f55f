import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Owners who top up, close and withdraw: engine and reference agree, and small cases come out as by hand.
@Suite("Owners of accounts")
struct TwinBehaviourTests {
  @Test("engine and reference agree with owners, hedgers, oracles and impact laws of all kinds")
  func againstReference() throws {
    var counts = TwinFeatureCounts()
    for number in 0..<560 {
      let plain = try #require(TwinCase(number: number))
      let twin = plain.withOwners(
        number % 2 == 0 ? plain : plain.withHedgers(plain.withOwnImpacts(plain.withOracles())))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      guard table.pathStates[0][0] == twin.paths.count else { continue }
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for (venue, outcome) in trace.outcomes.enumerated() {
          #expect(abs(outcome.conservationResidual) < 1e-9, "case \(number), path \(path), venue \(venue)")
          counts.add("top-up", when: outcome.topUps ?? 0 > 0)
          counts.add("deleveraging", when: outcome.deleveraged ?? 0 > 0)
          counts.add("withdrawal", when: outcome.withdrawn ?? 0 > 0)
          counts.add("liquidation avoided", when: outcome.liquidationsAvoided ?? 0 > 0)
          counts.add("liquidation after all", when: outcome.topUps ?? 0 > 0 && outcome.liquidationEvents > 0)
        }
      }
    }
    for (feature, count) in counts.counts { #expect(count >= 30, "\(feature): \(count) times") }
  }

  @Test("owners who never answer change nothing, bit for bit")
  func neverAnswering() throws {
    let added: Set<PathQuantity> = [
      .toppedUp, .topUps, .deleveraged, .withdrawn, .liquidationsAvoided, .shortfallAvoided,
    ]
    for number in 0..<40 {
      let plain = try #require(TwinCase(number: number))
      var silent = plain
      for venue in plain.venues.indices {
        silent.venues[venue].rules.behaviour = AccountBehaviour(
          callBuffer: 0.5, topUp: .init(probability: 0, delayHours: 0, targetBuffer: 1))
      }
      let tables = try [plain, silent].map { try $0.simulator().run(workers: 1) }
      for (first, second) in zip(tables[0].series, tables[1].series) {
        for quantity in PathQuantity.allCases where !added.contains(quantity) {
          let pairs = zip(first[quantity], second[quantity])
          #expect(pairs.allSatisfy { $0.bitPattern == $1.bitPattern }, "case \(number), \(quantity)")
        }
        #expect(second[.liquidationsAvoided].allSatisfy { $0 == 0 })
      }
    }
  }

  /// A long of one at 100 with 10 of its own, maintenance 5 %: called below 5 + 25 %, liquidated below 5.
  private func long(_ answer: WritableKeyPath<AccountBehaviour, AccountBehaviour.Answer?>, delayHours: Double) throws
    -> TwinCase
  {
    let venue = TwinSmallVenue(holdings: [.init(cash: 10, perpetual: 1, entryPrice: 100)])
    var twin = try venue.twin([100, 96.5, 95, 94, 93])
    var behaviour = AccountBehaviour(callBuffer: 0.25)
    behaviour[keyPath: answer] = .init(probability: 1, delayHours: delayHours, targetBuffer: 1)
    twin.venues[0].rules.behaviour = behaviour
    return twin
  }

  @Test("a top-up at once brings the account to the target and saves it; two hours late it comes too late")
  func topUp() throws {
    // At 95 equity is 5 and maintenance 4.75: called at step 2, below 5.9375. The target is 9.5.
    let prompt = try long(\.topUp, delayHours: 0).trace(path: 0).outcomes[0]
    #expect(prompt.toppedUp == 4.5 && prompt.topUps == 1 && prompt.liquidationEvents == 0)
    #expect(prompt.liquidationsAvoided == 1)
    #expect(abs(prompt.bookLoss[0] - 7) < 1e-12)
    let late = try long(\.topUp, delayHours: 2).trace(path: 0).outcomes[0]
    #expect(late.toppedUp == 0 && late.liquidationEvents == 1 && late.liquidationsAvoided == 0)
    let series = try long(\.topUp, delayHours: 0).simulator().run(workers: 1).series(model: 0, venue: 0)
    #expect(series[.toppedUp] == [4.5] && series[.liquidationsAvoided] == [1])
  }

  @Test("an owner who closes does so in the market, without a penalty, to the target")
  func deleveraging() throws {
    let twin = try long(\.deleveraging, delayHours: 0)
    let trace = twin.trace(path: 0)
    // At 95: 5 of equity carry 5/9.5 of the position at twice maintenance; the rest, 4.5/9.5, is closed at the mark.
    #expect(abs((trace.outcomes[0].deleveraged ?? 0) - 95 * 4.5 / 9.5) < 1e-9)
    #expect(trace.outcomes[0].liquidationEvents == 0 && trace.outcomes[0].liquidationsAvoided == 1)
    #expect(abs(trace.steps[2].venues[0].accounts[0].quantities[0] - 5 / 9.5) < 1e-12)
  }

  @Test("a call is answered with the chance that is stated: 4,000 owners, within four standard errors")
  func chance() throws {
    let venue = TwinSmallVenue(
      holdings: (0..<4000).map { _ in .init(cash: 10, perpetual: 1, entryPrice: 100) })
    var twin = try venue.twin([100, 95, 96, 97])
    twin.venues[0].rules.behaviour = AccountBehaviour(
      callBuffer: 0.25, topUp: .init(probability: 0.3, delayHours: 0, targetBuffer: 0.25),
      deleveraging: .init(probability: 0.2, delayHours: 0, targetBuffer: 0.25))
    let series = try twin.simulator().run(workers: 1).series(model: 0, venue: 0)
    let error = 4 * (4000 * 0.3 * 0.7 as Double).squareRoot()
    #expect(abs((series[.topUps].first ?? 0) - 1200) < error)
    // Each closes the same share of 95.
    let share = (1.25 * 4.75 - 5) / (1.25 * 4.75)
    let closed = (series[.deleveraged].first ?? 0) / (95 * share)
    #expect(abs(closed - 800) < 4 * (4000 * 0.2 * 0.8 as Double).squareRoot(), "\(closed)")
  }

  /// An attacker borrows against a pushed price and leaves the collateral: 10 coins at 100, loan-to-value 75 %.
  @Test("a pushed price is borrowed against and released: the attacker's gain is what the others lose")
  func attack() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 0, spot: 10), .init(cash: 5000)])
    venue.isLending = true
    venue.liquidation = LiquidationPolicy(
      method: .closeFactor(closeFactor: 1, fullBelowHealthFactor: 1, bonus: 0), penalty: 0, reserveShare: 0, waves: 8)
    venue.reserve = 200
    var twin = try venue.twin([100, 200, 100, 100])
    let input = twin.venues[0]
    let book = input.venue.book
    let accounts = [Account(id: "attacker", group: 1), Account(id: "lender", group: 0)]
    twin.venues[0].venue = Venue(
      id: "pool", summary: "", settlement: "USD", isSynthetic: true, depths: input.venue.depths,
      instruments: input.venue.instruments,
      book: Book(
        accounts: accounts, groups: ["all", "attacker"], instruments: input.venue.instruments,
        positions: [
          Position(account: 0, instrument: 1, quantity: 10),
          Position(account: 1, instrument: 0, quantity: book.cash[1]),
        ]))
    twin.venues[0].rules.behaviour = AccountBehaviour(
      withdrawal: .init(groups: ["attacker"], excessOver: 0, share: 1))
    let outcome = twin.trace(path: 0).outcomes[0]
    // At 200 the coins carry a loan of 1,500; at 100 they bring 1,000, and 500 are missing.
    #expect(outcome.withdrawn == 1500 && outcome.shortfalls == 500)
    #expect(outcome.bookLoss[2] == -500)
    #expect(outcome.uncovered == 300)
    let table = try twin.simulator().run(workers: 1)
    #expect(table.series(model: 0, venue: 0).bookLoss[2] == [-500])
    #expect(table.series(model: 0, venue: 0)[.withdrawn] == [1500])
  }
}

extension TwinCase {
  /// `base` with owners who answer calls and withdraw, at each venue.
  func withOwners(_ base: TwinCase) -> TwinCase {
    var figures = TwinRandomFigures(seed: 20_270_304, case: number)
    var other = base
    for index in venues.indices {
      let buffer = figures.uniform(0, 0.6)
      func answer() -> AccountBehaviour.Answer {
        .init(
          probability: figures.uniform(0.35, 0.5), delayHours: grid.stepHours * figures.pick(0, 0, 1, 3),
          targetBuffer: buffer + figures.uniform(0, 1))
      }
      let hasFutures = venues[index].venue.book.columns.contains { $0.side == .perpetual }
      other.venues[index].rules.behaviour = AccountBehaviour(
        callBuffer: buffer, topUp: figures.flip(0.7) ? answer() : nil,
        deleveraging: hasFutures && figures.flip(0.7) ? answer() : nil,
        withdrawal: figures.flip(0.4)
          ? .init(groups: ["other"], excessOver: figures.uniform(0, 0.5), share: figures.pick(0.3, 1)) : nil)
    }
    return other
  }
}
