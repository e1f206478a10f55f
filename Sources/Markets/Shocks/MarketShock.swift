public import Schema

/// The built-in shocks, in the order `plimsoll describe` shows them. A new one is a file and a line here.
public let allMarketShocks: [any MarketShock.Type] = [
  PriceShock.self,
  VolatilityShock.self,
  CorrelationShock.self,
  LiquidityShock.self,
  PegShock.self,
  PushShock.self,
  OracleFreezeShock.self,
]

/// A hypothetical event that is laid over a market: any number of them, over any process.
///
/// A shock is resolved once, to factors per step and asset in a `ShockSchedule`; nothing of it is decided along a path.
public protocol MarketShock: Sendable {
  /// Name, formula and parameters.
  static var kind: Kind { get }

  /// Reads the shock from a job, recording every problem; nil if it cannot be made.
  init?(reading reader: inout ParameterReader, context: ShockContext)

  /// Adds the shock to those already laid down.
  func apply(to schedule: inout ShockSchedule)
}

/// What a shock is checked against.
public struct ShockContext: Sendable {
  /// The market's assets, those that the process draws first.
  public let assetIDs: [String]
  /// How many of them the process draws; the others follow their bases.
  public let drawnCount: Int
  /// The monitoring times.
  public let grid: TimeGrid
  /// Name of the process's kind.
  public let processKind: String
  /// Whether the process takes the correlated shocks that a correlation shock changes, and takes them as they are.
  public let takesShocks: Bool

  /// The context of `process` on `grid`, which draws the first `drawnCount` of `assetIDs`; all of them if nil.
  public init(assetIDs: [String], drawnCount: Int? = nil, grid: TimeGrid, process: any PriceProcess) {
    self.assetIDs = assetIDs
    self.drawnCount = drawnCount ?? assetIDs.count
    self.grid = grid
    processKind = type(of: process).kind.name
    takesShocks = process.needsShocks && !type(of: process).correlatesShocksItself
  }
}

/// The keys that several shocks share.
enum ShockKeys {
  /// Which assets, by name; `all` is all of them.
  static let assets = Parameter<[String]>.texts(
    "assets", default: ["all"], "the assets that it hits, one or a list; all of them if absent")

  /// What a shock does with assets that follow others.
  enum Followers {
    /// `all` means them too.
    case included
    /// `all` means what they follow, and so reaches them; by name they can be hit by themselves.
    case throughBases
    /// They move with what they follow and cannot be hit by themselves.
    case refused
  }

  /// The places of the assets that `reader` names; nil, recorded, where one is unknown or named twice.
  static func assets(_ reader: inout ParameterReader, _ context: ShockContext, _ followers: Followers) -> [Int]? {
    guard let names = reader.read(assets) else { return nil }
    if names == ["all"] { return Array(0..<(followers == .included ? context.assetIDs.count : context.drawnCount)) }
    var found: [Int] = []
    var isRight = true
    for name in names {
      guard let index = context.assetIDs.firstIndex(of: name) else {
        reader.record(
          "there is no such asset of the market", key: "assets", found: quotedForMessage(name),
          allowed: "all, or \(context.assetIDs.prefix(40).joined(separator: ", "))",
          hint: nearestWord(to: name, among: context.assetIDs).map { "did you mean '\($0)'?" })
        isRight = false
        continue
      }
      if followers == .refused, index >= context.drawnCount {
        reader.record(
          "the asset moves with the one it follows", key: "assets", found: quotedForMessage(name),
          hint: "name the asset that it follows; a peg shock moves its own part")
        isRight = false
      }
      if found.contains(index) {
        reader.record("an asset is named twice", key: "assets", found: quotedForMessage(name))
        isRight = false
      }
      found.append(index)
    }
    return isRight ? found : nil
  }
}
