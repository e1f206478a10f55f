import Foundation

/// How much weight of judged moves has which ratio of loss to rate: a model's coverage as a function of one factor on its
/// rates, without keeping the moves.
///
/// A factor λ covers a move whose ratio is at most λ. Ratios are counted in bins of a power of two divided into 4,096
/// equal parts, (lower, upper], so that an edge is right to 1/4096 of itself and doubling all rates moves every count by
/// exactly one power of two. Weights are counted in 2⁻²⁰ of the whole, so sums do not depend on the order of adding.
struct LossRatioCounts: Sendable {
  /// Parts of a power of two.
  private static let parts = 4096
  /// Powers of two on either side of 1; ratios beyond count in the outermost bins.
  private static let octaves = 40
  private static let unit = 1_048_576.0

  private var bins = [Int64](repeating: 0, count: 2 * octaves * parts + 1)
  /// Weight of moves that were no loss.
  private var free: Int64 = 0
  /// Weight of losses that no factor covers, because nothing was demanded.
  private var never: Int64 = 0
  /// Number of moves whose loss was above the rate.
  private(set) var uncoveredMoves = 0

  /// Counts one move; `weight` in [0, 1].
  mutating func add(weight: Double, loss: Double, rate: Double) {
    let share = Int64((weight * Self.unit).rounded())
    if loss > rate { uncoveredMoves += 1 }
    guard loss > 0 else {
      free += share
      return
    }
    let ratio = loss / rate
    guard rate > 0, ratio.isFinite else {
      never += share
      return
    }
    bins[Self.bin(of: ratio)] += share
  }

  /// Adds the counts of another part of the moves.
  mutating func add(_ other: LossRatioCounts) {
    for bin in bins.indices { bins[bin] += other.bins[bin] }
    free += other.free
    never += other.never
    uncoveredMoves += other.uncoveredMoves
  }

  /// Everything counted.
  private var total: Int64 { bins.reduce(free + never, +) }

  /// Whether nothing was counted.
  var isEmpty: Bool { total == 0 }
  /// Share covered without any margin.
  var freeShare: Double { Double(free) / Double(total) }
  /// Share covered by a large enough factor.
  var largestShare: Double { 1 - Double(never) / Double(total) }
  /// Share covered as configured.
  var share: Double { Double(bins[...Self.bin(of: 1)].reduce(free, +)) / Double(total) }

  /// The factors that cover `share` of the weight and no more: from the smallest that does to the smallest that covers
  /// the next move; the latter nil where no more is covered by any. Nil where no factor does.
  func factors(covering share: Double) -> (least: Double, next: Double?)? {
    let total = Double(total)
    var covered = free
    var least: Double?
    for bin in bins.indices where bins[bin] > 0 {
      if let least { return (least, Self.upper(bin - 1)) }
      covered += bins[bin]
      if Double(covered) / total >= share { least = Self.upper(bin) }
    }
    return least.map { ($0, nil) }
  }

  /// The bin whose (lower, upper] a ratio > 0 is in.
  private static func bin(of ratio: Double) -> Int {
    let power = Int(ratio.exponent)
    guard power >= -octaves else { return 0 }
    guard power < octaves else { return 2 * octaves * parts }
    return (power + octaves) * parts + Int(((ratio.significand - 1) * Double(parts)).rounded(.up))
  }

  /// The largest ratio of a bin.
  private static func upper(_ bin: Int) -> Double {
    let power = Double(bin / parts - octaves)
    return exp2(power) * (1 + Double(bin % parts) / Double(parts))
  }
}
