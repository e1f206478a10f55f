import Clearing
import Markets
import TestSupport
import Testing
import Venues

/// What must hold on every path of every random venue, whatever happens on it.
@Suite("Identities of the reference on random venues")
struct TwinIdentityTests {
  static let cases = 0..<300

  @Test("money is conserved at every step, to 1e-9 of gross equity")
  func conservation() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      for path in twin.paths.indices {
        let worst = twin.trace(path: path).outcomes.map(\.conservationResidual).max() ?? 0
        #expect(worst <= 1e-9, "case \(number), path \(path)")
      }
    }
  }

  @Test("without impact, marks are the exogenous prices")
  func noImpact() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      guard twin.impact.coefficient == 0 else { continue }
      for step in twin.trace(path: 0).steps {
        #expect(step.openingMarks == step.exogenous)
        #expect(step.closingMarks == step.exogenous)
      }
    }
  }

  @Test("impact of a step is the impact of its summed flow, however it was cut into waves")
  func wavesAddUp() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      for step in twin.trace(path: 0).steps where step.waves.count > 1 {
        for asset in step.exogenous.indices {
          let executions = step.waves.map { $0.executions[asset] }
          let flow = executions.reduce(0) { $0 + $1.flow }
          let depth = try #require(twin.depths[asset])
          let law = twin.impact.coefficient * twin.longRunVolatilities[asset] * (1.0 / 365).squareRoot()
          let direct = twin.impact.impact(flow: flow, scale: law, volume: depth.averageDailyVolume)
          #expect(abs(executions.reduce(0) { $0 + $1.shift } - direct) < 1e-12)
        }
      }
    }
  }

  @Test("only unhealthy accounts and those flagged at the start are touched, and a closed account stays closed")
  func onlyTheUnhealthy() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      let trace = twin.trace(path: 0)
      for (earlier, step) in zip(trace.steps, trace.steps.dropFirst()) {
        for (index, wave) in step.waves.enumerated() {
          let mayForce = step.number == 1 && index == 0 && twin.atStart == .close
          #expect(wave.actions.allSatisfy { $0.health < 0 || mayForce })
        }
        for (venue, state) in step.venues.enumerated() {
          for (before, after) in zip(earlier.venues[venue].accounts, state.accounts) where !before.isOpen {
            #expect(!after.isOpen && after.quantities.allSatisfy { $0 == 0 })
          }
        }
      }
    }
  }

  @Test("a step without waves moves no cash and no quantity")
  func quietSteps() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      let trace = twin.trace(path: 0)
      for (earlier, step) in zip(trace.steps, trace.steps.dropFirst()) where step.waves.isEmpty {
        for (venue, (before, after)) in zip(earlier.venues, step.venues).enumerated() {
          // A backstop takes over without a wave.
          guard twin.venues[venue].rules.backstop == nil else { continue }
          #expect(before.accounts.map(\.cash) == after.accounts.map(\.cash))
          #expect(before.accounts.map(\.quantities) == after.accounts.map(\.quantities))
          #expect(before.reserve == after.reserve)
        }
      }
    }
  }

  @Test("shortfalls are borne in full: reserve, winners, accounts, or written off")
  func waterfall() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      for (venue, state) in twin.trace(path: 0).steps.flatMap({ $0.venues.enumerated().map { ($0, $1) } }) {
        let losses = state.waterfall
        let borne = losses.drawn + losses.profitForgone + losses.socialised + losses.badDebt
        #expect(abs(losses.shortfalls - borne) <= 1e-9 * losses.shortfalls)
        #expect(state.reserve >= 0)
        #expect(losses.socialised == 0 || twin.venues[venue].rules.lossAllocation == .socialise)
      }
    }
  }

  @Test("the order of the accounts does not matter")
  func orderOfAccounts() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      let turned = twin.withAccountsReversed()
      let outcomes = (twin.trace(path: 1).outcomes, turned.trace(path: 1).outcomes)
      for (venue, pair) in zip(outcomes.0, outcomes.1).enumerated() {
        let gross = twin.grossEquity(venue: venue)
        #expect(abs(pair.0.loss - pair.1.loss) <= 1e-9 * gross, "case \(number)")
        #expect(zip(pair.0.bookLoss, pair.1.bookLoss).allSatisfy { abs($0 - $1) <= 1e-9 * gross }, "case \(number)")
        #expect(pair.0.liquidationEvents == pair.1.liquidationEvents, "case \(number)")
        #expect(pair.0.liquidatedOwners == pair.1.liquidatedOwners, "case \(number)")
      }
    }
  }
}

extension TwinCase {
  /// Absolute equity and gross notional of one venue at the start: what money is compared relative to.
  func grossEquity(venue: Int) -> Double {
    let book = venues[venue].venue.book
    let values = ColumnValues(book: book, prices: paths[0].map { $0[0] })
    let notional = book.quantity.indices.reduce(0) {
      $0 + abs(book.quantity[$1]) * values.unitNotional[Int(book.column[$1])]
    }
    return book.accounts.indices.reduce(notional) { $0 + abs(book.equity(of: $1, at: values)) }
  }

  /// The same case with the accounts of every venue in the opposite order.
  func withAccountsReversed() -> TwinCase {
    var turned = self
    turned.venues = venues.map { input in
      let book = input.venue.book
      let last = book.accounts.count - 1
      let accounts = book.accounts.reversed().map { account in
        Account(
          id: account.id, mode: account.mode, group: account.group, owner: account.owner.map { last - $0 },
          loanToValue: account.loanToValue, holder: account.holder, credit: account.credit)
      }
      var positions: [Position] = []
      for index in book.accounts.indices {
        var cash = book.cash[index]
        for place in book.positions(of: index) {
          let instrument = book.columns[Int(book.column[place])].instrument
          cash += book.quantity[place] * book.entry[place]
          positions.append(
            Position(
              account: last - index, instrument: instrument, quantity: book.quantity[place],
              entryPrice: book.entry[place]))
        }
        positions.append(Position(account: last - index, instrument: 0, quantity: cash))
      }
      var other = input
      let venue = input.venue
      other.venue = Venue(
        id: venue.id, summary: venue.summary, settlement: venue.settlement, isSynthetic: venue.isSynthetic,
        depths: venue.depths, instruments: venue.instruments,
        book: Book(accounts: accounts, groups: book.groups, instruments: venue.instruments, positions: positions))
      return other
    }
    return turned
  }
}
