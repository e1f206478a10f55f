/// What a selectable kind (a process, a margin model, a measure, a format) says of itself.
///
/// A kind is one file: the type, `static let kind`, its parameters, a validating `init?(reading:)`; plus one line in the
/// list at the head of its protocol's file. `plimsoll describe` prints this value.
public struct Kind: Sendable, Hashable {
  /// The word written after `kind:`.
  public let name: String
  /// One line of what it is.
  public let summary: String
  /// The formula in plain text; empty where there is none.
  public let formula: String
  /// The paper or standard it follows.
  public let source: String
  /// Its parameters in the order to show.
  public let parameters: [ParameterDescription]

  /// Creates a description.
  public init(
    _ name: String, summary: String, formula: String = "", source: String = "", parameters: [ParameterDescription] = []
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.parameters = parameters
  }
}
