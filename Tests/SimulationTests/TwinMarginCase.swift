import Clearing
import Kernels
import Markets
import TestSupport
import Venues

extension TwinCase {
  /// Case `margin`: a random market and its venues under margin models beyond those of the other cases.
  init?(margin number: Int) {
    guard let plain = TwinCase(number: number, seed: 20_261_121) else { return nil }
    self = plain
    var figures = TwinRandomFigures(seed: 7_000_001, case: number)
    for index in venues.indices {
      let isPool = !venues[index].venue.instruments.contains { if case .perpetual = $0.kind { true } else { false } }
      if isPool {
        makePool(index, &figures)
      } else {
        venues[index].model = exchangeModel(venues[index], &figures)
      }
    }
  }

  // MARK: Exchanges

  private func exchangeModel(_ input: ReferenceVenue, _ figures: inout TwinRandomFigures) -> ReferenceMarginModel {
    let instruments = input.venue.instruments
    switch figures.count(0...9) {
    case 0: return .sizePremium(input.rules.brackets, factors: sizeFactors(input.venue, &figures))
    case 1:
      return .openInterest(
        instruments.map { instrument in
          guard case .perpetual = instrument.kind else { return nil }
          let initial = figures.uniform(0.04, 0.2)
          let lower = figures.logUniform(1e4, 1e7)
          return OpenInterestMargin.Market(
            initial: initial, maintenance: initial * figures.uniform(0.3, 0.9), lowerCap: lower,
            upperCap: figures.flip(0.2) ? 0 : lower * figures.uniform(1.1, 8))
        })
    default: return .rated(rating(&figures))
    }
  }

  /// k that moves weights by some per cent at the balances that these venues have.
  private func sizeFactors(_ venue: Venue, _ figures: inout TwinRandomFigures) -> [Double] {
    venue.instruments.map { instrument in
      guard case .spot(let terms) = instrument.kind else { return 0 }
      let units = 1e5 / paths[0][terms.asset][0]
      return figures.flip(0.2) ? 0 : figures.uniform(0.02, 0.5) / units.squareRoot()
    }
  }

  func rating(_ figures: inout TwinRandomFigures) -> ReferenceRating {
    let estimator: ReferenceRating.Estimator =
      figures.flip(0.5)
      ? .garch(initialVolatilities.indices.map { garch(asset: $0, &figures) })
      : .exponential(lambda: figures.uniform(0.7, 0.99), hours: figures.pick(24, grid.stepHours))
    let floor = figures.uniform(0, 0.04)
    return ReferenceRating(
      estimator: estimator, law: law(&figures), periodHours: grid.stepHours * figures.pick(1, 4, 24), floor: floor,
      cap: floor + figures.uniform(0.05, 0.6), updateHours: grid.stepHours * figures.pick(1, 2, 4),
      maintenanceFraction: figures.uniform(0.4, 0.9), overlays: overlays(&figures), longRun: longRunVolatilities)
  }

  private func garch(asset: Int, _ figures: inout TwinRandomFigures) -> GarchParameters {
    let alpha = figures.uniform(0.02, 0.2)
    let gamma = figures.pick(0, figures.uniform(-alpha, 0.2))
    let persistence = figures.uniform(alpha + gamma / 2 + 0.3, 0.995)
    let variance = longRunVolatilities[asset] * longRunVolatilities[asset] * grid.stepYears
    return GarchParameters(
      stepHours: grid.stepHours, mean: figures.uniform(-0.002, 0.002), omega: variance * (1 - persistence),
      alpha: alpha,
      gamma: gamma, beta: persistence - alpha - gamma / 2, degreesOfFreedom: nil,
      initialVolatility: initialVolatilities[asset])
  }

  private func law(_ figures: inout TwinRandomFigures) -> ReferenceRating.Law {
    let confidence = figures.uniform(0.9, 0.99)
    let own = figures.flip(0.4) ? figures.uniform(0.6, 0.9) : nil
    switch figures.count(0...2) {
    case 0:
      return .normal(
        quantile: normalQuantile(confidence), multiple: figures.uniform(0.5, 2),
        maintenanceQuantile: own.map { normalQuantile($0) })
    case 1:
      let residuals = initialVolatilities.map { _ in
        (0..<figures.count(20...60)).map { _ in figures.normal() * figures.uniform(0.3, 2) }
      }
      return .historical(
        residuals: residuals, confidence: confidence, isShortfall: figures.flip(), maintenanceConfidence: own)
    default:
      let tail = figures.logUniform(1e-6, 0.05)
      let other = own.map { (tail: 1 - $0, quantile: normalQuantile(1 - $0)) }
      return .lognormal(tail: tail, quantile: normalQuantile(tail), maintenance: other)
    }
  }

  private func overlays(_ figures: inout TwinRandomFigures) -> RateOverlays {
    var overlays = RateOverlays()
    overlays.isMarketWide = figures.flip(0.3)
    overlays.longRunFloor = figures.pick(0, 0, figures.uniform(0.3, 1.2))
    if figures.flip(0.3) {
      overlays.stressWeight = figures.uniform(0.1, 0.5)
      overlays.stressMultiple = figures.uniform(1, 3)
    }
    if figures.flip(0.3) { overlays.buffer = figures.uniform(0.05, 0.5) }
    if figures.flip(0.3) { overlays.largestChange = figures.uniform(0.02, 0.5) }
    return overlays
  }

  // MARK: Pools

  /// Efficiency modes or weights that depend on size; accounts enter modes at random, also such as owe something else.
  private mutating func makePool(_ index: Int, _ figures: inout TwinRandomFigures) {
    let old = venues[index].venue
    guard figures.flip(0.6) else {
      venues[index].model = .sizePremium([], factors: sizeFactors(old, &figures))
      return
    }
    let modes = (0..<2).map { number in
      let threshold = figures.uniform(0.85, 0.97)
      return EfficiencyMode(
        name: "mode\(number)", instruments: Set(old.instruments.indices.filter { _ in figures.flip(0.7) }),
        loanToValue: TwoLevels(initial: threshold * figures.uniform(0.9, 1), maintenance: threshold))
    }
    let accounts = old.book.accounts.map { account in
      Account(
        id: account.id, group: account.group, loanToValue: account.loanToValue,
        efficiencyMode: figures.flip(0.6) ? figures.count(0...1) : nil, holder: account.holder, credit: account.credit)
    }
    venues[index].venue = Venue(
      id: old.id, summary: old.summary, settlement: old.settlement, isSynthetic: true, depths: old.depths,
      instruments: old.instruments, book: Self.book(old, accounts: accounts))
    venues[index].model = .lending(
      modes: modes,
      shift: figures.flip()
        ? TwoLevels(initial: figures.uniform(-0.1, 0.05), maintenance: figures.uniform(-0.1, 0.05))
        : TwoLevels(initial: 0, maintenance: 0))
  }

  /// The balances of a pool's book under other accounts.
  private static func book(_ venue: Venue, accounts: [Account]) -> Book {
    let book = venue.book
    let settlement = venue.instruments.firstIndex { $0.kind == .settlement } ?? 0
    var positions: [Position] = []
    for account in accounts.indices {
      positions.append(Position(account: account, instrument: settlement, quantity: book.cash[account]))
      for place in book.positions(of: account) {
        positions.append(
          Position(
            account: account, instrument: book.columns[Int(book.column[place])].instrument,
            quantity: book.quantity[place]))
      }
    }
    return Book(accounts: accounts, groups: book.groups, instruments: venue.instruments, positions: positions)
  }
}
