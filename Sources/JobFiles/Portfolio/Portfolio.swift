public import Clearing
public import Markets
public import Schema
public import Venues

import Foundation
import Kernels

/// A portfolio folder, read and checked: `venue.yaml`, `positions.csv`, and optionally `accounts.csv` and `book.yaml`.
public struct Portfolio: Sendable {
  /// The venue with its book.
  public internal(set) var venue: Venue
  /// How it clears.
  public internal(set) var rules: ClearingRules
  /// The venue's file, for checks that need the job.
  let terms: VenueTerms

  /// Reads `folder`. `universe`, `prices` and implied volatilities are those of the market, nil where it could not be
  /// read; `asker` is the place that named the folder.
  init?(
    _ folder: FileReference, universe: [String]?, prices: [Double]?, impliedVolatilities: [Double]?,
    asker: SourceLocation?, intake: Intake
  ) {
    let before = intake.problems.count
    guard Self.isFolder(folder, asker: asker, intake) else { return nil }
    let origin = BookFile(folder, intake: intake)
    let hint = "a portfolio folder holds venue.yaml and positions.csv"
    let document = intake.document(folder.child("venue.yaml"), hint: hint)
    let terms = document.flatMap {
      VenueTerms(
        reading: $0, universe: universe, impliedVolatilities: impliedVolatilities, intake: intake)
    }
    let accounts = Self.accounts(folder, intake)
    // Without its venue the rows of a positions file mean nothing; its instruments would all be unknown.
    guard let terms else { return nil }
    let reference = folder.child("positions.csv")
    let positions = Self.positions(
      reference, terms.instruments, known: accounts.table?.names, mustBeKnown: accounts.exists, hint, intake)
    guard let positions else { return nil }
    let assembly = BookAssembly(
      positions: positions, named: reference.shown, accounts: accounts.table,
      accountsName: folder.child("accounts.csv").shown, instruments: terms.instruments,
      modes: terms.rules.efficiencyModes, prices: prices, intake: intake)
    terms.checkOwners(groups: assembly.groups, problems: intake.problems)
    guard intake.problems.count == before else { return nil }
    self.terms = terms
    rules = terms.rules
    let book = Book(
      accounts: assembly.accounts, groups: assembly.groups, instruments: terms.instruments,
      positions: assembly.positions)
    Self.warnOfDebts(outsideModesOf: book, terms, accounts.exists ? folder.child("accounts.csv").shown : "", intake)
    venue = Venue(
      id: terms.id, summary: terms.summary, settlement: terms.settlement,
      isSynthetic: terms.isSynthetic || origin.isSynthetic, depths: terms.depths, instruments: terms.instruments,
      book: book)
  }

  /// Warns of accounts whose efficiency mode does not apply, because they owe something outside it.
  private static func warnOfDebts(
    outsideModesOf book: Book, _ terms: VenueTerms, _ file: String, _ intake: Intake
  ) {
    let modes = terms.rules.efficiencyModes
    let outside = book.accounts.indices.filter { index in
      book.accounts[index].efficiencyMode != nil
        && LoanToValueMargin.mode(of: index, in: book, instruments: terms.instruments, modes: modes) == nil
    }
    guard let first = outside.first else { return }
    intake.warn(
      "\(outside.count) accounts owe something outside their efficiency mode, which does not apply to them, "
        + "among them \(quotedForMessage(book.accounts[first].id))", at: SourceLocation(file: file))
  }

  /// Whether the path is a folder; recorded at the place that named it where not.
  private static func isFolder(_ folder: FileReference, asker: SourceLocation?, _ intake: Intake) -> Bool {
    guard intake.isUsable(folder, asker: asker) else { return false }
    if FileManager.default.fileExists(atPath: folder.path + "/.") { return true }
    let exists = FileManager.default.fileExists(atPath: folder.path)
    intake.problems.record(
      exists ? "the portfolio is not a folder" : "there is no such portfolio folder",
      at: asker ?? SourceLocation(file: folder.shown), found: folder.shown)
    return false
  }

  /// The table of accounts, where there is one: absent is right, broken is not.
  private static func accounts(_ folder: FileReference, _ intake: Intake) -> (exists: Bool, table: AccountsFile?) {
    let reference = folder.child("accounts.csv")
    guard FileManager.default.fileExists(atPath: reference.path) else { return (false, nil) }
    guard let file = intake.open(reference) else { return (true, nil) }
    let problems = ProblemCollector()
    let table = file.withBytes { AccountsFile($0, file: reference.shown, problems: problems) }
    intake.problems.absorb(problems)
    return (true, table)
  }

  /// The table of positions; its problems have a limit of their own, so that they do not crowd out those of other files.
  private static func positions(
    _ reference: FileReference, _ instruments: [Instrument], known: NameIndex?, mustBeKnown: Bool, _ hint: String,
    _ intake: Intake
  ) -> PositionsFile? {
    guard let file = intake.open(reference, hint: hint) else { return nil }
    let problems = ProblemCollector()
    // An accounts.csv that could not be read would make every account unknown; then names are not checked.
    let table = file.withBytes { bytes in
      PositionsFile(
        bytes, file: reference.shown, instruments: instruments, knownAccounts: mustBeKnown ? known : nil,
        problems: problems)
    }
    intake.problems.absorb(problems)
    return table
  }
}

/// What `plimsoll validate PORTFOLIO` found in a folder that is right.
public struct PortfolioCheck: Sendable {
  /// The venue with its book.
  public let venue: Venue
  /// How it clears.
  public let rules: ClearingRules
  /// The folder's own market, where it has a `market.yaml`.
  public let calibration: MarketCalibration?
  /// The files read.
  public let inputs: [InputFile]
  /// What is allowed but deserves a word.
  public let warnings: [String]
}

extension Portfolio {
  /// Reads and checks a portfolio folder without a job, with its own `market.yaml` where it has one; throws everything
  /// that is wrong with it.
  public static func validate(folder path: String) throws(Problems) -> PortfolioCheck {
    let intake = Intake()
    let folder = FileReference(commandLine: path)
    let market = folder.child("market.yaml")
    var calibration: MarketCalibration?
    if FileManager.default.fileExists(atPath: market.path), let document = intake.document(market) {
      calibration = CalibrationFile(reading: document, intake: intake)?.calibration
    }
    let portfolio = Portfolio(
      folder, universe: calibration?.assetIDs, prices: calibration?.prices,
      impliedVolatilities: calibration?.impliedVolatilitiesAtStart, asker: nil, intake: intake)
    try intake.problems.throwIfAny()
    guard let portfolio else {
      throw Problems([Problem("the portfolio cannot be read", at: SourceLocation(file: path))])
    }
    let bare = zip(portfolio.terms.assetIDs, portfolio.terms.assetPlaces).filter { id, _ in
      calibration?.assetIDs.firstIndex(of: id).map { portfolio.venue.depths[$0] == nil } ?? false
    }
    for (id, place) in bare {
      intake.warn("the depth of \(id) is not stated: another venue of the job, or the job itself, must", at: place)
    }
    return PortfolioCheck(
      venue: portfolio.venue, rules: portfolio.rules, calibration: calibration, inputs: intake.inputs,
      warnings: intake.warnings)
  }
}
