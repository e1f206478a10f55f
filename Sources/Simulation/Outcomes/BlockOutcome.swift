import Venues
import Markets
import Clearing
import Kernels

/// What one block of paths adds to the outcome table; a worker's buffer, emptied for each block.
///
/// A class, so that the replay's callbacks fill it without copies; it never leaves its worker but under the lock of
/// `OutcomeCollector.add`.
final class BlockOutcome {
  private(set) var block = 0
  /// Number of paths recorded.
  private(set) var count = 0
  /// [model × venue] of [quantity][path in block].
  private(set) var values: [[[Double]]]
  /// [model × venue] of [0 or 1 + group][path in block].
  private(set) var bookLoss: [[[Double]]]
  /// [model × venue] of [venue of origin][path in block]; empty where there is one venue.
  private(set) var contagion: [[[Double]]]
  /// [model × venue] of reporting accounts, one entry per path on which it was liquidated.
  private(set) var liquidated: [[Int32]]
  /// [model × venue] of first liquidations by step − 1.
  private(set) var firstPassage: [[UInt32]]
  private(set) var reserveFans: [FanCounts]
  private(set) var priceFans: [FanCounts]
  /// Per venue.
  private(set) var moments: [LiquidationMoments]
  /// [model][state].
  private(set) var states: [[Int]]
  private let fanAssets: [Int]
  private let points: Int
  private let venueCount: Int
  private let initialReserves: [Double]
  private var partitionCounts: [[[Int]]]
  private var liquidatedBefore: [Int]

  init(simulator: Simulator) {
    let venues = simulator.venues
    let models = simulator.models.count
    let series = models * venues.count
    points = simulator.grid.points
    venueCount = venues.count
    fanAssets = simulator.fanAssets
    initialReserves = venues.map { $0.rules.reserve.total }
    let column = [Double](repeating: 0, count: pathsPerBlock)
    values = [[[Double]]](
      repeating: [[Double]](repeating: column, count: PathQuantity.allCases.count), count: series)
    bookLoss = (0..<series).map { index in
      [[Double]](repeating: column, count: 1 + venues[index % venues.count].venue.book.groups.count)
    }
    contagion = [[[Double]]](
      repeating: [[Double]](repeating: column, count: venues.count > 1 ? venues.count : 0), count: series)
    liquidated = [[Int32]](repeating: [], count: series)
    firstPassage = [[UInt32]](repeating: [UInt32](repeating: 0, count: points - 1), count: series)
    reserveFans = [FanCounts](repeating: .reserve(points: simulator.grid.points), count: series)
    priceFans = simulator.fanAssets.map {
      .price(of: simulator.generator.market.assetIDs[$0], points: simulator.grid.points)
    }
    moments = venues.map { LiquidationMoments(partitions: $0.census.partitions, modelCount: models) }
    states = [[Int]](repeating: [Int](repeating: 0, count: PathState.allCases.count), count: models)
    partitionCounts = venues.map {
      [[Int]](repeating: [Int](repeating: 0, count: $0.census.partitions.count), count: models)
    }
    liquidatedBefore = [Int](repeating: 0, count: series)
  }

  /// Empties the buffer for `block`.
  func begin(block: Int) {
    self.block = block
    count = 0
    for index in liquidated.indices {
      liquidated[index].removeAll(keepingCapacity: true)
      for step in firstPassage[index].indices { firstPassage[index][step] = 0 }
      reserveFans[index].clear()
    }
    for index in priceFans.indices { priceFans[index].clear() }
    for index in moments.indices { moments[index].clear() }
    for model in states.indices {
      for state in states[model].indices { states[model][state] = 0 }
    }
  }

  /// Starts a path: its prices go into the price fans.
  func beginPath(_ path: Int, values prices: [Double], start: Int) {
    count = path + 1
    for (index, asset) in fanAssets.enumerated() {
      let series = start + asset * points
      let initial = prices[series]
      for point in 0..<points { priceFans[index].count(prices[series + point] / initial, at: point) }
    }
    for index in liquidatedBefore.indices {
      liquidatedBefore[index] = 0
      reserveFans[index].count(1, at: 0)
    }
  }

  /// Takes the end of a step: accounts liquidated so far and the reserve's balance.
  func recordStep(_ step: Int, model: Int, venue: Int, liquidated count: Int, reserve: Double) {
    let series = model * venueCount + venue
    firstPassage[series][step - 1] &+= UInt32(count - liquidatedBefore[series])
    liquidatedBefore[series] = count
    let initial = initialReserves[venue]
    reserveFans[series].count(initial > 0 ? reserve / initial : 0, at: step)
  }

  /// Counts how the path ended.
  func recordState(_ state: PathState, model: Int) { states[model][state.rawValue] += 1 }

  /// Takes the path's figures; nil, recorded as NaN, for a path that did not complete.
  func recordEnd(
    _ outcome: VenueOutcome?, path: Int, model: Int, venue: Int, ledger: AccountLedger, census: AccountCensus
  ) {
    let series = model * venueCount + venue
    Self.put(outcome?.values, at: path, into: &values[series])
    Self.put(outcome?.bookLoss, at: path, into: &bookLoss[series])
    Self.put(outcome?.contagion, at: path, into: &contagion[series])
    liquidated[series].append(contentsOf: ledger.liquidated)
    Self.countMembers(of: ledger.liquidated, census, into: &partitionCounts[venue][model])
  }

  /// One figure into each row, NaN where there are none.
  private static func put(_ figures: [Double]?, at path: Int, into rows: inout [[Double]]) {
    for index in rows.indices { rows[index][path] = figures?[index] ?? .nan }
  }

  private static func countMembers(of accounts: [Int32], _ census: AccountCensus, into counts: inout [Int]) {
    for partition in counts.indices { counts[partition] = 0 }
    for account in accounts {
      let members = Int(census.membershipStart[Int(account)])..<Int(census.membershipStart[Int(account) + 1])
      for member in members { counts[Int(census.membership[member])] += 1 }
    }
  }

  /// Ends a path: the models' counts go into the moments together.
  func endPath() {
    for venue in moments.indices { moments[venue].add(partitionCounts[venue]) }
  }
}

extension FanCounts {
  /// Reserve ÷ initial reserve, 0…2.
  static func reserve(points: Int) -> FanCounts {
    FanCounts(name: "reserve", lower: -0.0025, width: 0.005, bins: 401, points: points)
  }

  /// Price ÷ initial price of an asset, 0…4.
  static func price(of asset: String, points: Int) -> FanCounts {
    FanCounts(name: asset, lower: -0.005, width: 0.01, bins: 401, points: points)
  }
}
