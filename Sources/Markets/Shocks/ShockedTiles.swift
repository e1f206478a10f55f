import Kernels

/// What shocks do to the tiles of one block as it is drawn; one worker's buffers.
///
/// The process never learns of it: its state is that of the unshocked path, so that the same draws move a shocked and an
/// unshocked path and what lies between them is the shock alone.
struct ShockedTiles {
  private let schedule: ShockSchedule
  /// Assets that the process draws; derived ones follow them.
  private let assetCount: Int
  private let blends: Bool
  private let scalesReturns: Bool
  /// The shock common to all assets, [path].
  private var common: [Double]
  /// Prices of the process at the last step and the one before, [asset][path]; empty unless returns are scaled.
  private var latest: [Double]
  private var previous: [Double]
  /// What volatility shocks have added to log prices so far, and up to the step before, [asset][path].
  private var offsets: [Double]
  private var offsetsBefore: [Double]
  /// The same up to an extreme of the step.
  private var offsetsAtExtreme: [Double]
  /// Whether an asset's offsets may differ from 0.
  private var isOffset: [Bool]

  /// Tiles of the first `assetCount` assets of `schedule`, those that the process draws.
  init(_ schedule: ShockSchedule, assetCount: Int) {
    self.schedule = schedule
    self.assetCount = assetCount
    blends = schedule.blends
    scalesReturns = schedule.scalesReturns
    common = [Double](repeating: 0, count: pathsPerBlock)
    offsets = [Double](repeating: 0, count: assetCount * pathsPerBlock)
    offsetsBefore = offsets
    offsetsAtExtreme = offsets
    latest = scalesReturns ? offsets : []
    previous = latest
    isOffset = [Bool](repeating: false, count: assetCount)
  }

  /// Returns to t = 0, where prices are `initial`, [asset][path].
  mutating func reset(initial: [Double]) {
    for index in offsets.indices {
      offsets[index] = 0
      offsetsBefore[index] = 0
    }
    for asset in isOffset.indices { isOffset[asset] = false }
    for index in latest.indices { latest[index] = initial[index] }
  }

  // MARK: Shocks of the process

  /// Blends the shocks of `step` with the common one, which takes the same t scale.
  mutating func blend(step: Int, seed: UInt64, firstPath: Int, tiles: inout ShockTiles) {
    guard blends, schedule.ownShares[step] != 1 else { return }
    var row = common.mutableSpan
    fillNormals(
      seed: seed, firstPath: UInt64(firstPath), step: UInt32(step), factorCount: 1, purpose: .commonShock, into: &row)
    Self.mix(
      common, own: schedule.ownShares[step], rows: assetCount, shocks: &tiles.shocks, mixing: tiles.mixing)
  }

  /// Takes its buffers one by one, so that each is borrowed by itself.
  private static func mix(_ common: [Double], own: Double, rows: Int, shocks: inout [Double], mixing: [Double]) {
    var tile = shocks.mutableSpan
    blendRows(
      &tile, rows: rows, own: own.squareRoot(), shared: common.span, scales: mixing.span,
      weight: (1 - own).squareRoot())
  }

  // MARK: Prices

  /// Moves the prices of `step` that the process has written.
  mutating func move(step: Int, prices: inout [Double]) {
    if scalesReturns { scale(step: step, prices: prices) }
    for asset in isOffset.indices {
      let shift = schedule.shifts[asset][step]
      guard isOffset[asset] || shift != 0 else { continue }
      Self.shift(asset, by: shift, offsets: offsets, prices: &prices)
    }
  }

  /// Takes the returns of the step into the offsets of the assets whose multiple is not 1.
  private mutating func scale(step: Int, prices: [Double]) {
    swap(&previous, &latest)
    for index in latest.indices {
      latest[index] = prices[index]
      offsetsBefore[index] = offsets[index]
    }
    for asset in isOffset.indices {
      let multiple = schedule.multiples[asset][step]
      guard multiple != 1 else { continue }
      isOffset[asset] = true
      Self.accumulate(
        asset, excess: multiple - 1, drift: schedule.drifts[asset], from: previous, to: latest, offsets: &offsets)
    }
  }

  private static func shift(_ asset: Int, by shift: Double, offsets: [Double], prices: inout [Double]) {
    let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
    var tile = prices.mutableSpan
    var rowPrices = tile._mutatingExtracting(row)
    let all = offsets.span
    shiftPrices(&rowPrices, offsets: all.extracting(row), shift: shift)
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

  // MARK: Extremes

  /// Moves the lowest and highest prices of `step` that the process has written, once its prices have become `closes`.
  ///
  /// A shift that changes within the step may come at any moment of it: the low takes the lower of its two ends, the high
  /// the higher one. Moves from the step's start to its extremes are scaled like the move to its end.
  mutating func moveExtremes(step: Int, closes: [Double], lows: inout [Double], highs: inout [Double]) {
    for asset in isOffset.indices {
      let before = schedule.shifts[asset][step - 1]
      let after = schedule.shifts[asset][step]
      guard isOffset[asset] || before != 0 || after != 0 else { continue }
      let drift = (1 - schedule.multiples[asset][step]) * schedule.drifts[asset]
      moveExtreme(asset, step: step, by: min(before, after) + min(0, drift), &lows)
      moveExtreme(asset, step: step, by: max(before, after) + max(0, drift), &highs)
      for index in asset * pathsPerBlock..<(asset + 1) * pathsPerBlock {
        lows[index] = min(lows[index], closes[index])
        highs[index] = max(highs[index], closes[index])
      }
    }
  }

  private mutating func moveExtreme(_ asset: Int, step: Int, by shift: Double, _ extremes: inout [Double]) {
    for index in asset * pathsPerBlock..<(asset + 1) * pathsPerBlock { offsetsAtExtreme[index] = offsetsBefore[index] }
    let multiple = schedule.multiples[asset][step]
    if multiple != 1 {
      Self.accumulate(
        asset, excess: multiple - 1, drift: 0, from: previous, to: extremes, offsets: &offsetsAtExtreme)
    }
    Self.shift(asset, by: shift, offsets: offsetsAtExtreme, prices: &extremes)
  }
}
