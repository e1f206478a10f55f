/// What one path does at one venue under one model, summed up as it goes.
struct PathTally {
  /// Reserve balance now.
  var reserve = 0.0
  /// Step of the first shortfall that the reserve could not cover; nil if there was none.
  var exhaustionStep: Int?
  /// Cumulative shortfalls minus reserve income.
  var cumulativeDraw = 0.0
  /// Greatest `cumulativeDraw` so far.
  var requiredReserve = 0.0
  var shortfalls = 0.0
  var inflow = 0.0
  var liquidatorIncome = 0.0
  var uncovered = 0.0
  /// Notional of contracts closed against winners, and the profits they forwent.
  var deleveraged = 0.0
  var haircut = 0.0
  var socialised = 0.0
  /// Paid by segments, and by the shared reserve.
  var drawnFromSegments = 0.0
  var drawnFromShared = 0.0
  /// Equity at t = 0 of accounts that ended with a shortfall.
  var equityLost = 0.0
  var penalties = 0.0
  /// Notional that waited at the ends of steps: summed over time, and the most at once.
  var waitingNotionalHours = 0.0
  var largestWaiting = 0.0
  var badDebt = 0.0
  var largestShortfall = 0.0
  var secondShortfall = 0.0
  var events = 0
  var notional = 0.0
  var requirementDriven = 0
  var largestWaves = 0
  /// Pairs of account and step that the oracle's guard kept from liquidation.
  var blocked = 0
  /// Shortfalls and reserve income of the step under way.
  var stepShortfall = 0.0
  var stepInflow = 0.0

  init(reserve: Double) { self.reserve = reserve }

  mutating func addShortfall(_ amount: Double) {
    stepShortfall += amount
    shortfalls += amount
    if amount > largestShortfall {
      (largestShortfall, secondShortfall) = (amount, largestShortfall)
    } else if amount > secondShortfall {
      secondShortfall = amount
    }
  }

  /// A loss that no account made: of the backstop, beyond its capital.
  mutating func addBackstopLoss(_ amount: Double) {
    stepShortfall += amount
    shortfalls += amount
  }

  mutating func addInflow(_ amount: Double) {
    stepInflow += amount
    inflow += amount
  }
}

/// The other side of every trade of one venue's accounts, tallied from the trades themselves.
///
/// It starts out holding the opposite of every account's position; with it, the money of everybody changes only by
/// what comes from outside the model, which is nothing: the conservation check.
struct OutsideMarket {
  /// Units bought from accounts, per column.
  private(set) var bought: [Double]
  /// Money received for them, negative where paid.
  private(set) var cash = 0.0

  init(columns: Int) { bought = [Double](repeating: 0, count: columns) }

  mutating func reset() {
    cash = 0
    for column in bought.indices { bought[column] = 0 }
  }

  /// Receives money for nothing that is held: a cost that somebody pays.
  mutating func receive(_ money: Double) { cash += money }

  /// An account sells `units` (negative: buys) of a column for `price` each.
  mutating func buy(units: Double, column: Int, price: Double) {
    bought[column] += units
    cash -= units * price
  }
}
