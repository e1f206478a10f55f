import Foundation

/// One point of a scenario grid.
public struct ScenarioShock: Sendable, Hashable {
  /// Relative move of the underlying's price; > −1.
  public var priceMove: Double
  /// Relative move of implied volatility of an option that ends in 30 days.
  public var volatilityMove: Double
  /// Share of the profit or loss that counts; in (0, 1].
  public var weight: Double

  /// Creates a shock.
  public init(priceMove: Double, volatilityMove: Double = 0, weight: Double = 1) {
    self.priceMove = priceMove
    self.volatilityMove = volatilityMove
    self.weight = weight
  }
}

/// How a shock of implied volatility depends on the time to expiry: short options move more.
///
/// σ ← σ·max(0, 1 + move·(30/days)^power), days at least `leastDays`, power `shortPower` up to 30 days and `longPower`
/// beyond. Source of form and figures: portfolio margin parameters that Deribit's API documentation shows
/// (`short_term_vega_power` 0.3, `long_term_vega_power` 0.13); Paradex, *Portfolio Margin*, has the same and at least 1 day.
public struct VolatilityScaling: Sendable, Hashable {
  /// Power up to 30 days, ≥ 0.
  public var shortPower: Double
  /// Power beyond 30 days, ≥ 0.
  public var longPower: Double
  /// Fewer days than these count as these; > 0.
  public var leastDays: Double

  /// Creates a scaling.
  public init(shortPower: Double = 0.3, longPower: Double = 0.13, leastDays: Double = 1) {
    self.shortPower = shortPower
    self.longPower = longPower
    self.leastDays = leastDays
  }

  /// What multiplies a move of implied volatility `hours` before expiry.
  public func multiple(hoursToExpiry hours: Double) -> Double {
    let days = max(hours / 24, leastDays)
    return pow(30 / days, days > 30 ? longPower : shortPower)
  }

  /// What multiplies implied volatility under `shock`, `hours` before expiry.
  public func factor(_ shock: ScenarioShock, hoursToExpiry hours: Double) -> Double {
    guard shock.volatilityMove != 0, hours.isFinite else { return 1 }
    return max(0, 1 + shock.volatilityMove * multiple(hoursToExpiry: hours))
  }
}

/// The scenarios that one underlying's positions are valued in: price moves times volatility moves, and extremes.
///
/// Moves are `priceRange`·j/`priceSteps`, j = −n…n, each at volatility unchanged, up and down; each extreme move is taken at
/// volatility up, and only a share of what it makes counts. The first shock is no move at all, so that no requirement is
/// negative. Grids of the same number of moves and extremes have their shocks in the same order.
public struct ScenarioGrid: Sendable, Hashable {
  /// A damped move beyond the range.
  public struct Extreme: Sendable, Hashable {
    /// Relative price move, > −1.
    public var move: Double
    /// Share of profit and loss that counts, in (0, 1].
    public var weight: Double

    /// Creates an extreme.
    public init(move: Double, weight: Double) {
      self.move = move
      self.weight = weight
    }
  }

  /// Largest move of the price up and down, in (0, 1).
  public let priceRange: Double
  /// Relative rise and fall of the implied volatility of an option that ends in 30 days; ≥ 0.
  public let volatilityUp: Double, volatilityDown: Double
  /// Moves beyond the range.
  public let extremes: [Extreme]
  /// All scenarios, the first being no move.
  public let shocks: [ScenarioShock]

  /// A grid of `priceSteps` ≥ 1 moves on each side.
  public init(
    priceRange: Double, priceSteps: Int, volatilityUp: Double, volatilityDown: Double, extremes: [Extreme] = []
  ) {
    self.priceRange = priceRange
    self.volatilityUp = volatilityUp
    self.volatilityDown = volatilityDown
    self.extremes = extremes
    var shocks: [ScenarioShock] = []
    for step in 0...2 * priceSteps {
      // 0, −1, 1, −2, 2, …
      let place = Double((step + 1) / 2) * (step % 2 == 0 ? 1 : -1)
      let move = priceRange * place / Double(priceSteps)
      for volatility in [0, volatilityUp, -volatilityDown] {
        shocks.append(ScenarioShock(priceMove: move, volatilityMove: volatility))
      }
    }
    self.shocks =
      shocks + extremes.map { ScenarioShock(priceMove: $0.move, volatilityMove: volatilityUp, weight: $0.weight) }
  }

  /// Extremes that count in proportion to how far they are beyond the range: weight = min(1, range ÷ |move|), so that a
  /// lone future loses the same in all of them.
  ///
  /// Source: the weights of the tail scenarios that Paradex published for a range of 16 % (*Portfolio Margin*: 24 % at
  /// −66 %, 48 % at −33 %, 32 % at +50 %, … 3.2 % at +500 %) are 16 % ÷ |move|.
  public static func damped(_ moves: [Double], priceRange: Double) -> [Extreme] {
    moves.map { Extreme(move: $0, weight: min(1, priceRange / abs($0))) }
  }

  /// The largest share of its value that a long and a short position linear in the price can lose.
  public var linearRate: (long: Double, short: Double) {
    shocks.reduce((0, 0)) { worst, shock in
      (max(worst.0, -shock.priceMove * shock.weight), max(worst.1, shock.priceMove * shock.weight))
    }
  }
}
