import Clearing
import TestSupport
import Venues

/// Makes small venues whose accounts stand close to liquidation, so that wild prices set everything off.
struct TwinRandomVenue {
  let id: String
  let prices: [Double]
  let depths: [MarketDepth?]
  let impact: MarketImpact
  let stepHours: Double

  /// Money that an account is worth, roughly.
  private let accountMoney = 1e4...3e6

  private func venue(_ instruments: [Instrument], _ book: Book) -> Venue {
    Venue(
      id: id, summary: "random case", settlement: "USD", isSynthetic: true, depths: depths, instruments: instruments,
      book: book)
  }

  private func money(_ figures: inout TwinRandomFigures) -> Double {
    figures.logUniform(accountMoney.lowerBound, accountMoney.upperBound)
  }

  private func reserve(_ figures: inout TwinRandomFigures) -> ReserveFund {
    var fund = ReserveFund(balance: figures.pick(0, figures.logUniform(1e3, 1e5), figures.logUniform(1e5, 1e7)))
    guard figures.flip(0.4) else { return fund }
    for asset in prices.indices where figures.flip(0.6) {
      let balance = figures.pick(0, figures.logUniform(1e3, 1e5))
      if figures.flip(0.3), !fund.segments.isEmpty {
        fund.segments[0].assets.append(asset)
      } else {
        fund.segments.append(ReserveFund.Segment(assets: [asset], balance: balance))
      }
    }
    return fund
  }

  private func deleveraging(_ figures: inout TwinRandomFigures) -> AutoDeleveraging? {
    figures.flip(0.5) ? AutoDeleveraging(ranking: figures.pick(.profitTimesLeverage, .proRata)) : nil
  }

  private func allocation(_ figures: inout TwinRandomFigures) -> LossAllocation { figures.pick(.socialise, .badDebt) }

  // MARK: Perpetual exchange

  /// A perpetual exchange: cash and spot collateral, spot debts, cross and isolated perpetuals.
  func perpetualVenue(_ figures: inout TwinRandomFigures) -> ReferenceVenue {
    let tables = (0..<2).compactMap { _ in brackets(&figures) }
    var instruments = [Instrument(id: "USD", kind: .settlement)]
    for asset in prices.indices {
      instruments.append(Instrument(id: "PERP\(asset)", kind: .perpetual(perpetual(asset, tables.count, &figures))))
    }
    for asset in prices.indices {
      instruments.append(Instrument(id: "SPOT\(asset)", kind: .spot(scheduledSpot(asset, &figures))))
    }
    let book = perpetualBook(instruments, &figures)
    let liquidation = LiquidationPolicy(
      method: figures.flip(0.4) ? .full : .partial(targetBuffer: figures.uniform(0, 0.5)),
      penalty: figures.pick(0, 0.005, 0.02), reserveShare: figures.uniform(0, 1), waves: figures.pick(1, 2, 4, 8))
    let rules = ClearingRules(
      brackets: tables, bracketNames: tables.indices.map { "table\($0)" }, liquidation: liquidation, impact: impact,
      reserve: reserve(&figures), autoDeleveraging: deleveraging(&figures), lossAllocation: allocation(&figures))
    return ReferenceVenue(
      venue: venue(instruments, book), rules: rules, model: perpetualModel(tables, &figures),
      scale: figures.pick(1, 1, figures.uniform(0.6, 1.6)))
  }

  private func brackets(_ figures: inout TwinRandomFigures) -> BracketTable? {
    var brackets: [BracketTable.Bracket] = []
    var from = 0.0
    var initial = figures.uniform(0.02, 0.1)
    let fraction = figures.uniform(0.4, 0.8)
    var maintenance = initial * fraction
    for _ in 0..<figures.count(1...4) {
      brackets.append(BracketTable.Bracket(from: from, initial: initial, maintenance: maintenance))
      from = (from + 2e4) * figures.uniform(1.2, 8)
      initial *= figures.uniform(1, 1.8)
      maintenance = max(maintenance, initial * figures.uniform(0.4, 0.8))
      initial = max(initial, maintenance)
    }
    return BracketTable(brackets)
  }

