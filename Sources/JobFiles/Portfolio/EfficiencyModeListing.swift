import Clearing
import Schema
import Venues

/// The `efficiencyModes:` of a venue: named categories of instruments with a loan-to-value and threshold of their own.
struct EfficiencyModeListing {
  /// The categories in the order written.
  private(set) var modes: [EfficiencyMode] = []

  private static let members = Parameter<[String]>.texts("instruments", "what may be collateral and debt in the mode")
  private static let ltv = Parameter<Double>.number(
    "ltv", unit: "fraction", in: .fraction, "what may be borrowed against collateral in the mode")
  private static let threshold = Parameter<Double>.number(
    "liquidationThreshold", unit: "fraction", in: .fraction, "the debt that its value carries")

  /// Reads the categories; one that is wrong is recorded and left out.
  init(reading reader: inout ParameterReader, instruments: [Instrument]) {
    let allowed = "named { instruments, ltv, liquidationThreshold }"
    guard var section = reader.section("efficiencyModes", required: false, allowed: allowed) else { return }
    for name in section.keys {
      guard var entry = section.section(name, required: true, allowed: allowed) else { continue }
      let members = entry.read(Self.members)
      let initial = entry.read(Self.ltv)
      let maintenance = entry.read(Self.threshold)
      entry.finish()
      if let flaw = AccountName.flaw(of: name) { section.record("the mode's name \(flaw)", key: name) }
      if let initial, let maintenance, initial > maintenance {
        entry.record(
          "the loan-to-value is above the liquidation threshold", key: "ltv", found: "\(initial)",
          allowed: "≤ liquidationThreshold (\(maintenance))")
      }
      guard let members, let initial, let maintenance else { continue }
      modes.append(
        EfficiencyMode(
          name: name, instruments: Self.indices(of: members, among: instruments, entry),
          loanToValue: TwoLevels(initial: initial, maintenance: maintenance)))
    }
  }

  /// Indices of the named instruments, balances or the settlement currency; others are recorded.
  private static func indices(
    of names: [String], among instruments: [Instrument], _ entry: ParameterReader
  ) -> Set<Int> {
    let fit = instruments.indices.filter { index in
      switch instruments[index].kind {
      case .settlement, .spot, .poolShare: true
      case .perpetual, .option: false
      }
    }
    var found: Set<Int> = []
    for name in names {
      if let index = fit.first(where: { instruments[$0].id == name }) {
        found.insert(index)
        continue
      }
      let ids = fit.map { instruments[$0].id }
      entry.record(
        "no such instrument can be in an efficiency mode", key: "instruments", found: quotedForMessage(name),
        allowed: ids.prefix(40).joined(separator: ", "),
        hint: nearestWord(to: name, among: ids).map { "did you mean '\($0)'?" })
    }
    return found
  }
}
