/// Looped collateral of one venue under one model, by leverage, before any simulation.
public struct LoopResult: Sendable, Hashable {
  /// Loops of about the same leverage.
  public struct Row: Sendable, Hashable {
    /// The range of leverage.
    public var bucket: String
    /// Number of accounts.
    public var accounts: Int
    /// Value of the tokens, and what is owed in the assets that they stand for.
    public var collateral: Double, debt: Double
    /// Peg at which the first account is liquidated, and at which half of the debt is; nil where no fall does it.
    public var firstPeg: Double?, medianPeg: Double?

    /// Creates a row.
    public init(
      bucket: String, accounts: Int, collateral: Double, debt: Double, firstPeg: Double?, medianPeg: Double?
    ) {
      self.bucket = bucket
      self.accounts = accounts
      self.collateral = collateral
      self.debt = debt
      self.firstPeg = firstPeg
      self.medianPeg = medianPeg
    }
  }

  /// Index of the model in the report.
  public var model: Int
  /// Name of the venue.
  public var venue: String
  /// The asset that the tokens stand for.
  public var root: String
  /// Looped debt ÷ all debts of the venue.
  public var shareOfDebt: Double
  /// Rows by rising leverage.
  public var rows: [Row]

  /// Creates a table.
  public init(model: Int, venue: String, root: String, shareOfDebt: Double, rows: [Row]) {
    self.model = model
    self.venue = venue
    self.root = root
    self.shareOfDebt = shareOfDebt
    self.rows = rows
  }

  /// The column titles of the table in reports.
  static let header = [
    "model", "venue", "loop", "leverage", "accounts", "collateral", "debt", "first liquidated at a peg of",
    "half of the debt at",
  ]

  /// The rows as cells under `header`; `name` is that of the model.
  func cells(named name: String) -> [[String]] {
    rows.map { row in
      [
        name, venue, root, row.bucket, String(row.accounts), NumberText.money(row.collateral),
        NumberText.money(row.debt), row.firstPeg.map { NumberText.ratio($0) } ?? "never",
        row.medianPeg.map { NumberText.ratio($0) } ?? "never",
      ]
    }
  }
}
