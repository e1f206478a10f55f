import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// The engine against the plain reference, which values options with a normal distribution of its own.
@Suite("The engine equals the reference with options and pool shares")
struct TwinOptionTests {
  static let cases = 0..<400

  @Test("step by step and path by path, and everything that options do happens many times")
  func equal() throws {
    var counts = TwinFeatureCounts()
    for number in Self.cases {
      let twin = try #require(try TwinCase(option: number))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      #expect(table.pathStates == [[twin.paths.count, 0]])
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for outcome in trace.outcomes {
          #expect(outcome.conservationResidual < 1e-9)
        }
        counts.addOptions(trace, of: twin)
      }
    }
    #expect(counts.counts.count == 13)
    for (feature, count) in counts.counts.sorted(by: { $0.key < $1.key }) {
      #expect(count >= 30, "\(feature): \(count) times")
    }
  }
}

extension TwinFeatureCounts {
  /// Adds what options and pool shares did on one path.
  mutating func addOptions(_ trace: ReferenceTrace, of twin: TwinCase) {
    for action in trace.steps.flatMap(\.waves).flatMap(\.actions) {
      let venue = twin.venues[action.venue].venue
      let held = venue.book.positions(of: action.closing.account).map { position in
        (
          instrument: venue.instruments[venue.book.columns[Int(venue.book.column[position])].instrument],
          quantity: venue.book.quantity[position]
        )
      }
      let options = held.compactMap { item -> (terms: OptionTerms, isLong: Bool)? in
        if case .option(let terms) = item.instrument.kind { (terms, item.quantity > 0) } else { nil }
      }
      let closing = action.closing
      add(
        "account with a short option closed in full",
        when: options.contains { !$0.isLong } && closing.perpetualShare == 1)
      let isPart = closing.perpetualShare > 0 && closing.perpetualShare < 1
      add("account with a short option closed in part", when: options.contains { !$0.isLong } && isPart)
      add("account with a long option closed", when: options.contains(where: \.isLong) && closing.perpetualShare > 0)
      add("under a smile", when: options.contains { !$0.terms.smile.isFlat })
      add("under the market's volatility", when: options.contains(where: \.terms.takesMarketVolatility))
      let shares = held.compactMap { item -> PoolShareTerms? in
        if case .poolShare(let terms) = item.instrument.kind { terms } else { nil }
      }
      let isSold = closing.collateralShare > 0
      add("pool share sold or seized", when: !shares.isEmpty && isSold)
      add("pool share of two assets sold or seized", when: isSold && shares.contains { $0.otherAsset != nil })
      add("pool share seized from a loan", when: !shares.isEmpty && closing.repaid > 0)
      add("shortfall with options", when: !options.isEmpty && action.shortfall > 0)
    }
    addExpiries(trace, of: twin)
  }

  private mutating func addExpiries(_ trace: ReferenceTrace, of twin: TwinCase) {
    for input in twin.venues {
      for instrument in input.venue.instruments {
        guard case .option(let terms) = instrument.kind,
          let step = twin.grid.wholeSteps(in: terms.expiry.hours), step < trace.steps.count
        else { continue }
        let pays = trace.steps[step].openingMarks[terms.asset] > terms.strike
        add("option expires in the money", when: pays == terms.isCall)
        add("option expires worthless", when: pays != terms.isCall)
      }
      for visit in trace.steps.flatMap(\.visits) {
        add(
          "wave at an extreme with options listed",
          when: visit.waves > 0 && input.venue.instruments.contains(where: \.isOption))
      }
      let hasLow = trace.steps.flatMap(\.waves).contains { $0.actions.contains { $0.penalty > 0 } }
      add("penalty with options listed", when: hasLow && input.venue.instruments.contains(where: \.isOption))
    }
  }
}
