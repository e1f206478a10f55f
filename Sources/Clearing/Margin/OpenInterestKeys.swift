import Schema

extension OpenInterestMargin {
  /// The figures of a market as a file states them: all of them, or some where others are stated elsewhere.
  struct MarketKeys {
    private var initial: Double?
    private var maintenance: Double?
    private var lowerCap: Double?
    private var upperCap: Double?

    private static let initial = Parameter<Double>.number(
      "initial", unit: "fraction of notional", in: Bounds(0, 1, openBelow: true), isOptional: true,
      "initial rate at little open interest; that of the bracket table if absent")
    private static let maintenance = Parameter<Double>.number(
      "maintenance", unit: "fraction of notional", in: Bounds(0, 1, openBelow: true), isOptional: true,
      "maintenance rate; that of the bracket table if absent")
    private static let lower = Parameter<Double>.number(
      "lowerCap", unit: "money", in: Bounds(0, 1e18), isOptional: true,
      "open interest at which the initial rate starts to rise")
    private static let upper = Parameter<Double>.number(
      "upperCap", unit: "money", in: Bounds(0, 1e18), isOptional: true,
      "open interest at which the initial rate is 1; 0 for no scaling")

    static let descriptions = [
      initial.description, maintenance.description, lower.description, upper.description,
    ]

    /// Reads the keys that are there.
    init(reading reader: inout ParameterReader) {
      initial = reader.readIfPresent(Self.initial)
      maintenance = reader.readIfPresent(Self.maintenance)
      lowerCap = reader.readIfPresent(Self.lower)
      upperCap = reader.readIfPresent(Self.upper)
    }

    /// The same with what `other` states in place.
    func merged(with other: MarketKeys?) -> MarketKeys {
      var result = self
      result.initial = other?.initial ?? initial
      result.maintenance = other?.maintenance ?? maintenance
      result.lowerCap = other?.lowerCap ?? lowerCap
      result.upperCap = other?.upperCap ?? upperCap
      return result
    }

    /// The figures of the perpetual `id`, rates from `table` where they are not stated; nil, recorded, where they cannot
    /// be had or contradict each other.
    func market(of id: String, table: BracketTable?, _ reader: ParameterReader) -> Market? {
      let before = reader.problems.count
      let bracket = table.flatMap { $0.brackets.count == 1 ? $0.brackets.first : nil }
      let several = table.map { $0.brackets.count > 1 } ?? false
      let reason =
        several ? "its bracket table has several rates, this model has one" : "it has no bracket table to take it from"
      for (key, value) in [
        ("initial", initial ?? bracket?.initial), ("maintenance", maintenance ?? bracket?.maintenance),
      ]
      where value == nil {
        reader.record("\(id) has no \(key) rate: \(reason)", key: key, hint: "state \(key) for the model or the market")
      }
      for (key, value) in [("lowerCap", lowerCap), ("upperCap", upperCap)] where value == nil {
        reader.record("\(id) has no \(key)", key: key, hint: "state it for the model or the market; upperCap 0 is off")
      }
      guard let initial = initial ?? bracket?.initial, let maintenance = maintenance ?? bracket?.maintenance,
        let lowerCap, let upperCap
      else { return nil }
      if maintenance > initial {
        reader.record(
          "the maintenance rate of \(id) is above its initial rate", key: "maintenance", found: "\(maintenance)",
          allowed: "≤ initial (\(initial))")
      }
      if upperCap > 0, lowerCap >= upperCap {
        reader.record(
          "the caps of \(id) do not rise", key: "lowerCap", found: "\(lowerCap)", allowed: "< upperCap (\(upperCap))")
      }
      guard reader.problems.count == before else { return nil }
      return Market(initial: initial, maintenance: maintenance, lowerCap: lowerCap, upperCap: upperCap)
    }
  }
}
