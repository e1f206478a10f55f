import Foundation
import Kernels
import Markets
import TestSupport
import Testing

@Suite("Derived assets: wrapped and staked tokens, stablecoins")
struct DerivedAssetTests {
  @Test("keep the contract of a process, with the closed-form moments of base × rate × peg", arguments: [4.0, 24.0])
  func contract(stepHours: Double) throws {
    let grid = try DerivedSample.grid(5, hours: stepHours)
    let tokens = [
      DerivedAsset(id: "stA", base: .asset("A"), initialRate: 1.1, ratePerYear: 0.5, peg: DerivedSample.peg),
      DerivedAsset(id: "coin", base: .settlement, peg: PegParameters(halfLifeHours: 12, volatility: 0.1)),
    ]
    let contract = try #require(PriceProcessContract(grid: grid) { try DerivedSample.market(tokens, grid: $0) })
    let still = AssetCalibration(id: "USD", price: 1, volatility: 0)
    let violations = try contract.violations { asset, step in
      guard asset >= 2, step <= grid.steps, let peg = tokens[asset - 2].peg else { return nil }
      return PegLaw(peg: peg).moments(
        base: asset == 2 ? DerivedSample.assets[0] : still, rate: tokens[asset - 2].ratePerYear,
        from: Double(step - 1) * grid.stepYears, step: grid.stepYears)
    }
    #expect(violations == [])
  }

