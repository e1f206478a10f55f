import Clearing
import Kernels
import Markets
import Simulation
import Venues

/// The mean of what an option pays over simulated paths is Black's value.
///
/// Accounts hold one call or put each and are never liquidated; with the volatility of the paths, a mean price of S₀ and
/// no interest, the mean fall of an account's equity to expiry is nothing. The same with a look at every step, expiry
/// within the horizon and beyond it: then the value at the end is a value, not a payoff.
/// Source: Black (1976), *Journal of Financial Economics* 3, 167–179.
let optionCase = VerificationCase(
  id: "option", group: .closedForms,
  summary: "mean change of an option's value under its own volatility = 0 (65,536 paths, 20 steps)"
) { setting in
  try [(hours: 480.0, name: "to expiry"), (hours: 288, name: "past expiry"), (hours: 2000, name: "before expiry")]
    .flatMap { expiry in
      try [true, false].flatMap { isCall in
        try [90.0, 100, 115].map {
          try optionRow(isCall: isCall, strike: $0, hours: expiry.hours, expiry.name, setting)
        }
      }
    }
}

private func optionRow(
  isCall: Bool, strike: Double, hours: Double, _ name: String, _ setting: VerificationSetting
) throws -> VerificationRow {
  let volatility = 0.8
  let steps = 20
  let market = try brownianMarket(volatility: volatility, steps: steps, stepHours: 480 / Double(steps))
  let terms = OptionTerms(
    asset: 0, isCall: isCall, strike: strike, expiry: FutureExpiry(hours: hours), volatility: volatility)
  let instruments = [Instrument(id: "USD", kind: .settlement), Instrument(id: "OPTION", kind: .option(terms))]
  let venue = Venue(
    id: "options", summary: "", settlement: "USD", isSynthetic: true,
    depths: [MarketDepth(averageDailyVolume: 1e9, halfSpread: 0)], instruments: instruments,
    book: Book(
      accounts: [Account(id: "only")], groups: ["all"], instruments: instruments,
      positions: [
        Position(account: 0, instrument: 0, quantity: 10), Position(account: 0, instrument: 1, quantity: 1),
      ]))
  let rules = ClearingRules(
    brackets: [], bracketNames: [],
    liquidation: LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 1), impact: .none,
    reserve: ReserveFund(balance: 0), lossAllocation: .badDebt)
  let plan = VenuePlan(
    venue: venue, rules: rules, grid: market.grid, assetIDs: market.assetIDs, initialPrices: market.initialPrices)
  let simulator = Simulator(
    generator: PathGenerator(market: market, seed: 20_261_121),
    market: MarketPlan(
      venue: venue, rules: rules, longRunVolatilities: market.longRunVolatilities, grid: market.grid),
    venues: [plan],
    models: [[ModelPlan(model: TieredMargin(instruments: instruments, tables: []), scale: 1, plan: plan)]],
    labels: [ModelLabel(name: "tiered", kind: "tiered", isDynamic: false)], paths: 65_536, atStart: .close,
    fanAssets: [], callWindowHours: 24)
  let table = try simulator.run(workers: setting.workers)
  let falls = try required(table.series(model: 0, venue: 0).bookLoss.first, "the book's loss")
  return SampleMean(falls).row(
    "\(isCall ? "call" : "put") at \(significant(strike, digits: 3)), \(name): mean fall of its value", expected: 0)
}
