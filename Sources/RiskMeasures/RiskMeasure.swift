public import Schema

/// The built-in families of measures, in the order of reports. A new one is a file in `Measures/` and a line here.
public let allRiskMeasures: [any RiskMeasure.Type] = [
  VenueLoss.self,
  BookLoss.self,
  ComponentShortfall.self,
  ReserveAdequacy.self,
  LiquidationFrequency.self,
  LiquidationActivity.self,
  FirstPassage.self,
  Cascade.self,
  OwnerActivity.self,
  HedgerActivity.self,
  OracleQuality.self,
  ManipulationGain.self,
  MarginLevel.self,
  MarginStability.self,
  LiquidationCause.self,
  VenueFailure.self,
  TotalLoss.self,
]

/// A family of measures: what it estimates of one model's outcomes, and how two models differ in it.
///
/// Executable contract (`RiskMeasureContract` in the tests): every label carries an id of `measures` and the venue; labels
/// do not repeat; nothing is infinite; what is undefined has a note; a model differs from itself by exactly 0 with
/// standard error 0.
public protocol RiskMeasure: Sendable {
  /// Name, formula and source of the family.
  static var kind: Kind { get }
  /// The ids that the family reports.
  static var measures: [MeasureDescription] { get }

  /// Creates the family; its choices come with the outcomes.
  init()

  /// The estimates of one model at one venue.
  func estimates(of outcomes: VenueOutcomes) -> [Estimate]

  /// What the model changes against the baseline, on the same paths.
  func differences(of model: VenueOutcomes, from baseline: VenueOutcomes) -> [PairedDifference]
}

/// One measure id as `plimsoll describe measures` prints it and limits refer to it.
public struct MeasureDescription: Sendable, Hashable {
  /// The levels that a measure is reported at.
  public enum Levels: Sendable, Hashable {
    /// It has none.
    case none
    /// `levels` of the settings.
    case losses
    /// `reserveLevels` of the settings.
    case reserve
    /// `coverLevel` of the settings.
    case cover
    /// `componentLevel` of the settings.
    case component
    /// A level that its id states.
    case fixed(Double)
  }

  /// The id.
  public let id: String
  /// What it is counted in.
  public let unit: MeasureUnit
  /// The levels it is reported at.
  public let levels: Levels
  /// One line of meaning.
  public let summary: String

  /// Creates a description.
  public init(_ id: String, _ unit: MeasureUnit, levels: Levels = .none, _ summary: String) {
    self.id = id
    self.unit = unit
    self.levels = levels
    self.summary = summary
  }

  /// The levels under given settings; empty for a measure without.
  public func levels(in settings: MeasureSettings) -> [Double] {
    switch levels {
    case .none: []
    case .losses: settings.levels
    case .reserve: settings.reserveLevels
    case .cover: [settings.coverLevel]
    case .component: [settings.componentLevel]
    case .fixed(let level): [level]
    }
  }
}

/// Every measure id with its description, in the order of reports.
public var allMeasureDescriptions: [MeasureDescription] { allRiskMeasures.flatMap { $0.measures } }
