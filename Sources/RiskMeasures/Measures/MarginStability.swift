public import Schema
import Simulation

/// How much the requirement itself moves: procyclicality, and the liquidations that it causes.
public struct MarginStability: PathwiseMeasure {
  /// How the family is described; the window is the one the engine counted over.
  public static let kind = Kind(
    "margin-stability",
    summary:
      "peak to trough, largest increase, deviation of changes, largest call, liquidations caused by the requirement",
    formula: "share = Σ requirement-driven ÷ Σ first liquidations, error by the delta method",
    source: "Murphy, Vasios, Vause, Bank of England Financial Stability Paper 29 (2014); Cochran, section 6.3",
    parameters: [MeasureSettings.callWindowParameter.description])

  /// What it reports; increases and calls are measured point to point.
  public static let measures = [
    MeasureDescription(
      "margin.peakToTrough", .ratio, "largest over smallest requirement per notional, mean over paths"),
    MeasureDescription(
      "margin.largestIncrease", .fraction, "largest relative increase over the window, mean over paths"),
    MeasureDescription(
      "margin.changeDeviation", .fraction,
      "standard deviation of the relative changes over the window, mean over paths"),
    MeasureDescription("margin.callLargest", .money, "largest increase of the book's requirement, mean over paths"),
    MeasureDescription("margin.callLargest.q99", .money, levels: .fixed(level), "the same at 99 %"),
    MeasureDescription(
      "margin.requirementDrivenShare", .fraction,
      "first liquidations that the requirement at t = 0 would not have caused"),
  ]

  /// The level in the id of the call's tail.
  private static let level = 0.99

  /// Creates the family.
  public init() {}

  /// One variable each; the call is reported by its mean and by its tail.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    let window = outcomes.settings.callWindowHours
    return [
      PathVariable(
        values: outcomes[.peakToTrough], statistics: [(outcomes.label("margin.peakToTrough", .ratio), .mean)]),
      PathVariable(
        values: outcomes[.largestIncrease],
        statistics: [(outcomes.label("margin.largestIncrease", .fraction, hours: window), .mean)]),
      PathVariable(
        values: outcomes[.changeDeviation],
        statistics: [(outcomes.label("margin.changeDeviation", .fraction, hours: window), .mean)]),
      PathVariable(
        values: outcomes[.largestCall],
        statistics: [
          (outcomes.label("margin.callLargest", .money, hours: window), .mean),
          (
            outcomes.label("margin.callLargest.q99", .money, level: Self.level, hours: window), .quantile(Self.level)
          ),
        ]),
      PathVariable(
        values: outcomes[.requirementDriven], denominators: outcomes[.liquidatedAccounts],
        statistics: [(outcomes.label("margin.requirementDrivenShare", .fraction), .ratio)],
        undefinedBecause: "nobody was liquidated"),
    ]
  }
}
