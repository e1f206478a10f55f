import Clearing
import Markets
import TestSupport
import Venues

extension TwinCase {
  /// Case `scenarios`: a random market with options, or with inverse contracts and dated futures, its exchanges under
  /// portfolio margin; most accounts are portfolios whose positions partly offset each other.
  init?(scenarios number: Int) throws {
    if number % 2 == 0 {
      guard let plain = TwinCase(number: number, seed: 20_261_204) else { return nil }
      self = plain.withContracts()
    } else {
      guard let plain = try TwinCase(option: number) else { return nil }
      self = plain
    }
    var figures = TwinRandomFigures(seed: 7_000_004, case: number)
    for index in venues.indices where venues[index].isExchange {
      let tables = venues[index].rules.brackets
      venues[index].model = .scenarioGrid(scenarioGrid(tables, &figures))
      venues[index].venue = hedged(venues[index].venue, &figures)
    }
  }

  func scenarioGrid(_ tables: [BracketTable], _ figures: inout TwinRandomFigures) -> ReferenceScenarios {
    let extremes = [-0.66, -0.33, 0.5, 1, 5].filter { _ in figures.flip(0.5) }
    let underlyings = initialVolatilities.map { _ -> ReferenceScenarios.Underlying in
      let range = figures.uniform(0.02, 0.2)
      return ReferenceScenarios.Underlying(
        priceRange: range, volatilityUp: figures.uniform(0, 1), volatilityDown: figures.uniform(0, 1),
        extremes: extremes.map {
          ScenarioGrid.Extreme(move: $0, weight: min(1, figures.uniform(0.5, 1.5) * range / abs($0)))
        }, futuresContingency: figures.pick(0, figures.uniform(0, 0.02)),
        shortOptionMinimum: figures.pick(0, figures.uniform(0, 0.02)))
    }
    let assets = Array(initialVolatilities.indices)
    let groups: [[Int]] = assets.count >= 2 && figures.flip(0.4) ? [Array(assets.suffix(2))] : []
    return ReferenceScenarios(
      priceSteps: figures.count(1...5), underlyings: underlyings, groups: groups, shortPower: figures.uniform(0, 0.5),
      longPower: figures.uniform(0, 0.3), leastDays: figures.uniform(0.1, 3),
      maintenanceFraction: figures.uniform(0.5, 1), takesAll: figures.flip(0.3), tables: tables)
  }

  /// The same accounts, most of them portfolios; a portfolio gets a second future against one of its own now and then.
  /// `terms` are the accounts' terms but for their modes.
  func hedged(_ venue: Venue, terms: [Account]? = nil, _ figures: inout TwinRandomFigures) -> Venue {
    let book = venue.book
    var positions: [Position] = []
    for account in book.accounts.indices {
      positions.append(Position(account: account, instrument: 0, quantity: book.cash[account]))
      for place in book.positions(of: account) {
        let column = book.columns[Int(book.column[place])]
        if column.leg == .face || column.leg == .money { continue }
        positions.append(contract(venue, account: account, place: place))
        let others = venue.instruments.indices.filter { isFuture(venue.instruments[$0], of: column) }
        guard column.side == .perpetual, book.accounts[account].owner == nil, figures.flip(0.6),
          let other = others.first(where: { $0 != column.instrument }) ?? others.first
        else { continue }
        let price = paths[0][venue.instruments[other].asset ?? 0][0]
        let units = -book.quantity[place] * paths[0][column.asset][0] / price * figures.uniform(0.5, 1.2)
        positions.append(
          Position(
            account: account, instrument: other,
            quantity: units * unitsPerAssetUnit(venue.instruments[other], price: price),
            entryPrice: entry(venue.instruments[other], price: price)))
      }
    }
    // Cash of linear futures is in the book's cash already: entries are put back here, so that no account changes.
    let accounts = (terms ?? book.accounts).map { account in
      Account(
        id: account.id, mode: account.owner != nil ? .isolated : figures.flip(0.75) ? .portfolio : .cross,
        group: account.group, owner: account.owner, loanToValue: account.loanToValue, holder: account.holder,
        credit: account.credit)
    }
    return Venue(
      id: venue.id, summary: venue.summary, settlement: venue.settlement, isSynthetic: true, depths: venue.depths,
      instruments: venue.instruments,
      book: Book(accounts: accounts, groups: book.groups, instruments: venue.instruments, positions: positions))
  }

  private func isFuture(_ instrument: Instrument, of column: Book.Column) -> Bool {
    guard case .perpetual(let terms) = instrument.kind else { return false }
    return terms.asset == column.asset || terms.asset == 0
  }

  /// Contracts of one unit of the asset.
  private func unitsPerAssetUnit(_ instrument: Instrument, price: Double) -> Double {
    guard case .perpetual(let terms) = instrument.kind, let face = terms.inverseFace else { return 1 }
    return price / face
  }

  /// A price in the currency that the contract is settled in.
  private func entry(_ instrument: Instrument, price: Double) -> Double {
    guard case .perpetual(let terms) = instrument.kind, let paidIn = terms.settlementAsset else { return price }
    return price / paths[0][paidIn][0]
  }

  /// The row that a position of the book came from; one settled in the venue's own currency as if entered for nothing, since
  /// its entry is in the cash.
  private func contract(_ venue: Venue, account: Int, place: Int) -> Position {
    let book = venue.book
    let column = book.columns[Int(book.column[place])]
    func quantity(of leg: Book.Column.Leg) -> Double? {
      book.positions(of: account).first {
        book.columns[Int(book.column[$0])].leg == leg
          && book.columns[Int(book.column[$0])].instrument == column.instrument
      }.map { book.quantity[$0] }
    }
    if column.leg == .whole, let money = quantity(of: .money) {
      return Position(
        account: account, instrument: column.instrument, quantity: book.quantity[place],
        entryPrice: -money / book.quantity[place])
    }
    guard column.leg == .coins, case .perpetual(let terms) = venue.instruments[column.instrument].kind,
      let face = terms.inverseFace, let money = quantity(of: .face)
    else { return Position(account: account, instrument: column.instrument, quantity: book.quantity[place]) }
    return Position(
      account: account, instrument: column.instrument, quantity: money / face,
      entryPrice: money / book.quantity[place])
  }
}

extension ReferenceVenue {
  /// Whether it lists futures.
  var isExchange: Bool {
    venue.instruments.contains { if case .perpetual = $0.kind { true } else { false } }
  }
}
