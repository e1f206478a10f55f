/// What a draw is for. Draws for separate purposes are independent, whatever else of their keys agrees.
///
/// The raw value enters the counter (8 bits), so it never changes once published; add new purposes at the end.
public enum DrawPurpose: UInt32, Sendable, CaseIterable {
  /// The normal shocks that move prices.
  case priceShock = 1
  /// The chi-square draws that mix a Student-t vector.
  case chiSquare = 2
  /// The state a path starts from, such as its variance.
  case initialState = 3
  /// Synthetic books.
  case synthesis = 4
  /// Resampling.
  case bootstrap = 5
  /// Jump times and counts.
  case jump = 6
  /// Jump sizes.
  case jumpSize = 7
  /// Changes of regime.
  case regime = 8
  /// The part of a variance's own shocks that does not move the price.
  case varianceShock = 9
  /// The lowest and highest prices between two points.
  case bridge = 10
  /// Shocks of pegs.
  case pegShock = 20
  /// Numbers of de-pegs.
  case depeg = 21
  /// Sizes and moments of de-pegs.
  case depegSize = 22
  /// Shocks of funding rates.
  case fundingShock = 23
  /// Shocks of implied volatilities.
  case impliedVolatilityShock = 24
  /// The shock common to all assets in a scenario's correlation shock.
  case commonShock = 40
  /// What the owner of an account does about a margin call.
  case marginCall = 51
  /// Test inputs.
  case verification = 255
}
