import Clearing
import Schema
import Venues

/// Makes the book of a venue from the rows of `positions.csv` and `accounts.csv`.
///
/// An isolated position becomes an account of its own, `OWNER#INSTRUMENT`, whose cash is its posted collateral; the
/// owner's cross cash is not reduced. In an account of mode `isolated` every perpetual must be posted that way; its
/// balances stay with the owner.
struct BookAssembly {
  /// Largest notional of one position, so that sums of many stay far from overflow.
  static let largestNotional = 1e18

  private(set) var accounts: [Account] = []
  private(set) var positions: [Position] = []
  /// Group names.
  let groups: [String]

  private let instruments: [Instrument]
  private let file: String
  private let problems = ProblemCollector()

  /// Assembles the book. `prices` are those at t = 0 per asset of the universe, nil where the market is not known.
  init(
    positions file: PositionsFile, named name: String, accounts table: AccountsFile?, accountsName: String,
    instruments: [Instrument], modes: [EfficiencyMode], prices: [Double]?, intake: Intake
  ) {
    self.instruments = instruments
    self.file = name
    groups = table.map { $0.groups.isEmpty ? ["all"] : $0.groups } ?? ["all"]
    makeAccounts(file, table, modes: modes.map(\.name), accountsName)
    positions.reserveCapacity(file.rows.count)
    for row in file.rows { place(row, prices: prices) }
    checkNames(file.accounts, accountsName: table == nil ? name : accountsName)
    intake.problems.absorb(problems)
    warn(intake)
  }

  /// The named accounts in the order of `accounts.csv`, else of first appearance.
  private mutating func makeAccounts(
    _ file: PositionsFile, _ table: AccountsFile?, modes: [String], _ accountsName: String
  ) {
    accounts.reserveCapacity(file.accounts.count)
    for number in 0..<file.accounts.count {
      guard let table, table.modes.indices.contains(number) else {
        accounts.append(Account(id: file.accounts.text(of: number)))
        continue
      }
      accounts.append(
        Account(
          id: file.accounts.text(of: number), mode: table.modes[number], group: table.groupOf[number],
          loanToValue: table.loanToValue[number],
          efficiencyMode: table.efficiencyModes[number].flatMap {
            mode($0, among: modes, at: SourceLocation(file: accountsName, line: table.lines[number]))
          }, holder: table.owners[number], credit: table.credits[number]))
    }
    if let table { checkHolders(table, accountsName) }
  }

  /// An owner's sub-accounts are in one group, and an account that is an owner is nobody's sub-account.
  private func checkHolders(_ table: AccountsFile, _ accountsName: String) {
    guard table.owners.contains(where: { $0 != nil }) else { return }
    var groupOf: [String: Int] = [:]
    var owned: [String: String] = [:]
    for account in accounts {
      if let holder = account.holder { owned[account.id] = holder } else { groupOf[account.id] = account.group }
    }
    for (number, account) in accounts.enumerated() where account.holder != nil && number < table.lines.count {
      guard let holder = account.holder, !problems.isFull else { return problems.countOnly() }
      let place = SourceLocation(file: accountsName, line: table.lines[number])
      if let above = owned[holder], above != holder {
        problems.record(
          "an owner is a sub-account itself", at: place.appending(key: "owner"), found: quotedForMessage(holder),
          hint: "name \(quotedForMessage(above)), the owner of \(quotedForMessage(holder))")
      }
      if let group = groupOf[holder], group != account.group {
        problems.record(
          "sub-accounts of one owner are in different groups", at: place.appending(key: "group"),
          found: quotedForMessage(groups[account.group]), allowed: quotedForMessage(groups[group]),
          hint: "an owner is reported in one group; put all its accounts there, or give them different owners")
      }
      groupOf[holder] = groupOf[holder] ?? account.group
    }
  }

  /// Index of the efficiency mode called `name`; nil, recorded, where the venue has none of that name.
  private func mode(_ name: String, among modes: [String], at place: SourceLocation) -> Int? {
    if let index = modes.firstIndex(of: name) { return index }
    guard !problems.isFull else {
      problems.countOnly()
      return nil
    }
    problems.record(
      "the venue has no such efficiency mode", at: place.appending(key: "efficiency_mode"),
      found: quotedForMessage(name),
      allowed: modes.isEmpty ? "a mode under the venue's efficiencyModes" : modes.joined(separator: ", "),
      hint: nearestWord(to: name, among: modes).map { "did you mean '\($0)'?" })
    return nil
  }