  private func perpetual(_ asset: Int, _ tables: Int, _ figures: inout TwinRandomFigures) -> PerpetualTerms {
    PerpetualTerms(
      asset: asset, brackets: figures.count(0...max(0, tables - 1)),
      fundingRate: figures.pick(0, figures.uniform(-0.004, 0.004)),
      fundingIntervalHours: stepHours * figures.pick(1, 2, 3))
  }

  private func scheduledSpot(_ asset: Int, _ figures: inout TwinRandomFigures) -> SpotTerms {
    let maintenance = figures.uniform(0.6, 1)
    let liability = figures.uniform(1, 1.2)
    return SpotTerms(
      asset: asset,
      collateralWeight: TwoLevels(initial: maintenance * figures.uniform(0.8, 1), maintenance: maintenance),
      liabilityWeight: TwoLevels(initial: liability * figures.uniform(1, 1.1), maintenance: liability),
      supplyRate: figures.pick(0, figures.uniform(0, 0.3)), borrowRate: figures.pick(0, figures.uniform(0, 0.6)))
  }

  private func perpetualModel(_ tables: [BracketTable], _ figures: inout TwinRandomFigures) -> ReferenceMarginModel {
    if figures.flip(0.5) { return .tiered(tables) }
    let floor = figures.uniform(0.005, 0.05)
    return .volatilityScaled(
      ReferenceVolatilityScaling(
        lambda: figures.uniform(0.7, 0.99), lambdaHours: figures.pick(24, stepHours), quantile: 2.3263478740408408,
        multiple: figures.uniform(0.5, 1.5), marginPeriodHours: figures.pick(4, 24), floor: floor,
        cap: floor + figures.uniform(0.02, 0.4), updateHours: stepHours * figures.pick(1, 2, 4),
        maintenanceFraction: figures.uniform(0.4, 0.9)))
  }

  private func perpetualBook(_ instruments: [Instrument], _ figures: inout TwinRandomFigures) -> Book {
    var accounts: [Account] = []
    var positions: [Position] = []
    for owner in 0..<figures.count(2...8) {
      let index = accounts.count
      let group = figures.count(0...1)
      let money = money(&figures)
      accounts.append(Account(id: "A\(owner)", group: group))
      addCollateral(worth: money, account: index, &positions, &figures)
      let exposure = money * figures.logUniform(0.5, 11)
      for _ in 0..<figures.count(0...3) {
        addPerpetual(notional: exposure * figures.uniform(0.2, 0.7), account: index, &positions, &figures)
      }
      if figures.flip(0.3) {
        let posted = money * figures.uniform(0.05, 0.5)
        accounts.append(Account(id: "A\(owner)#P", mode: .isolated, group: group, owner: index))
        positions.append(Position(account: index + 1, instrument: 0, quantity: posted))
        addPerpetual(notional: posted * figures.uniform(2, 15), account: index + 1, &positions, &figures)
      }
    }
    return Book(accounts: accounts, groups: ["all", "other"], instruments: instruments, positions: positions)
  }

  /// Cash, or cash and a spot balance, or a spot balance against a spot debt or negative cash.
  private func addCollateral(
    worth money: Double, account: Int, _ positions: inout [Position], _ figures: inout TwinRandomFigures
  ) {
    let share = figures.pick(0, 0, 0.5, 0.9, 1.3)
    let asset = figures.count(0...prices.count - 1)
    positions.append(Position(account: account, instrument: 0, quantity: money * (1 - share)))
    guard share > 0 else { return }
    let held = money * share / prices[asset]
    positions.append(Position(account: account, instrument: 1 + prices.count + asset, quantity: held))
    guard figures.flip(0.4) else { return }
    let other = figures.count(0...prices.count - 1)
    let debt = money * figures.uniform(0.1, 0.4)
    positions.append(Position(account: account, instrument: 0, quantity: debt))
    positions.append(
      Position(account: account, instrument: 1 + prices.count + other, quantity: -debt / prices[other]))
  }

