public import Venues

/// The part of a requirement that is not a sum over positions: the worst loss of an account's derivatives in a grid.
///
/// ```text
/// R_a = Σ_g max_s Σ_{k∈g} −q_k·(v_k(shock s) − v_k)·weight_s        g: groups of underlyings shocked together
/// IM  = λ·R_a + Σ tables,   MM = λ·maintenanceFraction·R_a + Σ tables
/// ```
/// Futures and options take part; balances and debts do not, they count by their weights. Shock 0 moves nothing, so R ≥ 0;
/// R is proportional to size and subadditive, as a maximum of linear forms.
public struct ScenarioPart: Sendable {
  /// Indices of the accounts margined so, ascending.
  public let accounts: [Int32]
  /// Maintenance ÷ initial.
  public let maintenanceFraction: Double
  /// How volatility shocks depend on the time to expiry.
  public let scaling: VolatilityScaling
  /// Number of groups of underlyings.
  public let groupCount: Int
  /// Group of each asset.
  public let groupOfAsset: [Int]
  /// One asset of each group, whose price stands for the group's.
  public let leadingAsset: [Int]
  /// Shocks of each asset; within a group as many and in the same order.
  public let shocks: [[ScenarioShock]]
  /// Hours from t = 0 to expiry of each column; infinite where there is none.
  public let expiryHours: [Double]
  /// Which columns take part.
  public let isShocked: [Bool]
  private let isMember: [Bool]

  /// The part for `accounts` of `book`. `groups` says which assets are shocked together; one that is in none is by itself.
  public init(
    book: Book, instruments: [Instrument], accounts: [Int32], grids: [ScenarioGrid], groups: [[Int]],
    scaling: VolatilityScaling, maintenanceFraction: Double
  ) {
    self.accounts = accounts
    self.maintenanceFraction = maintenanceFraction
    self.scaling = scaling
    shocks = grids.map(\.shocks)
    var groupOfAsset = [Int](repeating: -1, count: grids.count)
    var leading: [Int] = []
    for assets in groups + grids.indices.map({ [$0] }) where assets.allSatisfy({ groupOfAsset[$0] < 0 }) {
      for asset in assets { groupOfAsset[asset] = leading.count }
      leading.append(assets[0])
    }
    self.groupOfAsset = groupOfAsset
    leadingAsset = leading
    groupCount = leading.count
    expiryHours = book.columns.map { instruments[$0.instrument].expiryHours ?? .infinity }
    isShocked = book.columns.map { $0.side == .perpetual && $0.leg != .money }
    var isMember = [Bool](repeating: false, count: book.accounts.count)
    for account in accounts { isMember[Int(account)] = true }
    self.isMember = isMember
  }

  /// Whether an account is margined so.
  public func contains(_ account: Int) -> Bool { isMember[account] }

  /// One group's worst scenario for one account.
  public struct Loss: Sendable, Hashable {
    /// The group of underlyings.
    public var group: Int
    /// Index of the shock; 0 where no shock makes a loss.
    public var shock: Int
    /// What is lost in it, ≥ 0.
    public var amount: Double
  }

  /// The worst loss of `account` in each group that it holds derivatives of, computed plainly at t = 0 and `prices`.
  public func losses(of account: Int, in book: Book, prices: [Double]) -> [Loss] {
    guard contains(account) else { return [] }
    return gains(of: account, in: book, prices: prices).map { group, gains in
      gains.indices.reduce(Loss(group: group, shock: 0, amount: 0)) { worst, shock in
        -gains[shock] > worst.amount ? Loss(group: group, shock: shock, amount: -gains[shock]) : worst
      }
    }
  }

