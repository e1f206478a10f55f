import Clearing
import Kernels
import Markets
import Simulation
import TestSupport
import Venues

extension TwinCase {
  /// The market that replays the case's paths, with funding rates where they move.
  func marketModel() throws -> MarketModel {
    let ids = paths[0].indices.map { "ASSET\($0)" }
    let process = Replay(
      paths: paths.indices.map { number in
        ReplayPath(
          name: "\(number)", prices: paths[number],
          extremes: extremes.map { ReplayExtremes(lows: $0[number].lows, highs: $0[number].highs) })
      }, volatilities: initialVolatilities)
    let calibration = MarketCalibration(
      assets: ids.indices.map {
        AssetCalibration(
          id: ids[$0], price: paths[0][$0][0], volatility: initialVolatilities[$0], funding: funding,
          impliedVolatility: implied)
      }, correlation: .identity(ids.count))
    return try MarketModel(
      assetIDs: ids, grid: grid, process: process, dependence: .gaussian, correlation: .identity(ids.count),
      derived: DerivedMarket(calibration: calibration, process: process, grid: grid),
      intraStep: extremes == nil ? .none : .bars)
  }

  /// The same case for the engine: its venues under one model each, its paths replayed.
  func simulator() throws -> Simulator {
    let market = try marketModel()
    let ids = market.assetIDs
    let start = paths[0].map { $0[0] }
    let plans = venues.map {
      VenuePlan(venue: $0.venue, rules: $0.rules, grid: grid, assetIDs: ids, initialPrices: start)
    }
    let models = zip(venues, plans).map { ModelPlan(model: model(of: $0), scale: $0.scale, plan: $1) }
    var rules = venues[0].rules
    rules.assetImpacts = assetImpacts
    let isDynamic = venues.contains { self.model(of: $0).isDynamic }
    var depths = MarketPlan(
      venue: venues[0].venue, rules: rules, longRunVolatilities: longRunVolatilities, grid: grid,
      liquidity: liquidity, frozenOracles: frozenOracles)
    depths.claims = claims
    return Simulator(
      generator: PathGenerator(market: market, seed: 1), market: depths,
      venues: plans, models: [models], labels: [ModelLabel(name: "twin", kind: "twin", isDynamic: isDynamic)],
      paths: paths.count, atStart: atStart, fanAssets: [], callWindowHours: 24)
  }

  /// The factors on the maintenance requirement of long and short positions in each column of a venue's book, one after
  /// the other, under given rates per instrument; nil for columns that the model demands nothing of.
  func maintenanceFactors(venue: Int, rates: [ReferenceRates]) -> [Double?] {
    let input = venues[venue]
    return input.venue.book.columns.flatMap { column -> [Double?] in
      if column.leg == .money { return [nil, nil] }
      let own = rates[column.instrument]
      switch input.model {
      case .tiered, .sizePremium, .scenarioGrid:
        return column.side == .perpetual ? [input.scale, input.scale] : [nil, nil]
      case .loanToValue, .lending: return column.side == .held ? [input.scale, input.scale] : [nil, nil]
      case .volatilityScaled, .rated, .openInterest:
        guard column.side == .perpetual else { return [nil, nil] }
        return [input.scale * own.maintenanceLong, input.scale * own.maintenanceShort]
      }
    }
  }

  /// The engine's model for what the reference describes by figures.
  private func model(of input: ReferenceVenue) -> any MarginModel {
    let instruments = input.venue.instruments
    switch input.model {
    case .tiered(let tables): return TieredMargin(instruments: instruments, tables: tables)
    case .sizePremium(let tables, let factors):
      return SizePremiumMargin(instruments: instruments, tables: tables, factors: factors)
    case .loanToValue: return LoanToValueMargin(instruments: instruments)
    case .lending(let modes, let shift):
      return LoanToValueMargin(instruments: instruments, modes: modes, shift: shift)
    case .openInterest(let figures): return OpenInterestMargin(instruments: instruments, figures: figures)
    case .rated(let rating): return model(of: rating, instruments: instruments)
    case .scenarioGrid(let scenarios): return model(of: scenarios, instruments: instruments)
    case .volatilityScaled(let figures):
      let isDaily = figures.lambdaHours == 24
      return VolatilityScaledMargin(
        estimator: ExponentialVolatility(lambda: figures.lambda, per: isDaily ? .day : .step, grid: grid),
        ratePerVolatility: figures.multiple * figures.quantile * (figures.marginPeriodHours / 8760).squareRoot(),
        floor: figures.floor, cap: figures.cap, updateSteps: grid.wholeSteps(in: figures.updateHours) ?? 1,
        maintenanceFraction: figures.maintenanceFraction, instruments: instruments,
        initialVolatilities: initialVolatilities)
    }
  }
}

