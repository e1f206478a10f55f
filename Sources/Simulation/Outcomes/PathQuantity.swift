/// What is recorded of each path and model at one venue, one number each. Money in the settlement currency.
public enum PathQuantity: Int, Sendable, CaseIterable {
  /// Shortfalls minus reserve income over the horizon, plus negative equity of accounts still open at its end.
  case loss
  /// What exceeded the reserve.
  case uncovered
  /// Greatest cumulative (shortfall − reserve income) along the path, at least 0.
  case requiredReserve
  /// Income of the reserve from penalties.
  case reserveInflow
  /// Largest shortfall of one account.
  case largestShortfall
  /// Sum of the two largest shortfalls of accounts.
  case twoLargestShortfalls
  /// Notional, at the marks, of contracts closed against winners.
  case deleveragedNotional
  /// Unrealised profit that winners forwent.
  case profitForgone
  /// Shortfall charged to the remaining accounts.
  case socialised
  /// Shortfall that nobody covered.
  case badDebt
  /// Hours until the reserve was first exhausted; +∞ if it never was.
  case exhaustionHours
  /// Accounts liquidated at least once (an isolated position counts for its owner).
  case liquidatedAccounts
  /// Liquidation actions: an account may be closed in several waves.
  case liquidationEvents
  /// Notional closed or repaid by liquidations.
  case liquidatedNotional
  /// Among the first liquidations, those that the requirement at t = 0 would not have caused.
  case requirementDriven
  /// Largest number of waves in one step.
  case waves
  /// Worst fall of a mark below its start, largest over assets.
  case markDrawdown
  /// Worst fall of an exogenous price below its start, largest over assets.
  case exogenousDrawdown
  /// Initial requirement of the book held constant, mean over steps 1…T.
  case initialMarginMean
  /// Share of (market, margin period) pairs, both sides and weighted by open interest, whose move the rate covered.
  case coverage
  /// Largest ÷ smallest initial rate-implied requirement per unit of notional along the path.
  case peakToTrough
  /// Largest relative increase of that requirement over the call window, point to point.
  case largestIncrease
  /// Largest increase of the book's initial requirement over the call window, in money, the book held constant.
  case largestCall
  /// Mean over steps and markets (weighted by open interest) of the volatility that the margin saw, annualised.
  case volatilitySeen
  /// Volatility that the marks realised over the same steps, same weights, annualised.
  case volatilityRealised
  /// Relative residual of the conservation check.
  case conservationResidual
  /// Sum of all shortfalls.
  case shortfall
  /// Equity at t = 0 of the accounts that ended with a shortfall: what they paid of their losses themselves.
  case equityLost
  /// Penalties and bonuses that liquidated accounts paid.
  case penalties
  /// Shortfalls that segments of the reserve paid.
  case drawnFromSegments
  /// Shortfalls that its shared part paid.
  case drawnFromShared
  /// Notional that waits to be closed at the ends of steps, times the hours of a step, summed.
  case waitingNotionalHours
  /// The most of it at one time.
  case largestWaiting
  /// What accounts still open at the horizon, and a backstop, lack: in the venue's loss, but not among the shortfalls that
  /// the reserve has to pay.
  case openDeficit
  /// What liquidators earned: penalties or bonuses less the reserve's share, their slippage and their costs.
  case liquidatorIncome
  /// Notional that the backstop took over.
  case backstopTaken
  /// What the backstop gained; it loses at most its capital.
  case backstopProfit
  /// 1 if the backstop failed, else 0.
  case backstopFailed
  /// Pairs of account and step kept from liquidation because the oracle was stale; NaN where the oracle shows marks.
  case oracleBlocked
  /// Mean |oracle ÷ mark − 1| when published, over steps and the book's assets; NaN where the oracle shows marks.
  case oracleErrorMean
  /// The largest of the same.
  case oracleErrorLargest
  /// Money that owners put in after margin calls; NaN, like the five that follow, where owners do nothing.
  case toppedUp
  /// How often they did.
  case topUps
  /// Notional that they closed of their own accord.
  case deleveraged
  /// Money that they took out.
  case withdrawn
  /// Accounts liquidated on the same path if they did nothing, less those that are.
  case liquidationsAvoided
  /// Shortfalls on the same path if they did nothing, less those that there are.
  case shortfallAvoided
  /// Money that the hedgers of the venue's market traded; NaN where there are none.
  case hedgeFlow
  /// What that cost them against the marks before each trade; NaN where there are none.
  case hedgeCost
  /// What they gained on those trades, at the marks at the end; NaN where there are none.
  case hedgeGain
  /// Share of the hedged assets' absolute log moves that hedging made; NaN where there are none.
  case hedgeMoveShare
  /// Standard deviation of the relative changes over the call window of the requirement per unit of notional.
  case changeDeviation
  /// First liquidations that exogenous prices and the requirement's factors of t = 0 explain.
  case causedByPrice
  /// Among the rest, those that the impact of the account's own venue explains.
  case causedByOwnImpact
  /// Among the rest, those that the impact of other venues, or claims on them, explain.
  case causedByOtherVenue
  /// Among the rest, those that are left: the requirement's factors moved. Accounts flagged at the start that are closed
  /// though healthy are in none of the four.
  case causedByRequirement
}
