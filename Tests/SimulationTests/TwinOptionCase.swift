import Clearing
import Kernels
import Markets
import TestSupport
import Venues

extension TwinCase {
  /// Case `option`: a random market whose exchanges list options, long and short, that expire within the horizon or
  /// beyond it, and whose venues all take pool shares as collateral; exchanges are margined by tables.
  init?(option number: Int) throws {
    guard let plain = TwinCase(number: number, seed: 20_271_121) else { return nil }
    self = plain
    var figures = TwinRandomFigures(seed: 8_000_001, case: number)
    try listOptions(at: venues.indices.map { $0 }, &figures)
  }

  /// Lists options at the exchanges among the venues in `places`, and pool shares at all of these; their accounts get some.
  mutating func listOptions(at places: [Int], _ figures: inout TwinRandomFigures) throws {
    let volatility = figures.uniform(0.2, 1.5)
    implied = ImpliedVolatilityParameters(
      initial: volatility, longRun: volatility * figures.uniform(0.7, 1.4), halfLifeHours: figures.uniform(4, 200),
      volatilityOfVolatility: figures.uniform(0.5, 6))
    impliedVolatilities = try drawnVolatilities(seed: 1)
    for index in places {
      let isPool = !venues[index].venue.instruments.contains(where: \.isDerivative)
      add(to: index, isPool: isPool, volatility: volatility, &figures)
    }
  }

  /// What the engine's generator draws under a seed.
  func drawnVolatilities(seed: UInt64) throws -> [[[Double]]] {
    let generator = PathGenerator(market: try marketModel(), seed: seed)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    return paths.indices.map { path in
      paths[path].indices.map { asset in
        (0..<grid.points).map { block.value(.impliedVolatility, path: path, asset: asset, point: $0) ?? 0 }
      }
    }
  }

  private mutating func add(
    to index: Int, isPool: Bool, volatility: Double, _ figures: inout TwinRandomFigures
  ) {
    let old = venues[index].venue
    var instruments = old.instruments
    let options = instruments.count
    if !isPool {
      for _ in 0..<figures.count(1...5) {
        instruments.append(
          Instrument(
            id: "OPTION\(instruments.count)",
            kind: .option(option(tables: venues[index].rules.brackets.count, volatility, &figures))))
      }
    }
    let shares = instruments.count
    for _ in 0..<figures.count(1...2) {
      instruments.append(Instrument(id: "SHARE\(instruments.count)", kind: .poolShare(share(&figures))))
    }
    if !isPool {
      venues[index].model =
        figures.flip(0.8)
        ? .tiered(venues[index].rules.brackets)
        : .sizePremium(venues[index].rules.brackets, factors: instruments.map { _ in 0 })
    }
    let prices = paths[0].map { $0[0] }
    var positions = Self.positions(old, prices: prices)
    for account in old.book.accounts.indices where old.book.accounts[account].owner == nil {
      let values = ColumnValues(book: old.book, prices: prices)
      let money = max(100, abs(old.book.equity(of: account, at: values)))
      if figures.flip(0.5) {
        let place = figures.count(shares...instruments.count - 1)
        positions += bought(place, instruments, worth: money * figures.uniform(0.1, 0.8), account, prices)
      }
      for _ in 0..<(isPool ? 0 : figures.count(0...3)) {
        let place = figures.count(options...shares - 1)
        let notional = money * figures.logUniform(0.3, 6) * (figures.flip(0.35) ? 1 : -1)
        positions += traded(place, instruments, notional: notional, account, prices)
      }
    }
    venues[index].venue = Venue(
      id: old.id, summary: old.summary, settlement: old.settlement, isSynthetic: true, depths: old.depths,
      instruments: instruments,
      book: Book(accounts: old.book.accounts, groups: old.book.groups, instruments: instruments, positions: positions))
  }

  private func option(tables: Int, _ volatility: Double, _ figures: inout TwinRandomFigures) -> OptionTerms {
    let asset = figures.count(0...paths[0].count - 1)
    let steps = figures.flip(0.5) ? figures.count(1...grid.steps) : grid.steps + figures.count(1...200)
    let isMarket = figures.flip()
    let smile =
      figures.flip(0.4)
      ? .flat
      : VolatilitySmile(
        slope: figures.uniform(-0.5, 0.5), curvature: figures.pick(0, figures.uniform(-0.1, 0.3)),
        floor: figures.uniform(0.3, 0.9), cap: figures.uniform(1.1, 3))
    let weight = figures.pick(1, 1, 0, 0.8)
    return OptionTerms(
      asset: asset, isCall: figures.flip(), strike: paths[0][asset][0] * figures.logUniform(0.7, 1.4),
      expiry: FutureExpiry(
        hours: Double(steps) * grid.stepHours, basisPerYear: figures.pick(0, figures.uniform(-0.5, 2))),
      volatility: isMarket ? volatility : figures.pick(0, figures.uniform(0.1, 2)), takesMarketVolatility: isMarket,
      smile: smile, brackets: figures.count(0...max(0, tables - 1)),
      longWeight: TwoLevels(initial: weight, maintenance: weight))
  }

  private func share(_ figures: inout TwinRandomFigures) -> PoolShareTerms {
    let asset = figures.count(0...paths[0].count - 1)
    let other = figures.count(0...paths[0].count - 1)
    let weight = figures.uniform(0.5, 1)
    let threshold = figures.uniform(0.5, 0.9)
    return PoolShareTerms(
      collateral: SpotTerms(
        asset: asset, collateralWeight: TwoLevels(initial: weight * 0.9, maintenance: weight),
        loanToValue: figures.flip(0.8) ? TwoLevels(initial: threshold * 0.9, maintenance: threshold) : nil),
      otherAsset: asset == other ? nil : other, product: figures.logUniform(0.01, 100))
  }

  /// The positions of a book, all futures as if entered at the present prices.
  private static func positions(_ venue: Venue, prices: [Double]) -> [Position] {
    let book = venue.book
    var positions: [Position] = []
    for account in book.accounts.indices {
      var cash = book.cash[account]
      for place in book.positions(of: account) {
        let column = book.columns[Int(book.column[place])]
        let price = column.side == .perpetual ? prices[column.asset] : 0
        cash += book.quantity[place] * price
        positions.append(
          Position(
            account: account, instrument: column.instrument, quantity: book.quantity[place], entryPrice: price))
      }
      positions.append(Position(account: account, instrument: 0, quantity: cash))
    }
    return positions
  }

  /// Shares worth `money`, paid for in cash.
  private func bought(
    _ place: Int, _ instruments: [Instrument], worth money: Double, _ account: Int, _ prices: [Double]
  ) -> [Position] {
    guard case .poolShare(let terms) = instruments[place].kind else { return [] }
    return [
      Position(account: account, instrument: place, quantity: money / terms.value(at: prices)),
      Position(account: account, instrument: 0, quantity: -money),
    ]
  }

  /// An option position on an underlying worth `notional`, its premium paid or received.
  private func traded(
    _ place: Int, _ instruments: [Instrument], notional: Double, _ account: Int, _ prices: [Double]
  ) -> [Position] {
    guard case .option(let terms) = instruments[place].kind else { return [] }
    let quantity = notional / prices[terms.asset]
    let premium = terms.value(
      mark: prices[terms.asset], volatility: terms.volatility, hoursToExpiry: terms.expiry.hours)
    return [
      Position(account: account, instrument: place, quantity: quantity),
      Position(account: account, instrument: 0, quantity: -quantity * premium),
    ]
  }
}
