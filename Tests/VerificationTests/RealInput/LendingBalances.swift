/// What one account holds and owes, by instrument, in money at the start.
///
/// The file gives totals in money and, by token, amounts. Amounts are valued at the pool's own prices. What the named
/// tokens leave of the total becomes a residual balance: collateral under `OTHER`, which moves with ether as nine tenths
/// of the named collateral do; debt in the settlement currency, which does not fall when prices do. Where the named
/// tokens come to more than the total (prices read minutes apart, or tokens not used as collateral) they are scaled down
/// to it. Either way collateral, debt and health factor are those of the file.
struct LendingBalances {
  /// Money held, by instrument.
  let held: [(instrument: LendingInstrument, value: Double)]
  /// Money owed, by instrument; nil for the settlement currency.
  let owed: [(instrument: LendingInstrument?, value: Double)]
  /// What no token explains.
  let residualHeld: Double, residualOwed: Double
  /// What the named tokens came to beyond the total, and lost.
  let scaledAway: Double

  init(_ account: LendingSnapshot.Account) {
    let prices = PoolPrices(pool: account.pool)
    func values(_ columns: [(String, LendingInstrument)]) -> [(instrument: LendingInstrument, value: Double)] {
      columns.compactMap { column, instrument in
        let value = (account.amounts[column] ?? 0) * prices.price(of: column)
        return value > 0 ? (instrument, value) : nil
      }
    }
    let held = Closed(values(Self.collateral), total: account.collateral)
    let owed = Closed(values(Self.debt), total: account.debt)
    self.held = held.values + (held.rest > 0 ? [(.other, held.rest)] : [])
    let named = owed.values.map { (instrument: Optional($0.instrument), value: $0.value) }
    self.owed = named + (owed.rest > 0 ? [(nil, owed.rest)] : [])
    residualHeld = held.rest
    residualOwed = owed.rest
    scaledAway = held.excess + owed.excess
  }

  /// Columns of the file that are collateral.
  private static let collateral: [(String, LendingInstrument)] = [
    ("steth", .stakedEther), ("wsteth", .wrappedStakedEther), ("cbeth", .coinbaseEther), ("reth", .rocketEther),
    ("weth_coll", .ether), ("wbtc_coll", .bitcoin), ("usdc_coll", .usdCoin), ("dai_coll", .dai),
    ("other_stable_coll_usd", .otherStable),
  ]
  /// Columns that are debt.
  private static let debt: [(String, LendingInstrument)] = [
    ("eth_debt", .ether), ("usdc_debt", .usdCoin), ("usdt_debt", .tether), ("dai_debt", .dai),
    ("wbtc_debt", .bitcoin), ("other_stable_debt_usd", .otherStable),
  ]
}

/// Named values made to fit a total.
private struct Closed {
  let values: [(instrument: LendingInstrument, value: Double)]
  let rest: Double
  let excess: Double

  init(_ values: [(instrument: LendingInstrument, value: Double)], total: Double) {
    let sum = values.reduce(0) { $0 + $1.value }
    let scale = sum > total ? total / sum : 1
    self.values = values.map { ($0.instrument, $0.value * scale) }
    rest = sum < total * (1 - 1e-12) ? total - sum : 0
    excess = max(0, sum - total)
  }
}

/// Prices inside the snapshot: medians over accounts that hold or owe one token only, for the rest a least-squares fit
/// to the totals. The two pools were read hours apart.
private struct PoolPrices {
  let pool: String

  private static let second: [String: Double] = [
    "steth": 1723.02778, "weth_coll": 1723.47441, "eth_debt": 1723.47441, "wbtc_coll": 26666.5, "wbtc_debt": 26666.5,
    "usdt_debt": 1.001071, "dai_coll": 1.00118, "dai_debt": 1.00118,
  ]
  private static let third: [String: Double] = [
    "wsteth": 1941.05458, "cbeth": 1786.51, "reth": 1847.65, "weth_coll": 1719.57007, "eth_debt": 1719.57007,
    "wbtc_coll": 26750.7, "wbtc_debt": 26750.7, "usdc_coll": 1.000212, "usdc_debt": 1.000212, "usdt_debt": 0.999745,
    "dai_coll": 0.9999, "dai_debt": 0.9999,
  ]

  /// The price of a column's token; 1 for columns in money.
  func price(of column: String) -> Double { (pool == "aave_v2_ethereum" ? Self.second : Self.third)[column] ?? 1 }
}

/// An instrument of the pool, and the asset whose price moves it.
enum LendingInstrument: String, CaseIterable {
  case ether = "WETH"
  case stakedEther = "STETH"
  case wrappedStakedEther = "WSTETH"
  case coinbaseEther = "CBETH"
  case rocketEther = "RETH"
  case bitcoin = "WBTC"
  case usdCoin = "USDC"
  case dai = "DAI"
  case tether = "USDT"
  case otherStable = "STABLES"
  case other = "OTHER"

  var asset: String {
    switch self {
    case .ether, .stakedEther, .wrappedStakedEther, .coinbaseEther, .rocketEther, .other: "ETH"
    case .bitcoin: "BTC"
    case .usdCoin, .dai, .tether, .otherStable: "DOLLAR"
    }
  }

  /// Loan-to-value and threshold of Aave v3 on 2023-10-31. Every account here has figures of its own.
  var loanToValue: (initial: Double, maintenance: Double) {
    switch self {
    case .ether: (0.805, 0.83)
    case .stakedEther, .wrappedStakedEther: (0.785, 0.81)
    case .coinbaseEther, .rocketEther: (0.745, 0.77)
    case .bitcoin: (0.73, 0.78)
    case .usdCoin, .dai: (0.77, 0.80)
    case .tether, .otherStable: (0.74, 0.76)
    case .other: (0.70, 0.75)
    }
  }

  /// Interest a year on balances and on debts: Aave v3's published curves at optimal utilisation; staked ether earns
  /// the growth of its token.
  var rates: (supply: Double, borrow: Double) {
    switch self {
    case .ether: (0.019, 0.028)
    case .stakedEther, .wrappedStakedEther, .coinbaseEther, .rocketEther: (0.04, 0.0475)
    case .bitcoin: (0.0144, 0.04)
    case .usdCoin, .dai, .tether, .otherStable: (0.0284, 0.035)
    case .other: (0, 0)
    }
  }
}