  @Test("The log peg has the declared mean, variance and autocovariance, in the long run too")
  func logPeg() throws {
    let grid = try DerivedSample.grid(40, hours: 24)
    let market = try DerivedSample.market(
      [DerivedAsset(id: "coin", base: .settlement, peg: Self.uncorrelated)], grid: grid)
    let law = PegLaw(peg: Self.uncorrelated)
    let logs = DerivedSample.logRatios(market, 2, over: nil, blocks: 40)
    for (point, later) in [(1, 2), (5, 9), (20, 40)] {
      let (early, late) = (Double(point) * grid.stepYears, Double(later) * grid.stepYears)
      let means = (law.mean(early), law.mean(late))
      #expect(DerivedSample.distance(logs[point], from: means.0) < 4)
      let squares = logs[point].map { ($0 - means.0) * ($0 - means.0) }
      #expect(
        DerivedSample.distance(squares, from: law.diffusionVariance(early) + law.depegVariance(early)) < 4)
      let products = zip(logs[point], logs[later]).map { ($0 - means.0) * ($1 - means.1) }
      let kept = (exp2(-24 * Double(later - point) / 40), exp2(-24 * Double(later - point) / 100))
      let covariance = kept.0 * law.diffusionVariance(early) + kept.1 * law.depegVariance(early)
      #expect(DerivedSample.distance(products, from: covariance) < 4, "\(point) and \(later)")
    }
  }

  private static let uncorrelated = PegParameters(
    halfLifeHours: 40, volatility: 0.3, level: 0.98, depegs: DerivedSample.peg.depegs)

  @Test("Without noise the log peg halves every half-life, on any grid", arguments: [1.0, 7.0])
  func halfLife(stepHours: Double) throws {
    let grid = try DerivedSample.grid(30, hours: stepHours)
    let peg = PegParameters(halfLifeHours: 50, volatility: 0, level: 1.02, initial: 0.9)
    let block = DerivedSample.block(
      try DerivedSample.market([DerivedAsset(id: "coin", base: .settlement, peg: peg)], grid: grid))
    for point in 0...30 {
      let expected = 1.02 * pow(0.9 / 1.02, exp2(-stepHours * Double(point) / 50))
      #expect(abs(block.price(path: 3, asset: 2, point: point) / expected - 1) < 1e-13)
    }
  }

  @Test("A peg of 1 that stands still is the base to the bit; a wrapped token is base × rate exactly")
  func identities() throws {
    let grid = try DerivedSample.grid(12, hours: 1)
    let tokens = [
      DerivedAsset(id: "same", base: .asset("A"), peg: PegParameters(halfLifeHours: 10, volatility: 0)),
      DerivedAsset(id: "plain", base: .asset("B")),
      DerivedAsset(id: "wrapped", base: .asset("same"), initialRate: 1.2, ratePerYear: 0.04),
      DerivedAsset(id: "cash", base: .settlement),
    ]
    let market = try DerivedSample.market(tokens, grid: grid)
    #expect(market.assetIDs == ["A", "B", "same", "plain", "wrapped", "cash"])
    let block = DerivedSample.block(market)
    for path in [0, 17, 255] {
      for point in 0...12 {
        let price = { block.price(path: path, asset: $0, point: point) }
        #expect(price(2) == price(0) && price(3) == price(1) && price(5) == 1)
        let rate = 1.2 * exp(0.04 * (grid.stepYears * Double(point)))
        #expect(price(4) == price(2) * rate)
      }
    }
    for (volatility, expected) in zip(market.longRunVolatilities, [0.8, 0.5, 0.8, 0.5, 0.8, 0]) {
      #expect(abs(volatility - expected) < 1e-12)
    }
    #expect(market.initialPrices == [2000, 60_000, 2000, 60_000, 2400, 1])
  }

  @Test("What is derived changes nothing of the prices it is derived from")
  func basesStay() throws {
    let grid = try DerivedSample.grid(9, hours: 1)
    let plain = try DerivedSample.market([], grid: grid)
    #expect(plain.derived == nil)
    let tokens = [DerivedAsset(id: "stA", base: .asset("A"), peg: DerivedSample.peg)]
    let without = DerivedSample.block(plain, 1)
    let with = DerivedSample.block(try DerivedSample.market(tokens, grid: grid), 1)
    for path in 0..<pathsPerBlock {
      for point in 0...9 {
        for asset in 0..<2 {
          #expect(
            without.price(path: path, asset: asset, point: point) == with.price(path: path, asset: asset, point: point))
        }
      }
    }
  }

  @Test("A peg is drawn over any process, and none of them draws differently for it")
  func everyProcess() throws {
    let grid = try DerivedSample.grid(6, hours: 24)
    let returns = try #require(HistoricalVectors(ResamplingTests.returns.prefix(2).map { $0 }))
    let garch = GarchParameters(
      stepHours: 24, mean: 0, omega: 1e-4, alpha: 0.1, gamma: 0, beta: 0.8, degreesOfFreedom: nil,
      initialVolatility: 0.6)
    let path = ReplayPath(name: "fall", prices: [[10, 9, 8, 7, 6, 5, 4], [1, 1, 1, 2, 2, 2, 2]])
    let processes: [any PriceProcess] = [
      Garch(prices: [10, 1], parameters: [garch, garch], margins: [nil, nil]),
      Replay(paths: [path], volatilities: [0.8, 0.5]),
      StationaryBootstrap(prices: [10, 1], returns: returns, stepHours: 24, meanBlockSteps: 4, growth: nil),
      FilteredHistorical(prices: [10, 1], parameters: [garch, garch], residuals: returns),
    ]
    let peg = PegParameters(halfLifeHours: 200, volatility: 0.2)
    for process in processes {
      let market = try DerivedSample.market(
        [DerivedAsset(id: "stA", base: .asset("A"), peg: peg)], grid: grid, process: process)
      let logs = DerivedSample.logRatios(market, 2, over: 0, blocks: 12)
      let law = PegLaw(peg: peg)
      let years = 6 * grid.stepYears
      #expect(DerivedSample.distance(logs[6], from: 0) < 4)
      #expect(DerivedSample.distance(logs[6].map { $0 * $0 }, from: law.diffusionVariance(years)) < 4)
    }
  }

  @Test("Declared volatilities: the variance of a step in the long run, and of the first in a market that starts calm")
  func volatilities() throws {
    let grid = try DerivedSample.grid(4, hours: 6)
    let token = DerivedAsset(id: "stA", base: .asset("A"), peg: DerivedSample.peg)
    let market = try DerivedSample.market([token], grid: grid)
    let late = PegLaw(peg: DerivedSample.peg).moments(
      base: DerivedSample.assets[0], rate: 0, from: 10, step: grid.stepYears)
    #expect(abs(market.longRunVolatilities[2] / (late.variance / grid.stepYears).squareRoot() - 1) < 1e-9)
    #expect(abs(market.initialVolatilities[2] - market.longRunVolatilities[2]) < 1e-12)
    let garch = GarchParameters(
      stepHours: 6, mean: 0, omega: 1e-6, alpha: 0.05, gamma: 0, beta: 0.94, degreesOfFreedom: nil,
      initialVolatility: 0.1)
    let process = Garch(prices: [1, 1], parameters: [garch, garch], margins: [nil, nil])
    let peg = PegParameters(halfLifeHours: 1e6, volatility: 0.3, correlationWithBase: 0.7)
    let calm = try DerivedSample.market(
      [DerivedAsset(id: "stA", base: .asset("A"), peg: peg)], grid: grid, process: process)
    let logs = DerivedSample.logRatios(calm, 2, over: nil, blocks: 60)
    let moves = zip(logs[1], logs[0]).map { $0 - $1 }
    let variance = calm.initialVolatilities[2] * calm.initialVolatilities[2] * grid.stepYears
    #expect(DerivedSample.distance(moves.map { $0 * $0 }, from: variance) < 4)
  }

  @Test("The peg's shock is correlated with the base's return as declared")
  func correlation() throws {
    let grid = try DerivedSample.grid(2, hours: 8)
    let peg = PegParameters(halfLifeHours: 100, volatility: 0.3, correlationWithBase: -0.6)
    let market = try DerivedSample.market([DerivedAsset(id: "stA", base: .asset("A"), peg: peg)], grid: grid)
    let pegs = DerivedSample.logRatios(market, 2, over: 0, blocks: 40)
    let bases = DerivedSample.logRatios(market, 0, over: nil, blocks: 40)
    let figures = DerivedSample.assets[0]
    let drift = (figures.drift - figures.volatility * figures.volatility / 2) * grid.stepYears
    let products = zip(pegs[1], zip(bases[1], bases[0])).map { $0 * ($1.0 - $1.1 - drift) }
    let deviation = PegLaw(peg: peg).diffusionVariance(grid.stepYears).squareRoot()
    let expected = -0.6 * deviation * figures.volatility * grid.stepYears.squareRoot()
    #expect(DerivedSample.distance(products, from: expected) < 4)
  }

  @Test("In a step with extremes a derived asset follows its base into the wick, at the lower of its two ratios")
  func extremes() throws {
    let grid = try DerivedSample.grid(2, hours: 1)
    let path = ReplayPath(
      name: "wick", prices: [[100, 90, 95], [1, 1, 1]],
      extremes: ReplayExtremes(lows: [[100, 60, 85], [1, 1, 1]], highs: [[100, 101, 99], [1, 1, 1]]))
    let process = Replay(paths: [path], volatilities: [0.8, 0])
    let tokens = [
      DerivedAsset(
        id: "stA", base: .asset("A"), peg: PegParameters(halfLifeHours: 2, volatility: 0, level: 1, initial: 0.81)),
      DerivedAsset(id: "coin", base: .settlement, peg: PegParameters(halfLifeHours: 1, volatility: 0, initial: 0.81)),
    ]
    let calibration = MarketCalibration(
      assets: DerivedSample.assets, correlation: DerivedSample.correlation, derived: tokens)
    let market = try MarketModel(
      assetIDs: DerivedSample.ids, grid: grid, process: process, dependence: .gaussian,
      correlation: DerivedSample.correlation,
      derived: DerivedMarket(calibration: calibration, process: process, grid: grid), intraStep: .bars)
    let block = DerivedSample.block(market)
    let pegs = [0.81, pow(0.81, exp2(-0.5)), 0.9]
    for (point, low, high) in [(0, 100.0, 100.0), (1, 60, 101), (2, 85, 99)] {
      let (before, now) = (pegs[max(0, point - 1)], pegs[point])
      let (token, base) = (block.value(.low, path: 9, asset: 2, point: point), low * min(before, now))
      #expect(abs((token ?? .nan) / base - 1) < 1e-14)
      let top = block.value(.high, path: 9, asset: 2, point: point)
      #expect(abs((top ?? .nan) / (high * max(before, now)) - 1) < 1e-14)
    }
    #expect(abs((block.value(.low, path: 9, asset: 3, point: 1) ?? .nan) / 0.81 - 1) < 1e-14)
    #expect(abs((block.value(.high, path: 9, asset: 3, point: 1) ?? .nan) / 0.9 - 1) < 1e-14)
  }

  @Test("What cannot be simulated is refused in words, all of it at once")
  func problems() throws {
    let grid = try DerivedSample.grid(2, hours: 1)
    let tokens = [
      DerivedAsset(id: "x", base: .asset("y"), initialRate: 0),
      DerivedAsset(id: "y", base: .settlement, peg: PegParameters(halfLifeHours: 0, volatility: -1)),
      DerivedAsset(
        id: "z", base: .settlement, peg: PegParameters(halfLifeHours: 1, volatility: 1, correlationWithBase: 0.5)),
      DerivedAsset(id: "A", base: .asset("B")),
    ]
    do {
      _ = try DerivedSample.market(tokens, grid: grid)
      Issue.record("nothing was refused")
    } catch let problem as DerivedMarketProblem {
      #expect(problem.messages.count == 6, "\(problem)")
      let words = [
        "x stands for y", "initial rate of x", "half-life", "volatility of 0", "z is correlated", "A appears",
      ]
      for words in words { #expect(problem.description.contains(words), "\(words)") }
    }
  }
}
