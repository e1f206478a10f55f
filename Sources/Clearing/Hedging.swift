/// Who trades in a venue's market besides its liquidations: option dealers who keep their delta, and an agent of the venue
/// that hedges what its reserve stands in for.
///
/// Each trades once a step, after the waves, through the same impact as everybody. See *Hedgers* in the documentation page
/// *One path*.
public struct Hedging: Sendable, Hashable {
  /// Gamma of all dealers together by index of the asset: the money by which their delta rises per unit of log price;
  /// negative for dealers who are short options, and who therefore buy what rises and sell what falls.
  public var dealerGamma: [Int: Double]
  /// Share of the exposure of accounts with negative equity, whose further losses are the reserve's, that the venue's agent
  /// hedges; 0 where it has none.
  public var reserveRatio: Double

  /// Nobody.
  public static let none = Hedging()

  /// Creates hedgers.
  public init(dealerGamma: [Int: Double] = [:], reserveRatio: Double = 0) {
    self.dealerGamma = dealerGamma
    self.reserveRatio = reserveRatio
  }

  /// Whether anybody can ever trade.
  public var isActive: Bool { reserveRatio > 0 || dealerGamma.values.contains { $0 != 0 } }
}