extension TwinCase {
  /// The engine's model for a reference's scenarios.
  func model(of scenarios: ReferenceScenarios, instruments: [Instrument]) -> any MarginModel {
    ScenarioGridMargin(
      grids: scenarios.underlyings.map {
        ScenarioGrid(
          priceRange: $0.priceRange, priceSteps: scenarios.priceSteps, volatilityUp: $0.volatilityUp,
          volatilityDown: $0.volatilityDown, extremes: $0.extremes)
      },
      contingencies: scenarios.underlyings.map {
        ScenarioGridMargin.Contingencies(futures: $0.futuresContingency, shortOptions: $0.shortOptionMinimum)
      }, groups: scenarios.groups,
      scaling: VolatilityScaling(
        shortPower: scenarios.shortPower, longPower: scenarios.longPower, leastDays: scenarios.leastDays),
      maintenanceFraction: scenarios.maintenanceFraction, reach: scenarios.takesAll ? .all : .portfolio,
      instruments: instruments, tables: scenarios.tables)
  }

  /// The engine's model for a reference's rating.
  func model(of rating: ReferenceRating, instruments: [Instrument]) -> any MarginModel {
    let recursions: [VolatilityRecursion]
    var implied: [Double] = []
    switch rating.estimator {
    case .exponential(let lambda, let hours):
      let estimator = ExponentialVolatility(lambda: lambda, per: hours == 24 ? .day : .step, grid: grid)
      recursions = initialVolatilities.map { VolatilityRecursion(estimator, initialVolatility: $0) }
    case .implied(let all):
      recursions = all.map { _ in .still(stepYears: grid.stepYears) }
      implied = all
    case .garch(let all):
      recursions = all.map { VolatilityRecursion($0, horizonSteps: rating.periodHours / grid.stepHours) }
    }
    let terms = DynamicTerms(
      recursions: recursions, floor: rating.floor, cap: rating.cap,
      updateSteps: grid.wholeSteps(in: rating.updateHours) ?? 1, maintenanceFraction: rating.maintenanceFraction,
      overlays: rating.overlays, longRunVolatilities: rating.longRun, impliedVolatilities: implied)
    let rootPeriod = (rating.periodHours / 8760).squareRoot()
    switch rating.law {
    case .normal(let quantile, let multiple, let own):
      let rates = DynamicRates(
        law: NormalLaw(ratePerVolatility: multiple * quantile * rootPeriod),
        maintenanceLaw: own.map { NormalLaw(ratePerVolatility: multiple * $0 * rootPeriod) }, terms: terms,
        instruments: instruments)
      return implied.isEmpty ? VolatilityScaledMargin(rates: rates) : ImpliedVolatilityMargin(rates: rates)
    case .lognormal(let tail, _, let own):
      return LognormalShortfallMargin(
        rates: DynamicRates(
          law: LognormalLaw(tailProbability: tail, horizonYears: rating.periodHours / 8760),
          maintenanceLaw: own.map { LognormalLaw(tailProbability: $0.tail, horizonYears: rating.periodHours / 8760) },
          terms: terms, instruments: instruments))
    case .historical(let residuals, let confidence, let isShortfall, let own):
      let losses = residuals.map { RescaledLosses(residuals: $0) }
      func law(_ confidence: Double) -> HistoricalLaw {
        HistoricalLaw(
          losses: losses, confidence: confidence, isShortfall: isShortfall, rootPeriod: rootPeriod)
      }
      let rates = DynamicRates(
        law: law(confidence), maintenanceLaw: own.map(law), terms: terms, instruments: instruments)
      return isShortfall ? HistoricalShortfallMargin(rates: rates) : HistoricalQuantileMargin(rates: rates)
    }
  }
}

/// Writes down what the engine does, step by step.
final class TwinObserver: ReplayObserver {
  /// One wave at one venue.
  struct Wave {
    let step: Int
    let number: Int
    let venue: Int
    let closings: [ClosingRecord]
    let fills: [Double]
  }

  private(set) var visited: [StepExtreme: [[VenueSnapshot]]] = [.low: [], .high: []]
  private(set) var opened: [[VenueSnapshot]] = []
  private(set) var closed: [[VenueSnapshot]] = []
  private(set) var waves: [Wave] = []
  private var step = 0

  func extremeReached(_ extreme: StepExtreme, step: Int, snapshot: VenueSnapshot) {
    self.step = step
    append(snapshot, at: step, to: &visited[extreme, default: []])
  }

  func stepBegan(_ step: Int, snapshot: VenueSnapshot) {
    self.step = step
    append(snapshot, at: step, to: &opened)
  }

  func waveBooked(_ wave: Int, closings: [ClosingRecord], fills: [Double], venue: Int) {
    waves.append(Wave(step: step, number: wave, venue: venue, closings: closings, fills: fills))
  }

  func stepEnded(_ step: Int, snapshot: VenueSnapshot) { append(snapshot, at: step, to: &closed) }

  private func append(_ snapshot: VenueSnapshot, at step: Int, to steps: inout [[VenueSnapshot]]) {
    while steps.count < step { steps.append([]) }
    steps[step - 1].append(snapshot)
  }
}
