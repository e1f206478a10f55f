import Reports
import Schema

/// The `output:` of a job.
struct OutputSection {
  /// Names of the report formats.
  let formats: [String]
  /// Indices of the assets to draw a price fan of; the first four where the job names none.
  let priceFanAssets: [Int]

  private static let defaultFormats = ["json", "csv", "html", "markdown"]
  private static let formatNames = Parameter<[String]>.texts(
    "formats", default: defaultFormats, "the report formats to write")
  private static let fan = Parameter<[String]>.texts(
    "priceFan", default: [], "assets to draw a price fan of; the first four if absent")

  /// Reads the section; `assets` are those of the market, nil where it could not be read.
  init(reading reader: inout ParameterReader, assets: [String]?) {
    let node = reader.take("output") ?? DocumentNode(.null, at: reader.location.appending(key: "output"))
    var section = ParameterReader(node, problems: reader.problems)
    let names = section.read(Self.formatNames) ?? []
    let known = allReportFormats.map { $0.kind.name }
    formats = Self.known(names, among: known, key: "formats", "report format", section).map { known[$0] }
    let wanted = section.read(Self.fan) ?? []
    if let assets {
      let found = Self.known(wanted, among: assets, key: "priceFan", "asset of the market", section)
      priceFanAssets = wanted.isEmpty ? Array(assets.indices.prefix(4)) : found
    } else {
      priceFanAssets = []
    }
    section.finish()
  }

  /// The places of `names` in `known`; unknown and repeated ones are recorded.
  private static func known(
    _ names: [String], among known: [String], key: String, _ what: String, _ section: ParameterReader
  ) -> [Int] {
    var found: [Int] = []
    for name in names {
      guard let index = known.firstIndex(of: name) else {
        section.record(
          "there is no such \(what)", key: key, found: quotedForMessage(name),
          allowed: known.prefix(40).joined(separator: ", "),
          hint: nearestWord(to: name, among: known).map { "did you mean '\($0)'?" })
        continue
      }
      if found.contains(index) {
        section.record("a \(what) is named twice", key: key, found: quotedForMessage(name))
      } else {
        found.append(index)
      }
    }
    return found
  }
}