  /// Adds one row: to its account, or as an isolated position to an account made for it.
  private mutating func place(_ row: PositionRow, prices: [Double]?) {
    let owner = Int(row.account)
    let instrument = Int(row.instrument)
    checkNotional(row, instruments[instrument], prices: prices)
    guard row.isolatedCollateral > 0 else {
      if accounts[owner].mode == .isolated, instruments[instrument].isOption {
        record(
          row, "instrument", "an isolated account cannot hold options: they are margined across",
          found: quotedForMessage(accounts[owner].id), hint: "set the account's mode to cross")
      } else if accounts[owner].mode == .isolated, case .perpetual = instruments[instrument].kind {
        record(
          row, "isolated_collateral", "a futures position of an isolated account needs collateral of its own",
          found: quotedForMessage(accounts[owner].id), hint: "or set the account's mode to cross")
      }
      positions.append(
        Position(account: owner, instrument: instrument, quantity: row.quantity, entryPrice: row.entryPrice))
      return
    }
    let own = accounts.count
    accounts.append(
      Account(
        id: "\(accounts[owner].id)#\(instruments[instrument].id)", mode: .isolated, group: accounts[owner].group,
        owner: owner))
    positions.append(
      Position(account: own, instrument: instrument, quantity: row.quantity, entryPrice: row.entryPrice))
    if let settlement = instruments.firstIndex(where: { $0.kind == .settlement }) {
      positions.append(Position(account: own, instrument: settlement, quantity: row.isolatedCollateral))
    }
  }

  /// Records a position whose notional, at its entry or at t = 0, is beyond what sums of many can hold.
  private func checkNotional(_ row: PositionRow, _ instrument: Instrument, prices: [Double]?) {
    let price = instrument.asset.flatMap { prices?[$0] }
    var largest = abs(row.quantity) * max(price ?? 0, row.entryPrice, price == nil ? 1 : 0)
    if case .perpetual(let terms) = instrument.kind {
      if let paidIn = terms.settlementAsset {
        largest = max(largest, abs(row.quantity) * row.entryPrice * (prices?[paidIn] ?? 1))
      }
      if let face = terms.inverseFace { largest = abs(row.quantity) * face * max(1, (price ?? 1) / row.entryPrice) }
      if let expiry = terms.expiry { largest *= max(1, expiry.premium(after: 0)) }
    }
    switch instrument.kind {
    case .option(let terms):
      largest = max(largest * max(1, terms.expiry.premium(after: 0)), abs(row.quantity) * terms.strike)
    case .poolShare(let terms):
      if let prices { largest = abs(row.quantity) * terms.value(at: prices) }
    case .settlement, .spot, .perpetual: break
    }
    if max(largest, row.isolatedCollateral) <= Self.largestNotional { return }
    record(
      row, "quantity", "the position is too large to compute with", found: "a notional of \(largest)",
      allowed: "≤ \(Self.largestNotional)")
  }

  /// An account must not bear the name that an isolated position of another gets.
  private func checkNames(_ names: NameIndex, accountsName: String) {
    for account in accounts[min(names.count, accounts.count)...] where names.find(Array(account.id.utf8)) != nil {
      problems.record(
        "an account has the name that an isolated position gets", at: SourceLocation(file: accountsName),
        found: quotedForMessage(account.id), hint: "rename the account")
    }
  }

  /// Records a problem of one row; beyond the limit it is only counted.
  private func record(
    _ row: PositionRow, _ column: String, _ message: String, found: String? = nil, allowed: String? = nil,
    hint: String? = nil
  ) {
    guard !problems.isFull else { return problems.countOnly() }
    problems.record(
      message, at: SourceLocation(file: file, line: Int(row.line), keyPath: column), found: found, allowed: allowed,
      hint: hint)
  }

  /// Warns of accounts without positions and of derivatives whose longs and shorts differ.
  private func warn(_ intake: Intake) {
    var isEmpty = [Bool](repeating: true, count: accounts.count)
    var net = [Double](repeating: 0, count: instruments.count)
    var gross = net
    for position in positions {
      isEmpty[position.account] = false
      if let owner = accounts[position.account].owner { isEmpty[owner] = false }
      net[position.instrument] += position.quantity
      gross[position.instrument] += abs(position.quantity)
    }
    let place = SourceLocation(file: file)
    let empty = isEmpty.count { $0 }
    if empty > 0 { intake.warn("\(empty) accounts have no positions", at: place) }
    for (index, instrument) in instruments.enumerated() {
      guard instrument.isDerivative, abs(net[index]) > 1e-6 * gross[index] else { continue }
      let share = (abs(net[index]) / gross[index] * 1000).rounded() / 10
      intake.warn(
        "longs and shorts of \(instrument.id) do not balance: net \(net[index]), \(share) % of gross", at: place)
    }
  }
}