  /// What the derivatives of `account` gain in every scenario of each group that it holds some of, weighted; at t = 0 and
  /// `prices`.
  public func gains(of account: Int, in book: Book, prices: [Double]) -> [(group: Int, gains: [Double])] {
    held(by: account, in: book).enumerated().filter { !$0.element.isEmpty }.map { group, positions in
      (
        group,
        shocks[leadingAsset[group]].indices.map { shock in
          positions.reduce(0) { $0 + gain(of: $1, shock: shock, in: book, prices: prices) }
        }
      )
    }
  }

  /// Derivatives of `account` by group.
  private func held(by account: Int, in book: Book) -> [[Int]] {
    var held = [[Int]](repeating: [], count: groupCount)
    for position in book.positions(of: account) {
      let column = Int(book.column[position])
      if isShocked[column], book.quantity[position] != 0 {
        held[groupOfAsset[book.columns[column].asset]].append(position)
      }
    }
    return held
  }

  /// The ratios > 0 of the prices of the assets that `isMoved` at which another scenario becomes the worst of a group, everything
  /// held being linear in its price. Only where one asset of a group is moved and another is not: else losses are all in
  /// proportion to the ratio.
  func corners(of account: Int, in book: Book, prices: [Double], isMoved: [Bool]) -> [Double] {
    guard contains(account) else { return [] }
    var corners: [Double] = []
    for positions in held(by: account, in: book) {
      let moved = positions.filter { isMoved[book.columns[Int(book.column[$0])].asset] }
      guard !moved.isEmpty, moved.count < positions.count else { continue }
      let fixed = positions.filter { !isMoved[book.columns[Int(book.column[$0])].asset] }
      let asset = book.columns[Int(book.column[positions[0]])].asset
      let lines = shocks[asset].indices.map { shock in
        (
          start: -fixed.reduce(0) { $0 + gain(of: $1, shock: shock, in: book, prices: prices) },
          slope: -moved.reduce(0) { $0 + gain(of: $1, shock: shock, in: book, prices: prices) }
        )
      }
      corners += Self.turns(of: lines)
    }
    return corners
  }

  /// Where the largest of lines over [0, ∞) passes from one to the next.
  private static func turns(of lines: [(start: Double, slope: Double)]) -> [Double] {
    guard var current = lines.max(by: { ($0.start, $0.slope) < ($1.start, $1.slope) }) else { return [] }
    var turns: [Double] = []
    while true {
      let steeper = lines.filter { $0.slope > current.slope }
      let next = steeper.min { first, second in
        let one = (current.start - first.start) / (first.slope - current.slope)
        let other = (current.start - second.start) / (second.slope - current.slope)
        return (one, -first.slope) < (other, -second.slope)
      }
      guard let next else { return turns }
      turns.append((current.start - next.start) / (next.slope - current.slope))
      current = next
    }
  }

  /// What a position gains in a shock of its underlying at t = 0, weighted.
  private func gain(of position: Int, shock: Int, in book: Book, prices: [Double]) -> Double {
    let column = Int(book.column[position])
    let asset = book.columns[column].asset
    let scenario = shocks[asset][shock]
    let factor = scaling.factor(scenario, hoursToExpiry: expiryHours[column])
    let shocked = book.openingValue(
      column: column, prices: prices, priceMove: scenario.priceMove, volatilityFactor: factor)
    let now = book.openingValue(column: column, prices: prices, priceMove: 0, volatilityFactor: 1)
    return book.quantity[position] * (shocked - now) * scenario.weight
  }
}

extension Book {
  /// Value of one unit of a column at t = 0, the price of its asset moved by `priceMove` and implied volatility times
  /// `volatilityFactor`.
  func openingValue(column: Int, prices: [Double], priceMove: Double, volatilityFactor: Double) -> Double {
    let valuation = openingValuations[column]
    let asset = columns[column].asset
    let mark = prices[asset] * (1 + priceMove)
    guard case .option(let terms, let volatility, let hours) = valuation.curve else {
      return valuation.slope * mark + valuation.constant
    }
    return terms.value(mark: mark, volatility: volatility * volatilityFactor, hoursToExpiry: hours)
  }
}
