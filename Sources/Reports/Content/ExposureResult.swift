/// What the accounts of one venue stand to gain or lose when one price or implied volatility moves, before any simulation.
public struct ExposureResult: Sendable, Hashable {
  /// Name of the venue.
  public var venue: String
  /// Name of the group of accounts; nil for all of them.
  public var group: String?
  /// The asset, and its present price.
  public var asset: String, price: Double
  /// Notional of long and of short futures and of debts.
  public var longNotional: Double, shortNotional: Double
  /// Value of balances held.
  public var balances: Double
  /// |q|·M of options, longs and shorts together.
  public var optionNotional: Double
  /// Money gained per relative rise of the price: Σ q·∂v/∂M·M.
  public var delta: Double
  /// What delta rises by as the price rises by 1 %.
  public var gamma: Double
  /// Money gained as the at-the-money implied volatility rises by 0.01.
  public var vega: Double

  /// Creates a row.
  public init(
    venue: String, group: String?, asset: String, price: Double, longNotional: Double, shortNotional: Double,
    balances: Double, optionNotional: Double, delta: Double, gamma: Double, vega: Double
  ) {
    self.venue = venue
    self.group = group
    self.asset = asset
    self.price = price
    self.longNotional = longNotional
    self.shortNotional = shortNotional
    self.balances = balances
    self.optionNotional = optionNotional
    self.delta = delta
    self.gamma = gamma
    self.vega = vega
  }

  /// The column titles of the table in reports.
  static let header = [
    "venue", "accounts", "asset", "long", "short and debt", "balances", "options, notional", "delta, money",
    "gamma, money per 1 %", "vega, money per 0.01",
  ]

  /// The row as cells under `header`.
  var cells: [String] {
    [venue, group ?? "all", asset]
      + [longNotional, shortNotional, balances, optionNotional, delta, gamma, vega].map { NumberText.money($0) }
  }
}

/// Effective leverage of one venue's accounts under one model, before any simulation.
public struct LeverageResult: Sendable, Hashable {
  /// Index of the model in the report.
  public var model: Int
  /// Name of the venue.
  public var venue: String
  /// Futures and debts of all accounts, options by their delta.
  public var notional: Double
  /// Σ of what accounts have above their maintenance requirement; those below it count as 0.
  public var headroom: Double
  /// Accounts that are liquidatable now.
  public var liquidatable: Int

  /// Creates a row.
  public init(model: Int, venue: String, notional: Double, headroom: Double, liquidatable: Int) {
    self.model = model
    self.venue = venue
    self.notional = notional
    self.headroom = headroom
    self.liquidatable = liquidatable
  }

  /// Notional ÷ headroom; nil where there is no headroom.
  public var leverage: Double? { headroom > 0 ? notional / headroom : nil }

  /// The column titles of the table in reports.
  static let header = ["venue", "model", "notional", "headroom", "effective leverage", "liquidatable now"]

  /// The row as cells under `header`; `name` is that of the model.
  func cells(named name: String) -> [String] {
    [
      venue, name, NumberText.money(notional), NumberText.money(headroom),
      leverage.map { NumberText.ratio($0) } ?? "none", NumberText.count(liquidatable),
    ]
  }
}
