import Glibc

/// Every shock of a scenario resolved to numbers per asset and point in time: what is done to paths as they are drawn.
///
/// Shocks add up: shifts of log prices are added, factors multiplied, shares of own shocks multiplied. With none laid down a
/// schedule changes no bit of any path.
public struct ShockSchedule: Sendable {
  /// Number of assets.
  public let assetCount: Int
  /// The monitoring times.
  public let grid: TimeGrid
  /// Expected log return of a step per asset, which volatility shocks leave alone.
  public let drifts: [Double]
  /// Shift of the log price, [asset][point].
  public private(set) var shifts: [[Double]]
  /// Multiple on the deviation of the log return of the step that ends at a point, [asset][point].
  public private(set) var multiples: [[Double]]
  /// Share 1 − b of each asset's own shock in the step that ends at a point, [point].
  public private(set) var ownShares: [Double]
  /// Depth and spread along time; nil where no shock touches them.
  public private(set) var liquidity: LiquiditySchedule?
  /// Whether the oracles of an asset stand still, [asset][point]; nil where no shock stops them.
  public private(set) var frozenOracles: [[Bool]]?

  /// A schedule without shocks; `drifts` are expected log returns of one step.
  public init(assetCount: Int, grid: TimeGrid, drifts: [Double]) {
    self.assetCount = assetCount
    self.grid = grid
    self.drifts = drifts
    shifts = [[Double]](repeating: [Double](repeating: 0, count: grid.points), count: assetCount)
    multiples = [[Double]](repeating: [Double](repeating: 1, count: grid.points), count: assetCount)
    ownShares = [Double](repeating: 1, count: grid.points)
  }

  /// The schedule of `shocks`, in any order; `drifts` are expected log returns of one step, one per asset.
  public init(_ shocks: [any MarketShock], assetCount: Int, grid: TimeGrid, drifts: [Double]) {
    self.init(assetCount: assetCount, grid: grid, drifts: drifts)
    for shock in shocks { shock.apply(to: &self) }
  }

  /// Whether any step blends the shocks of assets.
  var blends: Bool { ownShares.contains { $0 != 1 } }
  /// Whether any step scales returns.
  var scalesReturns: Bool { multiples.contains { $0.contains { $0 != 1 } } }

  /// Hours after t = 0 of a point.
  func hours(_ point: Int) -> Double { Double(point) * grid.stepHours }

  /// Adds `size` (of the log price) of `assets` as far as `onset` says.
  public mutating func shift(_ assets: [Int], by size: Double, _ onset: ShockOnset) {
    for point in 1..<grid.points {
      let part = size * onset.share(at: hours(point))
      guard part != 0 else { continue }
      for asset in assets { shifts[asset][point] += part }
    }
  }

  /// Adds `size` (of the log price) of `assets` while `window` lasts, so that it is released at its end.
  public mutating func shift(_ assets: [Int], by size: Double, _ window: ShockWindow) {
    for point in 1..<grid.points {
      let part = size * window.share(at: hours(point))
      guard part != 0 else { continue }
      for asset in assets { shifts[asset][point] += part }
    }
  }

  /// Stops the oracles of `assets` at what they show when `window` begins, until it ends.
  public mutating func freezeOracles(of assets: [Int], _ window: ShockWindow) {
    var frozen =
      frozenOracles ?? [[Bool]](repeating: [Bool](repeating: false, count: grid.points), count: assetCount)
    for point in 1..<grid.points where window.share(at: hours(point)) > 0 {
      for asset in assets { frozen[asset][point] = true }
    }
    frozenOracles = frozen
  }

  /// Multiplies the deviations of log returns of `assets` by factor^share.
  public mutating func scaleReturns(_ assets: [Int], by factor: Double, _ window: ShockWindow) {
    for point in 1..<grid.points {
      let multiple = Self.partial(factor, window.share(ofStepEndingAt: hours(point)))
      for asset in assets { multiples[asset][point] *= multiple }
    }
  }

  /// Gives one shock common to all assets the share b·share of each shock's variance.
  public mutating func blend(_ b: Double, _ window: ShockWindow) {
    for point in 1..<grid.points { ownShares[point] *= 1 - b * window.share(ofStepEndingAt: hours(point)) }
  }

  /// Multiplies daily volume and half-spread of `assets` by their factors to the power of the share.
  public mutating func scaleDepth(_ assets: [Int], volume: Double, spread: Double, _ window: ShockWindow) {
    var schedule = liquidity ?? LiquiditySchedule(assetCount: assetCount, points: grid.points)
    for point in 1..<grid.points {
      let share = window.share(at: hours(point))
      guard share > 0 else { continue }
      for asset in assets {
        schedule.volumeFactors[asset][point] *= Self.partial(volume, share)
        schedule.spreadFactors[asset][point] *= Self.partial(spread, share)
      }
    }
    liquidity = schedule
  }

  /// factor^share, 1 where there is no share and the very factor where all of it is there.
  private static func partial(_ factor: Double, _ share: Double) -> Double {
    share == 0 ? 1 : share == 1 ? factor : pow(factor, share)
  }
}

/// Depth and spread of markets along time, as factors on the venue's figures.
public struct LiquiditySchedule: Sendable, Hashable {
  /// Factor on the average daily volume, [asset][point], > 0.
  public internal(set) var volumeFactors: [[Double]]
  /// Factor on the half-spread, [asset][point], ≥ 0.
  public internal(set) var spreadFactors: [[Double]]

  /// Figures as the venue states them.
  public init(assetCount: Int, points: Int) {
    volumeFactors = [[Double]](repeating: [Double](repeating: 1, count: points), count: assetCount)
    spreadFactors = volumeFactors
  }

  /// Figures that are given, [asset][point].
  public init(volumeFactors: [[Double]], spreadFactors: [[Double]]) {
    self.volumeFactors = volumeFactors
    self.spreadFactors = spreadFactors
  }

  /// The largest factor on an asset's half-spread.
  public func largestSpreadFactor(_ asset: Int) -> Double { spreadFactors[asset].max() ?? 1 }
}
