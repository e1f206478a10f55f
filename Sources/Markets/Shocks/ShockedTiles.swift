import Kernels

/// What shocks do to the tiles of one block as it is drawn; one worker's buffers.
///
/// The process never learns of it: its state is that of the unshocked path, so that the same draws move a shocked and an
/// unshocked path and what lies between them is the shock alone.
struct ShockedTiles {
  private let schedule: ShockSchedule
  private let blends: Bool
  private let scalesReturns: Bool
  /// The shock common to all assets, [path].
  private var common: [Double]
  /// Prices of the process at the step before, [asset][path].
  private var previous: [Double]
  /// What volatility shocks have added to log prices so far, [asset][path].
  private var offsets: [Double]
  /// Whether an asset's offsets may differ from 0.
  private var isOffset: [Bool]

  init(_ schedule: ShockSchedule) {
    self.schedule = schedule
    blends = schedule.blends
    scalesReturns = schedule.scalesReturns
    common = [Double](repeating: 0, count: pathsPerBlock)
    offsets = [Double](repeating: 0, count: schedule.assetCount * pathsPerBlock)
    previous = scalesReturns ? offsets : []
    isOffset = [Bool](repeating: false, count: schedule.assetCount)
  }

  /// Returns to t = 0, where prices are `initial`, [asset][path].
  mutating func reset(initial: [Double]) {
    for index in offsets.indices { offsets[index] = 0 }
    for asset in isOffset.indices { isOffset[asset] = false }
    guard scalesReturns else { return }
    for index in previous.indices { previous[index] = initial[index] }
  }

  /// Blends the shocks of `step` with the common one, which takes the same t scale.
  mutating func blend(step: Int, seed: UInt64, firstPath: Int, tiles: inout ShockTiles) {
    guard blends, schedule.ownShares[step] != 1 else { return }
    var row = common.mutableSpan
    fillNormals(
      seed: seed, firstPath: UInt64(firstPath), step: UInt32(step), factorCount: 1, purpose: .commonShock, into: &row)
    Self.mix(
      common, own: schedule.ownShares[step], rows: schedule.assetCount, shocks: &tiles.shocks, mixing: tiles.mixing)
  }

  /// Takes its buffers one by one, so that each is borrowed by itself.
  private static func mix(_ common: [Double], own: Double, rows: Int, shocks: inout [Double], mixing: [Double]) {
    var tile = shocks.mutableSpan
    blendRows(
      &tile, rows: rows, own: own.squareRoot(), shared: common.span, scales: mixing.span,
      weight: (1 - own).squareRoot())
  }

  /// Moves the prices of `step` that the process has written.
  mutating func move(step: Int, prices: inout [Double]) {
    if scalesReturns { scale(step: step, prices: prices) }
    for asset in isOffset.indices {
      let shift = schedule.shifts[asset][step]
      guard isOffset[asset] || shift != 0 else { continue }
      Self.shift(asset, by: shift, offsets: offsets, prices: &prices)
    }
  }

  private static func shift(_ asset: Int, by shift: Double, offsets: [Double], prices: inout [Double]) {
    let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
    var tile = prices.mutableSpan
    var rowPrices = tile._mutatingExtracting(row)
    let all = offsets.span
    shiftPrices(&rowPrices, offsets: all.extracting(row), shift: shift)
  }

  /// Takes the returns of the step into the offsets of the assets whose multiple is not 1.
  private mutating func scale(step: Int, prices: [Double]) {
    for asset in isOffset.indices {
      let multiple = schedule.multiples[asset][step]
      guard multiple != 1 else { continue }
      isOffset[asset] = true
      Self.accumulate(
        asset, excess: multiple - 1, drift: schedule.drifts[asset], from: previous, to: prices, offsets: &offsets)
    }
    for index in previous.indices { previous[index] = prices[index] }
  }

  private static func accumulate(
    _ asset: Int, excess: Double, drift: Double, from previous: [Double], to prices: [Double],
    offsets: inout [Double]
  ) {
    let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
    let before = previous.span
    let after = prices.span
    var tile = offsets.mutableSpan
    var rowOffsets = tile._mutatingExtracting(row)
    accumulateDeviation(
      from: before.extracting(row), to: after.extracting(row), excess: excess, drift: drift, offsets: &rowOffsets)
  }
}
