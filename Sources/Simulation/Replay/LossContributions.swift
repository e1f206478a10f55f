import Kernels
import Venues
/// How one path's loss divides by asset and by group; filled only when the tail's paths are replayed.
///
/// A shortfall is divided over assets in proportion to what each asset's move since t = 0 cost the account's opening
/// positions; reserve income by the closed notional that paid it. The last asset slot is what no asset explains.
final class LossContributions {
  private(set) var byAsset: [Double]
  private(set) var byGroup: [Double]
  private let plan: VenuePlan

  init(plan: VenuePlan) {
    self.plan = plan
    byAsset = [Double](repeating: 0, count: plan.venue.depths.count + 1)
    byGroup = [Double](repeating: 0, count: plan.venue.book.groups.count)
  }

  func reset() {
    for index in byAsset.indices { byAsset[index] = 0 }
    for index in byGroup.indices { byGroup[index] = 0 }
  }

  /// Divides `loss` of `account` (a shortfall, or negative equity at the end).
  func addLoss(_ loss: Double, account: Int, unitValue: borrowing FixedBuffer<Double>) {
    let book = plan.venue.book
    byGroup[book.accounts[account].group] += loss
    var costs: [(asset: Int, cost: Double)] = []
    for position in book.positions(of: account) {
      let column = Int(book.column[position])
      let gain = book.quantity[position] * (unitValue[column] - plan.initialValues.unitValue[column])
      guard gain < 0 else { continue }
      guard let other = book.columns[column].otherAsset else {
        costs.append((book.columns[column].asset, -gain))
        continue
      }
      costs.append((book.columns[column].asset, -gain / 2))
      costs.append((other, -gain / 2))
    }
    let total = costs.reduce(0) { $0 + $1.cost }
    guard total > 0 else {
      byAsset[byAsset.count - 1] += loss
      return
    }
    for (asset, cost) in costs { byAsset[asset] += loss * cost / total }
  }

  /// Divides what a backstop lost beyond its capital by what it took over: by asset and by group of the accounts.
  func addLoss(_ loss: Double, of backstop: BackstopVault) {
    guard backstop.taken > 0 else { return }
    for (asset, taken) in backstop.takenOfAsset.enumerated() { byAsset[asset] += loss * taken / backstop.taken }
    for (group, taken) in backstop.takenOfGroup.enumerated() { byGroup[group] += loss * taken / backstop.taken }
  }

  /// Books reserve income of `account` earned on closed notional of `asset`; nil where no asset is known.
  func addIncome(_ income: Double, account: Int, asset: Int?) {
    byGroup[plan.venue.book.accounts[account].group] -= income
    byAsset[asset ?? byAsset.count - 1] -= income
  }
}
