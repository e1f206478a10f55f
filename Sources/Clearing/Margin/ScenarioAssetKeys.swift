import Schema

/// The figures that may differ by underlying: all of them, or some where others are stated elsewhere.
struct ScenarioAssetKeys {
  private var range: Double?
  private var up: Double?
  private var down: Double?
  private var futures: Double?
  private var options: Double?

  private static let range = Parameter<Double>.number(
    "priceRange", unit: "fraction of the price", in: .openFraction, isOptional: true,
    "largest price move up and down; 0.16 if absent")
  private static let up = Parameter<Double>.number(
    "volatilityUp", unit: "fraction of implied volatility", in: Bounds(0, 10), isOptional: true,
    "rise of the implied volatility of an option that ends in 30 days; 0.5 if absent")
  private static let down = Parameter<Double>.number(
    "volatilityDown", unit: "fraction of implied volatility", in: Bounds(0, 1), isOptional: true,
    "fall of the same; 0.25 if absent")
  private static let futures = Parameter<Double>.number(
    "futuresContingency", unit: "fraction of notional", in: Bounds(0, 1), isOptional: true,
    "added for every future, hedged or not; 0.005 if absent")
  private static let options = Parameter<Double>.number(
    "shortOptionMinimum", unit: "fraction of the underlying's price", in: Bounds(0, 1), isOptional: true,
    "added for every short option, hedged or not; 0.01 if absent")

  static let descriptions = [
    range.description, up.description, down.description, futures.description, options.description,
  ]

  /// Reads the keys that are there.
  init(reading reader: inout ParameterReader) {
    range = reader.readIfPresent(Self.range)
    up = reader.readIfPresent(Self.up)
    down = reader.readIfPresent(Self.down)
    futures = reader.readIfPresent(Self.futures)
    options = reader.readIfPresent(Self.options)
  }

  /// The same with what `other` states in place.
  func merged(with other: ScenarioAssetKeys?) -> ScenarioAssetKeys {
    var result = self
    result.range = other?.range ?? range
    result.up = other?.up ?? up
    result.down = other?.down ?? down
    result.futures = other?.futures ?? futures
    result.options = other?.options ?? options
    return result
  }

  /// Contingencies, published figures where none are stated.
  var contingencies: ScenarioGridMargin.Contingencies {
    ScenarioGridMargin.Contingencies(futures: futures ?? 0.005, shortOptions: options ?? 0.01)
  }

  /// The grid, published figures where none are stated.
  func grid(steps: Int, extremes: [Double], weights: [Double]?) -> ScenarioGrid {
    let range = range ?? 0.16
    let damped =
      weights.map { zip(extremes, $0).map { ScenarioGrid.Extreme(move: $0, weight: $1) } }
      ?? ScenarioGrid.damped(extremes, priceRange: range)
    return ScenarioGrid(
      priceRange: range, priceSteps: steps, volatilityUp: up ?? 0.5, volatilityDown: down ?? 0.25, extremes: damped)
  }
}
