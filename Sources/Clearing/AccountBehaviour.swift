/// What the owners of accounts do of their own accord: put money in or close positions after a margin call, take money out
/// of what they need not have there. The other side of the money is outside the model.
public struct AccountBehaviour: Sendable, Hashable {
  /// One answer to a margin call.
  public struct Answer: Sendable, Hashable {
    /// Chance that a call is answered so, drawn once a call.
    public var probability: Double
    /// Hours between the call and the answer, rounded to steps.
    public var delayHours: Double
    /// How far above maintenance the answer takes the account, as a fraction of it.
    public var targetBuffer: Double

    /// Creates an answer.
    public init(probability: Double, delayHours: Double, targetBuffer: Double) {
      self.probability = probability
      self.delayHours = delayHours
      self.targetBuffer = targetBuffer
    }
  }

  /// Money that accounts of some groups take out.
  public struct Withdrawal: Sendable, Hashable {
    /// Names of the groups.
    public var groups: [String]
    /// What stays: the initial requirement and this fraction of it on top.
    public var excessOver: Double
    /// Share of the rest that is taken out at the end of each step.
    public var share: Double

    /// Creates a withdrawal.
    public init(groups: [String], excessOver: Double, share: Double) {
      self.groups = groups
      self.excessOver = excessOver
      self.share = share
    }
  }

  /// An account is called when its weighted equity is below (1 + callBuffer)·MM.
  public var callBuffer: Double
  /// Money is put in; nil for never.
  public var topUp: Answer?
  /// Futures are closed; nil for never.
  public var deleveraging: Answer?
  /// Money is taken out; nil for never.
  public var withdrawal: Withdrawal?

  /// Creates a behaviour.
  public init(
    callBuffer: Double = 0, topUp: Answer? = nil, deleveraging: Answer? = nil, withdrawal: Withdrawal? = nil
  ) {
    self.callBuffer = callBuffer
    self.topUp = topUp
    self.deleveraging = deleveraging
    self.withdrawal = withdrawal
  }

  /// Whether margin calls are answered at all.
  public var answersCalls: Bool { topUp != nil || deleveraging != nil }
}
