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
        AssetCalibration(id: ids[$0], price: paths[0][$0][0], volatility: initialVolatilities[$0], funding: funding)
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
    let isDynamic = venues.contains { if case .volatilityScaled = $0.model { true } else { false } }
    return Simulator(
      generator: PathGenerator(market: market, seed: 1),
      market: MarketPlan(
        venue: venues[0].venue, rules: venues[0].rules, longRunVolatilities: longRunVolatilities, grid: grid,
        liquidity: liquidity),
      venues: plans, models: [models], labels: [ModelLabel(name: "twin", kind: "twin", isDynamic: isDynamic)],
      paths: paths.count, atStart: atStart, fanAssets: [], callWindowHours: 24)
  }

  /// The factor on the maintenance requirement of each column of a venue's book under given initial rates per asset;
  /// nil for columns that the model demands nothing of.
  func maintenanceFactors(venue: Int, rates: [Double]) -> [Double?] {
    let input = venues[venue]
    return input.venue.book.columns.map { column in
      switch input.model {
      case .tiered: column.side == .perpetual ? input.scale : nil
      case .loanToValue: column.side == .held ? input.scale : nil
      case .volatilityScaled(let figures):
        column.side == .perpetual ? input.scale * rates[column.asset] * figures.maintenanceFraction : nil
      }
    }
  }

  /// The engine's model for what the reference describes by figures.
  private func model(of input: ReferenceVenue) -> any MarginModel {
    let instruments = input.venue.instruments
    switch input.model {
    case .tiered(let tables): return TieredMargin(instruments: instruments, tables: tables)
    case .loanToValue: return LoanToValueMargin(instruments: instruments)
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
