import Clearing
import Markets
public import Schema
public import Venues

/// A specification of a synthetic book, read and checked: `plimsoll synthesize SPEC.yaml`.
///
/// Every specification has `kind`, `synthetic: true`, `venue` and `market` (files, from the specification's folder) and
/// `seed`; the other keys belong to its kind, one of `allBookKinds`.
///
///     let spec = try SynthesisSpec.load(path: "Portfolios/perpetual-venue/synthesis.yaml")
///     let book = try spec.synthesize()
///     print(book.comparison.text)
///     try spec.write(book, to: "Portfolios/perpetual-venue")
public struct SynthesisSpec: Sendable {
  /// What draws the book.
  public let kind: any BookKind
  /// The seed that the book is drawn with.
  public let seed: UInt64
  /// The specification itself.
  public let file: InputFile
  /// The file of the venue.
  public let venueFile: InputFile
  /// The file of the market.
  public let marketFile: InputFile
  /// What is allowed but deserves a word.
  public let warnings: [String]

  private static let synthetic = Parameter<Bool>.flag(
    "synthetic", default: true, "says that nobody's real book is meant")
  private static let venue = Parameter<String>.text("venue", default: "venue.yaml", "the file of the venue")
  private static let market = Parameter<String>.text("market", default: "market.yaml", "the file of the market")
  private static let seedKey = Parameter<Int>.integer(
    "seed", in: 0...Int.max, isOptional: true, "the book is a pure function of the specification and this number")

  /// Reads a specification with the venue and the market that it names; throws everything that is wrong with them.
  ///
  /// - Parameter seed: takes the place of the specification's own.
  public static func load(path: String, seed: UInt64? = nil) throws(Problems) -> SynthesisSpec {
    let intake = Intake()
    let reference = FileReference(commandLine: path)
    let spec = intake.document(reference).flatMap {
      SynthesisSpec(reading: $0, base: reference, seed: seed, intake: intake)
    }
    try intake.problems.throwIfAny()
    guard let spec else {
      throw Problems([Problem("the specification cannot be read", at: SourceLocation(file: path))])
    }
    return spec
  }

  /// Reads the keys that every specification has, then lets the kind read its own against the venue and the market.
  ///
  /// Without these two the kind's keys mean nothing and are left alone; their own problems are what the user sees.
  private init?(reading node: DocumentNode, base: FileReference, seed given: UInt64?, intake: Intake) {
    guard let choice = KindChoice(node, among: allBookKinds.map { $0.kind }, problems: intake.problems) else {
      return nil
    }
    var reader = choice.reader
    let isSynthetic = reader.read(Self.synthetic)
    if isSynthetic == false {
      reader.record("a book from distributions is synthetic", key: "synthetic", found: "false", allowed: "true")
    }
    let written = reader.readIfPresent(Self.seedKey)
    if written == nil, given == nil, !reader.has("seed") {
      reader.record("the key is required", key: "seed", allowed: Self.seedKey.description.allowed)
    }
    let venuePath = reader.read(Self.venue), marketPath = reader.read(Self.market)
    guard let venuePath, let marketPath else { return nil }
    let files = (venue: base.sibling(venuePath), market: base.sibling(marketPath))
    let context = Self.context(venue: files.venue, market: files.market, reader: reader, intake: intake)
    guard let context, let type = allBookKinds.first(where: { $0.kind.name == choice.kind.name }) else { return nil }
    let kind = type.init(reading: &reader, context: context)
    reader.finish()
    guard let kind, let seed = given ?? written.map(UInt64.init), let file = intake.input(base),
      let venueFile = intake.input(files.venue), let marketFile = intake.input(files.market)
    else { return nil }
    self.kind = kind
    self.seed = seed
    self.file = file
    self.venueFile = venueFile
    self.marketFile = marketFile
    warnings = intake.warnings
  }

  /// The venue and the market at t = 0; nil, recorded, where one of them cannot be read.
  private static func context(
    venue: FileReference, market: FileReference, reader: ParameterReader, intake: Intake
  ) -> SynthesisContext? {
    let marketDocument = intake.document(market, asker: reader.location.appending(key: "market"))
    let calibration = marketDocument.flatMap { CalibrationFile(reading: $0, intake: intake)?.calibration }
    let venueDocument = intake.document(venue, asker: reader.location.appending(key: "venue"))
    let terms = venueDocument.flatMap {
      VenueTerms(
        reading: $0, universe: calibration?.assetIDs, impliedVolatilities: calibration?.impliedVolatilitiesAtStart,
        intake: intake)
    }
    guard let calibration, let terms else { return nil }
    return SynthesisContext(
      instruments: terms.instruments, prices: calibration.prices,
      volatilities: calibration.volatilities, depths: terms.depths,
      requirement: requirement(instruments: terms.instruments, tables: terms.rules.brackets))
  }

  /// The venue's own bracket tables as a function of instrument and notional; nothing is required without a table.
  private static func requirement(instruments: [Instrument], tables: [BracketTable]) -> SynthesisContext.Requirement {
    return { instrument, notional in
      guard let index = instruments[instrument].brackets, tables.indices.contains(index) else {
        return TwoLevels(initial: 0, maintenance: 0)
      }
      return TwoLevels(
        initial: tables[index].initialLines.requirement(notional: notional),
        maintenance: tables[index].maintenanceLines.requirement(notional: notional))
    }
  }

  /// Draws the book; throws, naming this specification, where it cannot be made.
  public func synthesize() throws(Problems) -> SyntheticBook {
    do {
      return try kind.synthesize(seed: seed)
    } catch {
      throw Problems(error.all.map(located))
    }
  }

  /// A problem that knows no file, placed in this specification.
  private func located(_ problem: Problem) -> Problem {
    var problem = problem
    if problem.location.file.isEmpty { problem.location.file = file.label }
    return problem
  }
}

/// Finding what was read.
extension Intake {
  /// The entry of a file that was read.
  fileprivate func input(_ reference: FileReference) -> InputFile? {
    inputs.first { $0.absolutePath == reference.absolutePath }
  }
}
