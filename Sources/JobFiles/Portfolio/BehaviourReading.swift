import Clearing
import Schema

/// Reads `behaviour:` of a venue: what the owners of accounts do of their own accord.
struct BehaviourReading {
  /// The behaviour; nil where the section is absent or wrong (recorded).
  private(set) var behaviour: AccountBehaviour?
  /// Where it stands.
  let place: SourceLocation

  private static let callBuffer = Parameter<Double>.number(
    "buffer", unit: "fraction of maintenance", in: Bounds(0, 10),
    "how far above maintenance an account is called")
  private static let probability = Parameter<Double>.number(
    "probability", in: .fraction, "chance that a margin call is answered so")
  private static let delay = Parameter<Double>.number(
    "delayHours", unit: "hours", in: Bounds(0, 8760), default: 0, "hours between call and answer, rounded to steps")
  private static let target = Parameter<Double>.number(
    "targetBuffer", unit: "fraction of maintenance", in: Bounds(0, 100), "how far above maintenance the answer aims")
  private static let groups = Parameter<[String]>.texts("groups", "groups of accounts.csv whose owners withdraw")
  private static let excess = Parameter<Double>.number(
    "excessOver", unit: "fraction of the initial requirement", in: Bounds(0, 1000), default: 0,
    "what stays on top of the initial requirement")
  private static let share = Parameter<Double>.number(
    "share", unit: "fraction", in: Bounds(0, 1, openBelow: true), default: 1, "share of the excess taken out each step")

  /// Reads the section; without one owners do nothing.
  init(_ section: ParameterReader?) {
    place = section?.location ?? SourceLocation(file: "")
    guard var section else { return }
    var call = section.section("marginCall", required: false, allowed: "{ buffer }")
    let topUp = section.section("topUp", required: false, allowed: "{ probability, … }").map(Self.answer)
    let deleveraging = section.section("deleverage", required: false, allowed: "{ probability, … }").map(Self.answer)
    let withdrawal = section.section("withdraw", required: false, allowed: "{ groups, … }").map(Self.withdrawal)
    let buffer = call?.read(Self.callBuffer)
    call?.finish()
    section.finish()
    let answers = [("topUp", topUp), ("deleverage", deleveraging)].filter { $0.1 != nil }
    if answers.isEmpty, withdrawal == nil {
      section.problems.record(
        "the owners do nothing", at: section.location, allowed: "topUp, deleverage or withdraw",
        hint: "leave the key out")
    }
    if !answers.isEmpty, call == nil {
      section.record("answers need a margin call", key: "marginCall", allowed: "{ buffer }")
    }
    if answers.isEmpty, call != nil {
      section.record("nobody answers the margin call", key: "marginCall", allowed: "topUp, deleverage or both with it")
    }
    for (key, answer) in answers {
      guard let target = answer??.targetBuffer, let buffer, target < buffer else { continue }
      section.record(
        "the answer leaves the account under the call", key: key, found: "targetBuffer \(target)",
        allowed: "≥ \(buffer), the buffer of marginCall")
    }
    let chance = answers.reduce(0) { $0 + ($1.1??.probability ?? 0) }
    if chance > 1 {
      section.record(
        "a call has one answer, and the chances of both are more than 1", key: "deleverage", found: "\(chance)",
        allowed: "≤ 1 together")
    }
    behaviour = AccountBehaviour(
      callBuffer: buffer ?? 0, topUp: topUp ?? nil, deleveraging: deleveraging ?? nil, withdrawal: withdrawal ?? nil)
  }

  private static func answer(_ section: ParameterReader) -> AccountBehaviour.Answer? {
    var section = section
    let probability = section.read(Self.probability)
    let delay = section.read(Self.delay)
    let target = section.read(Self.target)
    section.finish()
    guard let probability, let delay, let target else { return nil }
    return AccountBehaviour.Answer(probability: probability, delayHours: delay, targetBuffer: target)
  }

  private static func withdrawal(_ section: ParameterReader) -> AccountBehaviour.Withdrawal? {
    var section = section
    let groups = section.read(Self.groups)
    let excess = section.read(Self.excess)
    let share = section.read(Self.share)
    section.finish()
    guard let groups, let excess, let share else { return nil }
    return AccountBehaviour.Withdrawal(groups: groups, excessOver: excess, share: share)
  }

  /// Records what the venue's accounts cannot do: close futures that do not exist, be in groups that nobody is in.
  func check(hasFutures: Bool, closesLoans: Bool, groups: [String], problems: ProblemCollector) {
    if behaviour?.answersCalls == true, closesLoans {
      problems.record(
        "margin calls are a fraction of the maintenance requirement, and loans have none",
        at: place.appending(key: "marginCall"), hint: "leave marginCall and its answers out; withdraw is possible")
      return
    }
    if behaviour?.deleveraging != nil, !hasFutures {
      problems.record(
        "owners close futures, and the venue has none", at: place.appending(key: "deleverage"),
        hint: "topUp answers a call without trading")
    }
    for name in behaviour?.withdrawal?.groups ?? [] where !groups.contains(name) {
      problems.record(
        "no account is in this group", at: place.appending(key: "withdraw").appending(key: "groups"),
        found: quotedForMessage(name), allowed: groups.prefix(40).joined(separator: ", "),
        hint: nearestWord(to: name, among: groups).map { "did you mean '\($0)'?" })
    }
  }
}
