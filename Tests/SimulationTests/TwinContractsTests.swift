import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// The random cases with other contracts in the place of linear perpetuals.
extension TwinCase {
  /// The same accounts and quantities; each perpetual becomes, by lot, inverse, dated, or stays, and some of the linear
  /// ones settle in another asset. Equity at t = 0 differs
  /// from the linear case only by the entry prices and the basis. Venues outside `places`, where that is given, stay as they
  /// are.
  func withContracts(at places: [Int]? = nil) -> TwinCase {
    var figures = TwinRandomFigures(seed: 77, case: number)
    var others = TwinRandomFigures(seed: 78, case: number)
    var other = self
    other.venues = venues.enumerated().map { index, input in
      if places?.contains(index) == false { return input }
      let instruments = input.venue.instruments.map { instrument in
        guard case .perpetual(let terms) = instrument.kind else { return instrument }
        var made = contract(terms, &figures)
        if made.inverseFace == nil, paths[0].count > 1, others.flip(0.6) {
          made.settlementAsset = (made.asset + others.count(1...paths[0].count - 1)) % paths[0].count
        }
        return Instrument(id: instrument.id, kind: .perpetual(made))
      }
      return rebuilt(input, instruments: instruments)
    }
    return other
  }

  private func contract(_ terms: PerpetualTerms, _ figures: inout TwinRandomFigures) -> PerpetualTerms {
    var terms = terms
    switch figures.count(0...3) {
    case 0, 1: terms.inverseFace = figures.pick(1, 10, 100)
    case 2:
      let step = figures.count(1...grid.steps + 3)
      terms.expiry = FutureExpiry(hours: Double(step) * grid.stepHours, basisPerYear: figures.uniform(-20, 20))
    default: break
    }
    return terms
  }

  private func rebuilt(_ input: ReferenceVenue, instruments: [Instrument]) -> ReferenceVenue {
    let book = input.venue.book
    var positions: [Position] = []
    for account in book.accounts.indices {
      var cash = book.cash[account]
      for place in book.positions(of: account) {
        let column = book.columns[Int(book.column[place])]
        var quantity = book.quantity[place]
        var entry = 0.0
        if case .perpetual(let terms) = instruments[column.instrument].kind {
          entry = paths[0][column.asset][0] * (account % 2 == 0 ? 0.97 : 1.02)
          cash += quantity * entry
          if let paidIn = terms.settlementAsset {
            // Its money is −quantity × entry in that asset; the same equity needs the same cash besides.
            entry /= paths[0][paidIn][0]
          }
          if let face = terms.inverseFace {
            quantity *= entry / face
            cash -= quantity * face
          }
        }
        positions.append(
          Position(account: account, instrument: column.instrument, quantity: quantity, entryPrice: entry))
      }
      positions.append(Position(account: account, instrument: 0, quantity: cash))
    }
    var other = input
    let venue = input.venue
    other.venue = Venue(
      id: venue.id, summary: venue.summary, settlement: venue.settlement, isSynthetic: true, depths: venue.depths,
      instruments: instruments,
      book: Book(accounts: book.accounts, groups: book.groups, instruments: instruments, positions: positions))
    return other
  }
}

@Suite("The engine equals the reference with inverse contracts and dated futures")
struct TwinContractsTests {
  static let cases = 0..<400

  @Test("step by step, and every quantity of the outcome table")
  func randomVenues() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number)).withContracts()
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
      }
    }
  }

  @Test("the random cases hold what the comparison is about")
  func features() throws {
    var counts = [
      "in another currency closed": 0, "in another currency settled": 0, "inverse closed": 0, "dated closed": 0,
      "settled at expiry": 0, "isolated settled": 0,
    ]
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number)).withContracts()
      let trace = twin.trace(path: 0)
      for (venue, input) in twin.venues.enumerated() {
        let book = input.venue.book
        func terms(_ place: Int) -> PerpetualTerms? {
          let column = book.columns[Int(book.column[place])]
          guard case .perpetual(let terms) = input.venue.instruments[column.instrument].kind else { return nil }
          return terms
        }
        let actions = trace.steps.flatMap(\.waves).flatMap(\.actions).filter { $0.venue == venue }
        for action in actions where action.closing.perpetualShare > 0 {
          let held = book.positions(of: action.closing.account).compactMap(terms)
          counts["inverse closed", default: 0] += held.contains { $0.inverseFace != nil } ? 1 : 0
          counts["in another currency closed", default: 0] += held.contains { $0.settlementAsset != nil } ? 1 : 0
          counts["dated closed", default: 0] += held.contains { $0.expiry != nil } ? 1 : 0
        }
        let closed = Set(actions.map(\.closing.account))
        let last = trace.steps[trace.steps.count - 1].venues[venue].accounts
        for account in book.accounts.indices where !closed.contains(account) {
          let places = Array(book.positions(of: account))
          let gone = places.enumerated().contains { terms($1)?.expiry != nil && last[account].quantities[$0] == 0 }
          counts["settled at expiry", default: 0] += gone ? 1 : 0
          let elsewhere = places.contains { terms($0).map { $0.settlementAsset != nil && $0.expiry != nil } == true }
          counts["in another currency settled", default: 0] += gone && elsewhere ? 1 : 0
          counts["isolated settled", default: 0] += gone && book.accounts[account].owner != nil ? 1 : 0
        }
      }
    }
    for (feature, count) in counts { #expect(count >= 20, "\(feature): \(count) times") }
  }
}
