import Clearing
import Testing
import Venues

@Suite("An agreed credit line")
struct CreditTests {
  private static let instruments = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
  ]

  private func venue(cash: Double, credit: Double) -> Venue {
    Venue(
      id: "v", summary: "", settlement: "USD", isSynthetic: true, depths: [nil], instruments: Self.instruments,
      book: Book(
        accounts: [Account(id: "a", credit: credit)], groups: ["all"], instruments: Self.instruments,
        positions: [
          Position(account: 0, instrument: 0, quantity: cash),
          Position(account: 0, instrument: 1, quantity: 1, entryPrice: 100),
        ]))
  }

  private func model() throws -> TieredMargin {
    let table = try #require(BracketTable([.init(from: 0, initial: 0.1, maintenance: 0.05)]))
    return TieredMargin(instruments: Self.instruments, tables: [table])
  }

  @Test("health and room are those of an account with as much more money, equity and bankruptcy are not")
  func sameAsMoney() throws {
    let model = try model()
    for price in [70.0, 85, 100, 130] {
      let credited = model.initialHealth(of: venue(cash: 10, credit: 7).book, prices: [price])[0]
      let richer = model.initialHealth(of: venue(cash: 17, credit: 0).book, prices: [price])[0]
      #expect(abs(credited.health - richer.health) < 1e-12 && abs(credited.room - richer.room) < 1e-12)
      #expect(abs(credited.equity - (richer.equity - 7)) < 1e-12 && credited.requirement == richer.requirement)
    }
    func point(_ venue: Venue) throws -> AccountStatement.PricePoints {
      let curve = HealthCurve(book: venue.book, model: model, prices: [100])
      return try #require(
        AccountStatement(account: 0, venue: venue, curve: curve, prices: [100]).prices.first)
    }
    let (credited, richer) = (try point(venue(cash: 10, credit: 7)), try point(venue(cash: 17, credit: 0)))
    #expect(credited.liquidationBelow == richer.liquidationBelow)
    #expect(abs(try #require(credited.liquidationBelow) - 83 / 0.95) < 1e-9)
    #expect(abs(try #require(credited.bankruptcy) - 90) < 1e-12)
  }
}
