import Clearing
import Kernels
import Venues

/// Which open accounts are below their requirement.
extension VenueReplay {
  /// Open accounts with negative health at the present marks. An account without credit whose equity is negative is among
  /// them, because weights never raise equity and requirements are not negative.
  func deficits(step: Int, path: PathView, market: MarketState) -> [Int] {
    let byScenario =
      scenarios?.deficits(recent: ledger.recent, columns: shown, ledger: ledger, weighted: holdings.weighted) ?? []
    let count = screen.deficits(
      step: step, path: path, market: market, columns: shown, oracle: oracle, ledger: ledger,
      weighted: holdings.weighted, into: &detected)
    return openAccounts(count, byScenario)
  }

  /// Open accounts whose health would be negative at the marks, whatever the oracle shows: those with negative equity are
  /// among them.
  func deficitsAtMarks(step: Int, path: PathView, market: MarketState) -> [Int] {
    if oracle == nil { return deficits(step: step, path: path, market: market) }
    screen.invalidate()
    let byScenario =
      scenarios?.deficits(recent: ledger.recent, columns: columns, ledger: ledger, weighted: holdings.weighted) ?? []
    let count = screen.deficits(
      step: step, path: path, market: market, columns: columns, oracle: nil, ledger: ledger,
      weighted: holdings.weighted, into: &detected)
    screen.invalidate()
    return openAccounts(count, byScenario)
  }

  /// The first `count` accounts detected, and those found by their scenarios, that are open; ascending.
  ///
  /// The screen knows the linear part of health only: what it detects of accounts margined by scenarios is among theirs.
  func openAccounts(_ count: Int, _ byScenario: [Int]) -> [Int] {
    guard count > 0 || !byScenario.isEmpty else { return [] }
    var found: [Int] = []
    found.reserveCapacity(count + byScenario.count)
    for index in 0..<count {
      let account = Int(detected[index])
      if !ledger.isClosed[account], scenarios?.contains(account) != true { found.append(account) }
    }
    guard !byScenario.isEmpty else { return found }
    for account in byScenario where !ledger.isClosed[account] { found.append(account) }
    found.sort()
    return found
  }
}
