import Clearing
import Kernels
import Markets
import Testing
import Venues

@Suite("Margin, liquidation prices and greeks of options and pool shares")
struct OptionMarginTests {
  private static let instruments: [Instrument] = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    option("FLAT-CALL", isCall: true, volatility: 0), option("CALL", isCall: true, volatility: 0.8),
    option("PUT", isCall: false, volatility: 0.8, weight: 0.5),
    Instrument(
      id: "LP",
      kind: .poolShare(
        PoolShareTerms(
          collateral: SpotTerms(
            asset: 0, collateralWeight: TwoLevels(initial: 0.7, maintenance: 0.8),
            loanToValue: TwoLevels(initial: 0.5, maintenance: 0.6)), otherAsset: 1, product: 0.02))),
  ]
  private static let prices = [100.0, 50]

  private static func option(_ id: String, isCall: Bool, volatility: Double, weight: Double = 1) -> Instrument {
    Instrument(
      id: id,
      kind: .option(
        OptionTerms(
          asset: 0, isCall: isCall, strike: 100, expiry: FutureExpiry(hours: 720, basisPerYear: 0.04),
          volatility: volatility, smile: VolatilitySmile(slope: -0.1, curvature: 0.05), brackets: 0,
          longWeight: TwoLevels(initial: 0, maintenance: weight))))
  }

  private static func model() throws -> TieredMargin {
    TieredMargin(
      instruments: instruments,
      tables: [try #require(BracketTable([BracketTable.Bracket(from: 0, initial: 0.15, maintenance: 0.075)]))])
  }

  /// A venue of one account that holds so much of each instrument; perpetuals are entered at 100.
  private static func venue(_ held: [String: Double]) -> Venue {
    let positions = instruments.indices.map {
      Position(account: 0, instrument: $0, quantity: held[instruments[$0].id] ?? 0, entryPrice: 100)
    }
    return Venue(
      id: "v", summary: "", settlement: "USD", isSynthetic: true, depths: [nil, nil], instruments: instruments,
      book: Book(accounts: [Account(id: "a")], groups: ["all"], instruments: instruments, positions: positions))
  }

  private static func value(_ id: String) throws -> Double {
    let index = try #require(instruments.firstIndex { $0.id == id })
    return instruments[index].valuation(side: .perpetual, leg: .option, after: 0).value(at: prices, asset: 0)
  }

  @Test("a short option owes its value and 7.5 % of the mark, a long one counts by its weight and requires nothing")
  func standardMargin() throws {
    let model = try Self.model()
    let (call, put) = (try Self.value("CALL"), try Self.value("PUT"))
    let short = try #require(
      model.initialHealth(of: Self.venue(["USD": 50, "CALL": -2]).book, prices: Self.prices).first)
    #expect(abs(short.health - (50 - 2 * call - 2 * 7.5)) < 1e-12)
    #expect(abs(short.weightedEquity.initial - short.requirement.initial - (50 - 2 * call - 2 * 15)) < 1e-12)
    let long = try #require(model.initialHealth(of: Self.venue(["USD": 5, "PUT": 3]).book, prices: Self.prices).first)
    #expect(abs(long.equity - (5 + 3 * put)) < 1e-12 && long.requirement == TwoLevels(initial: 0, maintenance: 0))
    #expect(abs(long.health - (5 + 1.5 * put)) < 1e-12 && long.weightedEquity.initial == 5)
  }

  @Test("under a model whose rates follow volatility, options keep the venue's table and futures do not")
  func dynamicModels() throws {
    let grid = try #require(TimeGrid(steps: 24, stepHours: 1))
    var terms = DynamicTerms(
      recursions: SampleModel.recursions(0.6, grid: grid, isGarch: false), maintenanceFraction: 0.5)
    terms.tables = [try #require(BracketTable([BracketTable.Bracket(from: 0, initial: 0.15, maintenance: 0.075)]))]
    let model = VolatilityScaledMargin(
      rates: DynamicRates(law: NormalLaw(ratePerVolatility: 0.1), terms: terms, instruments: Self.instruments))
    let held = ["USD": 50, "CALL": -2, "PERP": 1.0]
    let health = try #require(model.initialHealth(of: Self.venue(held).book, prices: Self.prices).first)
    #expect(abs(health.requirement.maintenance - (2 * 7.5 + 0.5 * 0.06 * 100)) < 1e-12)
    #expect(abs(health.requirement.initial - (2 * 15 + 0.06 * 100)) < 1e-12)
  }

  @Test(
    "liquidation and bankruptcy prices: cash 10, a short call without volatility: (10 + K)/1.075 and K + 10, per e^bτ")
  func prices() throws {
    let venue = Self.venue(["USD": 10, "FLAT-CALL": -1])
    let curve = HealthCurve(book: venue.book, model: try Self.model(), prices: Self.prices)
    let statement = AccountStatement(account: 0, venue: venue, curve: curve, prices: Self.prices)
    let points = try #require(statement.prices.first)
    let carry = FutureExpiry(hours: 720, basisPerYear: 0.04).premium(after: 0)
    let above = try #require(points.liquidationAbove)
    #expect(abs(above - 110 / (carry + 0.075)) < 1e-9 && points.liquidationBelow == nil && !points.isNeverHealthy)
    #expect(abs(try #require(points.bankruptcy) - 110 / carry) < 1e-9)
    let map = LiquidationMap(.asset(0), venue: venue, curve: curve, prices: Self.prices)
    #expect(map.falling.isEmpty && map.rising.count == 1)
    #expect(abs(map.rising[0].ratio * 100 - above) < 1e-9)
  }

  @Test("an account liquidatable now is found so, also where a higher price alone would help")
  func unhealthyNow() throws {
    let venue = Self.venue(["USD": -20, "CALL": 1])
    let curve = HealthCurve(book: venue.book, model: try Self.model(), prices: Self.prices)
    let range = curve.healthyRange(of: 0, isMoved: [true, false])
    #expect(try #require(range.low) > 1.05 && range.high == nil && !range.isEmpty)
    let never = Self.venue(["USD": -20, "CALL": -1])
    let poor = HealthCurve(book: never.book, model: try Self.model(), prices: Self.prices)
    #expect(poor.healthyRange(of: 0, isMoved: [true, false]).isEmpty)
  }

  @Test("greeks of the book are finite differences of its value, by underlying")
  func greeks() throws {
    let book = Self.venue(["USD": 1000, "PERP": -2, "CALL": 5, "PUT": -3, "LP": 4]).book
    let h = 0.01
    func value(_ first: Double, _ other: Double) -> Double {
      book.equity(of: 0, at: ColumnValues(book: book, prices: [first, other]))
    }
    let found = BookExposure.all(of: book, prices: Self.prices)
    #expect(found.map(\.asset) == [0, 1])
    let now = value(100, 50)
    #expect(abs(found[0].delta - (value(100 + h, 50) - value(100 - h, 50)) / (2 * h)) < 1e-6)
    #expect(abs(found[0].gamma - (value(100 + h, 50) - 2 * now + value(100 - h, 50)) / (h * h)) < 1e-6)
    #expect(abs(found[1].delta - (value(100, 50 + h) - value(100, 50 - h)) / (2 * h)) < 1e-6)
    #expect(abs(found[1].gamma - (value(100, 50 + h) - 2 * now + value(100, 50 - h)) / (h * h)) < 1e-6)
    #expect(found[1].vega == 0 && found[0].vega > 0 && found[0].optionNotional == 800)
    #expect(abs(found[0].gammaMoney - found[0].gamma * 100) < 1e-12)
    #expect(abs(found[0].balances - 4 * 2 * (0.02 * 5000).squareRoot()) < 1e-12 && found[0].shortNotional == 200)
  }

  @Test("a pool share is collateral by its weight, or by its threshold under loan-to-value")
  func poolShare() throws {
    let book = Self.venue(["USD": -10, "LP": 1]).book
    let weighted = try #require(try Self.model().initialHealth(of: book, prices: Self.prices).first)
    #expect(abs(weighted.equity - 10) < 1e-12 && abs(weighted.health - (0.8 * 20 - 10)) < 1e-12)
    let lending = LoanToValueMargin(instruments: Self.instruments)
    let loan = try #require(lending.initialHealth(of: book, prices: Self.prices).first)
    #expect(abs(loan.health - (0.6 * 20 - 10)) < 1e-12)
  }
}
