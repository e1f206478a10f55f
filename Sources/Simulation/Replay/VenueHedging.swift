import Clearing
import Kernels
import Venues

/// What hedgers in a venue's market trade.
extension VenueReplay {
  /// What the venue's hedgers trade at the marks now, added to `flows`.
  func decideHedge(step: Int, path: PathView, market: MarketState, flows: inout [Double]) {
    guard let hedge else { return }
    if hedge.hedgesReserve { findExposure(step: step, path: path, market: market) }
    hedge.decide(marks: market.marks, exposure: exposure, flows: &flows)
  }

  /// Units of each asset in accounts whose equity is negative at the oracle's prices: what they lose further is the
  /// reserve's. Options and pool shares, which no straight line in a price stands for, are left out.
  private func findExposure(step: Int, path: PathView, market: MarketState) {
    for asset in exposure.indices { exposure[asset] = 0 }
    for account in deficits(step: step, path: path, market: market)
    where ledger.equity(of: account, unitValue: shown.unitValue) < 0 {
      for position in ledger.book.positions(of: account) {
        let column = Int(ledger.book.column[position])
        exposure[ledger.book.columns[column].asset] +=
          ledger.quantity[position] * columns.growth[column] * plan.traded[column]
      }
    }
  }
}