  private func addPerpetual(
    notional: Double, account: Int, _ positions: inout [Position], _ figures: inout TwinRandomFigures
  ) {
    let asset = figures.count(0...prices.count - 1)
    let side = figures.flip(0.65) ? 1.0 : -1.0
    positions.append(
      Position(
        account: account, instrument: 1 + asset, quantity: side * notional / prices[asset],
        entryPrice: prices[asset] * figures.uniform(0.98, 1.02)))
  }

  // MARK: Lending pool

  /// A lending pool: balances against debts, closed by repayment or as a whole, by thresholds or by weights.
  func lendingPool(_ figures: inout TwinRandomFigures) -> ReferenceVenue {
    var instruments = [Instrument(id: "USD", kind: .settlement)]
    for asset in prices.indices {
      instruments.append(Instrument(id: "SPOT\(asset)", kind: .spot(lendingSpot(asset, &figures))))
    }
    let closeFactor = LiquidationMethod.closeFactor(
      closeFactor: figures.pick(0.5, 0.25, 1), fullBelowHealthFactor: figures.uniform(0.8, 0.98),
      bonus: figures.uniform(0, 0.1))
    let method = figures.pick(closeFactor, closeFactor, .full, .partial(targetBuffer: 0.1))
    let penalty: Double = if case .closeFactor = method { 0 } else { figures.pick(0, 0.01) }
    let rules = ClearingRules(
      brackets: [], bracketNames: [],
      liquidation: LiquidationPolicy(
        method: method, penalty: penalty, reserveShare: figures.uniform(0, 0.5), waves: figures.pick(1, 3, 8)),
      impact: impact, reserve: reserve(&figures), lossAllocation: allocation(&figures))
    let book = lendingBook(instruments, &figures)
    return ReferenceVenue(
      venue: venue(instruments, book), rules: rules, model: figures.pick(.loanToValue, .loanToValue, .tiered([])),
      scale: figures.pick(1, 1, figures.uniform(0.7, 1.2)))
  }

  private func lendingSpot(_ asset: Int, _ figures: inout TwinRandomFigures) -> SpotTerms {
    var terms = scheduledSpot(asset, &figures)
    let threshold = figures.uniform(0.6, 0.93)
    terms.loanToValue = TwoLevels(initial: threshold * figures.uniform(0.85, 1), maintenance: threshold)
    return terms
  }

  private func lendingBook(_ instruments: [Instrument], _ figures: inout TwinRandomFigures) -> Book {
    var accounts: [Account] = []
    var positions: [Position] = []
    for index in 0..<figures.count(2...10) {
      let own = figures.flip(0.2) ? TwoLevels(initial: figures.uniform(0.6, 0.8), maintenance: 0.85) : nil
      accounts.append(Account(id: "B\(index)", group: figures.count(0...1), loanToValue: own))
      let collateral = money(&figures)
      var remaining = collateral * figures.uniform(0.3, 0.85)
      for _ in 0..<figures.count(1...2) {
        let asset = figures.count(0...prices.count - 1)
        let quantity = collateral * figures.uniform(0.4, 0.6) / prices[asset]
        positions.append(Position(account: index, instrument: 1 + asset, quantity: quantity))
      }
      if figures.flip(0.6) {
        let asset = figures.count(0...prices.count - 1)
        let debt = remaining * figures.uniform(0.3, 0.9)
        remaining -= debt
        positions.append(Position(account: index, instrument: 1 + asset, quantity: -debt / prices[asset]))
      }
      let cash = figures.flip(0.7) ? -remaining : figures.pick(0, 0.1 * remaining)
      positions.append(Position(account: index, instrument: 0, quantity: cash))
    }
    return Book(accounts: accounts, groups: ["all", "other"], instruments: instruments, positions: positions)
  }
}
