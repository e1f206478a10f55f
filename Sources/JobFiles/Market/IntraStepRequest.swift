import Markets
import Schema

/// `market.intraStep` of a job: what prices do between two points of the grid.
struct IntraStepRequest {
  /// The words of the file.
  enum KindName: String, CaseIterable {
    case none
    case bars
    case brownianBridge = "brownian-bridge"
  }

  /// What is asked for.
  let kind: KindName
  /// How the extremes of several assets hang together.
  let joint: JointExtremes
  /// Where.
  let place: SourceLocation

  private static let kindName = Parameter<KindName>.choice("kind", "what is known of prices between two points")
  private static let jointName = Parameter<JointExtremes>.choice(
    "joint", default: .correlated, "how the extremes of several assets in one step hang together")

  /// Reads the mapping at `node`; nil, recorded, where it is wrong.
  init?(reading node: DocumentNode, problems: ProblemCollector) {
    var reader = ParameterReader(node, problems: problems)
    let kind = reader.read(Self.kindName)
    let joint: JointExtremes? = kind == .brownianBridge ? reader.read(Self.jointName) : .correlated
    reader.finish()
    guard let kind, let joint else { return nil }
    self.kind = kind
    self.joint = joint
    place = node.location
  }

  /// What the market does, given whether the paths to replay have lows and highs; nil, recorded, where it cannot.
  func intraStep(hasExtremes: Bool, problems: ProblemCollector) -> IntraStep? {
    switch kind {
    case .none: return IntraStep.none
    case .bars:
      if hasExtremes { return .bars }
      problems.record(
        "there are no bars to take lows and highs from", at: place, hint: "name them with history: { bars: bars.csv }")
      return nil
    case .brownianBridge:
      guard hasExtremes else { return .brownianBridge(joint) }
      problems.record(
        "the bars have lows and highs of their own", at: place, found: kind.rawValue,
        allowed: "\(KindName.bars.rawValue) | \(KindName.none.rawValue)")
      return nil
    }
  }
}
