import Foundation

/// Every case in the order of the table.
let allVerificationCases: [VerificationCase] = [
  barrierCase, bridgeCase, expiryCase, optionCase, lognormalCase,
  garchMomentsCase, squaresCase, marginsCase, jointTailCase, pegCase,
  recoveryCase, processRecoveryCase, conversionCase, historyCase, benchmarkCase, realFitCase,
  constantVolatilityCase, volatilityClockCase, impactCase, conservationCase, conservationEverythingCase, matchingCase,
  coverageCase, nightlyCase,
  realInputCase, eventsCase, octoberCase, deficitCase,
]

/// One question put to the package, with as many answers as it takes.
struct VerificationCase: Sendable {
  /// What a case is checked against.
  enum Group: String {
    case closedForms = "Closed forms"
    case processes = "Processes"
    case estimation = "Estimation"
    case identities = "Identities"
    case realInput = "Real input"
  }

  /// What the command line calls it.
  let id: String
  let group: Group
  /// What is compared with what, in a sentence.
  let summary: String
  let rows: @Sendable (VerificationSetting) throws -> [VerificationRow]
}

/// Where and how the cases run. No figure depends on it.
struct VerificationSetting: Sendable {
  /// Number of threads.
  let workers: Int
  /// Folder of the real data, which may be missing.
  let data: String
  /// Folder that real-input reports are written to.
  let results: String
}

/// Where things lie in a checkout.
enum ProjectFolders {
  /// The package: three folders above this file.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  /// Where runs go.
  static let results = package + "/Results"
  /// The real data: the folder that `PLIMSOLL_DATA` names, else `../shared/data` beside the package.
  static let data =
    ProcessInfo.processInfo.environment["PLIMSOLL_DATA"]
    ?? URL(fileURLWithPath: package).deletingLastPathComponent().appendingPathComponent("shared/data").path
}

/// What a case throws when something that must exist does not.
struct MissingPart: Error, CustomStringConvertible {
  let description: String
}

/// The value, or an error that names it.
func required<Value>(_ value: Value?, _ name: String) throws -> Value {
  guard let value else { throw MissingPart(description: "\(name) is missing") }
  return value
}
