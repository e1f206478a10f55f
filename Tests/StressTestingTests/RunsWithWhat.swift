import Foundation

/// What runs with what: one cell per instrument, account mode and margin model, and the reason where one is refused.
///
/// The table of the documentation page *Venues and accounts* is `RunsWithWhat.table`, letter by letter, and every cell is
/// tried by `RunsWithWhatTests`. A new instrument or model is a line here.
enum RunsWithWhat {
  /// A kind of position.
  struct Holding {
    /// How the table calls it.
    let name: String
    /// The instrument in `venue.yaml`; all are called `X`.
    let instrument: String
    /// What an account holds of it.
    let quantity: String
    /// Whether it is a futures contract, so that a position may be isolated and the venue has futures.
    let isFuture: Bool
  }

  /// A margin model with what a job must say of it.
  struct Model {
    let kind: String
    let parameters: String
  }

  /// What becomes of a cell.
  enum Outcome: Equatable {
    /// It runs.
    case runs
    /// It runs where the venue lists a futures contract besides, and is refused where it lists none.
    case besideFutures
    /// It runs where the venue lists no futures contract, and is refused where it does.
    case withoutFutures
    /// It is refused at any venue.
    case refused(Reason)
  }

  /// Why a cell is refused: the word that the table has, and what the message says.
  enum Reason: String {
    case noLoan = "no loan"
    case noFuture = "no futures"

    /// A part of the message of `validate`.
    var message: String {
      switch self {
      case .noLoan: "loan-to-value cannot margin the perpetual"
      case .noFuture: "margins perpetuals only, and the venue has none"
      }
    }
  }

  static let holdings = [
    Holding(name: "`spot`, held", instrument: spot, quantity: "2,", isFuture: false),
    Holding(name: "`spot`, owed", instrument: spot, quantity: "-0.5,", isFuture: false),
    Holding(
      name: "`perpetual`", instrument: "kind: perpetual, asset: BTC, margin: flat", quantity: "3,100", isFuture: true),
    Holding(
      name: "`perpetual` settled in another asset",
      instrument: "kind: perpetual, asset: BTC, settlement: USDT, margin: flat", quantity: "3,100", isFuture: true),
    Holding(
      name: "`inverse-perpetual`", instrument: "kind: inverse-perpetual, asset: BTC, face: 10, margin: flat",
      quantity: "30,100", isFuture: true),
    Holding(
      name: "`future`", instrument: "kind: future, asset: BTC, expiryHours: 48, margin: flat", quantity: "3,100",
      isFuture: true),
  ]

  private static let spot =
    "kind: spot, asset: BTC, ltv: 0.75, liquidationThreshold: 0.8, collateralWeight: { initial: 0.9, maintenance: 0.95 }"

  static let modes = ["cross", "isolated"]

  static let models = [
    Model(kind: "tiered", parameters: ""),
    Model(kind: "size-premium", parameters: ", sizeFactor: 0.01"),
    Model(
      kind: "open-interest-scaled",
      parameters: ", initial: 0.1, maintenance: 0.05, lowerCap: 1e6, upperCap: 1e8"),
    Model(kind: "volatility-scaled", parameters: ", maintenanceFraction: 0.5"),
    Model(kind: "fhs-var", parameters: ", maintenanceFraction: 0.5, residuals: tails.csv, confidence: 0.95"),
    Model(kind: "fhs-es", parameters: ", maintenanceFraction: 0.5, residuals: tails.csv, confidence: 0.95"),
    Model(kind: "lognormal-es", parameters: ", maintenanceFraction: 0.5, tailProbability: 0.01"),
    Model(kind: "implied-volatility", parameters: ", maintenanceFraction: 0.5"),
    Model(kind: "loan-to-value", parameters: ""),
  ]

  /// What a cell is meant to do; an isolated account's balances stay with it, so modes do not differ yet.
  static func outcome(_ holding: Holding, mode: String, _ model: Model) -> Outcome {
    switch model.kind {
    case "loan-to-value": holding.isFuture ? .refused(.noLoan) : .withoutFutures
    case "tiered", "size-premium": .runs
    default: holding.isFuture ? .runs : .besideFutures
    }
  }

  /// The table as the documentation has it.
  static var table: String {
    let header = "| instrument | account | " + models.map { "`\($0.kind)`" }.joined(separator: " | ") + " |"
    let line = "|" + String(repeating: "---|", count: models.count + 2)
    let rows = holdings.flatMap { holding in
      modes.map { mode in
        "| \(holding.name) | \(mode) | "
          + models.map { words(outcome(holding, mode: mode, $0)) }.joined(separator: " | ") + " |"
      }
    }
    return ([header, line] + rows).joined(separator: "\n")
  }

  private static func words(_ outcome: Outcome) -> String {
    switch outcome {
    case .runs: "yes"
    case .besideFutures: "beside futures"
    case .withoutFutures: "without futures"
    case .refused(let reason): "refused: \(reason.rawValue)"
    }
  }
}
