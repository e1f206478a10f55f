import Kernels
import Venues

/// What the accounts of one venue hold on the path being replayed.
///
/// Starts each path as the book and remembers which accounts changed, so that returning to t = 0 costs no more than the
/// path did. One per worker and venue.
final class AccountLedger {
  let book: Book
  /// Signed quantity of each position.
  private(set) var quantity: FixedBuffer<Double>
  /// Constant part of each account's equity.
  private(set) var cash: FixedBuffer<Double>
  /// Cash and agreed credit of each account: what its health starts from.
  private(set) var standing: FixedBuffer<Double>
  /// Accounts that were wiped out: nothing held, the shortfall taken over by the waterfall.
  private(set) var isClosed: FixedBuffer<Bool>
  /// Accounts whose holdings differ from the book, each once.
  private(set) var touched: [Int32] = []
  /// Reporting accounts liquidated so far on this path.
  private(set) var isLiquidated: FixedBuffer<Bool>
  private(set) var liquidated: [Int32] = []
  /// Units that the last closing of each position sold, signed; empty unless it is recorded.
  private(set) var lastClosed: FixedBuffer<Double>
  private var isTouched: FixedBuffer<Bool>
  /// Accounts that changed since the screen last asked, each once.
  private(set) var recent: [Int32] = []
  private var isRecent: FixedBuffer<Bool>

  /// A ledger at t = 0; `recordsClosings` where the waterfall asks what was closed.
  init(book: Book, reportingCount: Int, recordsClosings: Bool) {
    self.book = book
    quantity = FixedBuffer(book.quantity)
    lastClosed = FixedBuffer(repeating: 0, count: recordsClosings ? book.quantity.count : 0)
    cash = FixedBuffer(book.cash)
    standing = FixedBuffer(book.standing)
    isClosed = FixedBuffer(repeating: false, count: book.accounts.count)
    isTouched = FixedBuffer(repeating: false, count: book.accounts.count)
    isRecent = FixedBuffer(repeating: false, count: book.accounts.count)
    isLiquidated = FixedBuffer(repeating: false, count: reportingCount)
  }

  /// Returns to the book.
  func reset() {
    for account in touched {
      let index = Int(account)
      cash[index] = book.cash[index]
      standing[index] = book.standing[index]
      isClosed[index] = false
      isTouched[index] = false
      for position in book.positions(of: index) {
        quantity[position] = book.quantity[position]
        if lastClosed.count > 0 { lastClosed[position] = 0 }
      }
    }
    for account in liquidated { isLiquidated[Int(account)] = false }
    touched.removeAll(keepingCapacity: true)
    forgetRecent()
    liquidated.removeAll(keepingCapacity: true)
  }

  /// Adds money to an account.
  func pay(_ amount: Double, to account: Int) {
    touch(account)
    cash[account] += amount
    standing[account] += amount
  }

  /// Sets what an account holds of one position.
  func setQuantity(_ value: Double, of position: Int, account: Int) {
    touch(account)
    quantity[position] = value
  }

  /// Remembers what a closing sold of one position, of an account that it changes.
  func recordClosing(of units: Double, position: Int) { lastClosed[position] = units }

  /// Empties the cash of an account and returns what it was.
  func takeCash(of account: Int) -> Double {
    touch(account)
    defer {
      cash[account] = 0
      standing[account] = book.accounts[account].credit
    }
    return cash[account]
  }

  /// Returns what is left of an isolated account that holds nothing any more to its owner; does nothing for any other.
  func returnRemainder(of account: Int) {
    guard cash[account] > 0, let owner = book.accounts[account].owner else { return }
    pay(takeCash(of: account), to: owner)
  }

  /// Marks an account as wiped out.
  func close(_ account: Int) {
    touch(account)
    isClosed[account] = true
  }

  /// Counts a reporting account as liquidated; true the first time.
  func markLiquidated(_ reporting: Int) -> Bool {
    guard !isLiquidated[reporting] else { return false }
    isLiquidated[reporting] = true
    liquidated.append(Int32(reporting))
    return true
  }

  /// Whether an account holds nothing but cash.
  func holdsNothing(_ account: Int) -> Bool {
    for position in book.positions(of: account) where quantity[position] != 0 { return false }
    return true
  }

  /// Cash plus the value of all positions at `unitValue` per column.
  func equity(of account: Int, unitValue: borrowing FixedBuffer<Double>) -> Double {
    var sum = cash[account]
    for position in book.positions(of: account) { sum += quantity[position] * unitValue[Int(book.column[position])] }
    return sum
  }

  /// Starts a new list of accounts that changed.
  func forgetRecent() {
    for account in recent { isRecent[Int(account)] = false }
    recent.removeAll(keepingCapacity: true)
  }

  private func touch(_ account: Int) {
    if !isRecent[account] {
      isRecent[account] = true
      recent.append(Int32(account))
    }
    guard !isTouched[account] else { return }
    isTouched[account] = true
    touched.append(Int32(account))
  }
}
