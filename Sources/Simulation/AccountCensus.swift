public import Venues

/// Who is counted as what: reporting accounts, their groups, leverage buckets and assets at t = 0.
///
/// An isolated position is an account of its own for clearing and is reported under its owner, sub-accounts under their
/// holder.
public struct AccountCensus: Sendable {
  /// Upper ends of the leverage buckets (exposure ÷ equity), the last being open.
  public static let leverageBounds: [Double] = [1, 2, 5, 10, 20]
  /// Names of the leverage buckets; the last holds accounts whose equity is not positive.
  public static let leverageBuckets = ["0–1x", "1–2x", "2–5x", "5–10x", "10–20x", "20x+", "no equity"]

  /// Index of the reporting account of each account.
  public let reportingIndex: [Int32]
  /// Names of the reporting accounts.
  public let ids: [String]
  /// The reporting accounts at t = 0.
  public let labels: [AccountLabel]
  /// The sets that liquidations are counted for.
  public let partitions: [AccountPartition]
  /// Partitions of reporting account r: `membership[membershipStart[r]..<membershipStart[r + 1]]`.
  public let membershipStart: [Int32]
  /// Partition numbers.
  public let membership: [Int32]

  /// Counts the accounts of `book` at `values`.
  public init(book: Book, values: ColumnValues, assetIDs: [String]) {
    var reporting = [Int32](repeating: 0, count: book.accounts.count)
    var owners: [Int] = []
    var places: [String: Int32] = [:]
    let hasHolders = book.accounts.contains { $0.holder != nil }
    for (index, account) in book.accounts.enumerated() where account.owner == nil {
      let name = hasHolders ? account.holder ?? account.id : ""
      if hasHolders, let place = places[name] {
        reporting[index] = place
        continue
      }
      reporting[index] = Int32(owners.count)
      if hasHolders { places[name] = reporting[index] }
      owners.append(index)
    }
    for (index, account) in book.accounts.enumerated() {
      if let owner = account.owner { reporting[index] = reporting[owner] }
    }
    var tallies = owners.map { Tally(group: book.accounts[$0].group) }
    for index in book.accounts.indices { tallies[Int(reporting[index])].add(book, index, values) }
    reportingIndex = reporting
    ids = owners.map { book.accounts[$0].holder ?? book.accounts[$0].id }
    labels = tallies.map(\.label)

    let groupStart = Self.leverageBuckets.count
    let assetStart = groupStart + book.groups.count
    var counts = [Int](repeating: 0, count: assetStart + assetIDs.count)
    var starts: [Int32] = [0]
    var members: [Int32] = []
    for tally in tallies {
      let own = [tally.bucket, groupStart + tally.group] + tally.assets.sorted().map { assetStart + $0 }
      for partition in own { counts[partition] += 1 }
      members += own.map(Int32.init)
      starts.append(Int32(members.count))
    }
    membershipStart = starts
    membership = members
    partitions = counts.indices.map { index in
      let axis: AccountPartition.Axis
      let name: String
      switch index {
      case ..<groupStart: (axis, name) = (.leverageBucket, Self.leverageBuckets[index])
      case ..<assetStart: (axis, name) = (.group, book.groups[index - groupStart])
      default: (axis, name) = (.asset, assetIDs[index - assetStart])
      }
      return AccountPartition(axis: axis, name: name, accountCount: counts[index])
    }
  }

  /// What is added up over the accounts of one owner.
  private struct Tally {
    let group: Int
    var equity = 0.0
    var exposure = 0.0
    var assets: Set<Int> = []

    init(group: Int) { self.group = group }

    mutating func add(_ book: Book, _ account: Int, _ values: ColumnValues) {
      equity += book.equity(of: account, at: values)
      for position in book.positions(of: account) {
        let column = book.columns[Int(book.column[position])]
        assets.insert(column.asset)
        if let other = column.otherAsset { assets.insert(other) }
        if column.countsAsNotional {
          exposure += abs(book.quantity[position]) * values.unitExposure[Int(book.column[position])]
        }
      }
    }

    var bucket: Int {
      guard equity > 0 else { return AccountCensus.leverageBuckets.count - 1 }
      let leverage = exposure / equity
      return AccountCensus.leverageBounds.firstIndex { leverage < $0 } ?? AccountCensus.leverageBounds.count
    }

    var label: AccountLabel {
      AccountLabel(
        group: group, equity: equity, exposure: exposure, leverageBucket: AccountCensus.leverageBuckets[bucket])
    }
  }
}
