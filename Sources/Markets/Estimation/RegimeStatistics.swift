import Glibc
import Kernels

/// What the likelihood of a regime needs of each slot, so that a market of any size costs two numbers a slot.
///
/// With z the standardised returns and C = (1 − b)R + b·11ᵀ the correlation in the regime, zᵀC⁻¹z follows from
/// q = zᵀR⁻¹z and u = 1ᵀR⁻¹z, and |C| from w = 1ᵀR⁻¹1 (M. Bartlett's form of the Sherman–Morrison formula, Annals of
/// Mathematical Statistics 22, 1951).
struct RegimeStatistics {
  /// q of every slot; NaN where an asset has no return.
  let quadratic: [Double]
  /// u of every slot.
  let linear: [Double]
  /// w.
  let unit: Double
  let logDeterminant: Double
  let dimension: Double

  /// Nil if R is not positive definite.
  init?(_ slots: [[Double]], correlation: Matrix) {
    guard let factor = try? CholeskyFactor(correlation) else { return nil }
    let count = correlation.rows
    let ones = Self.whitened([Double](repeating: 1, count: count), factor.lower)
    unit = ones.reduce(0) { $0 + $1 * $1 }
    dimension = Double(count)
    logDeterminant = (0..<count).reduce(0) { $0 + 2 * log(factor.lower[$1, $1]) }
    var quadratic: [Double] = []
    var linear: [Double] = []
    for values in slots {
      guard !values.isEmpty else {
        quadratic.append(.nan)
        linear.append(.nan)
        continue
      }
      let white = Self.whitened(values, factor.lower)
      quadratic.append(white.reduce(0) { $0 + $1 * $1 })
      linear.append(zip(white, ones).reduce(0) { $0 + $1.0 * $1.1 })
    }
    self.quadratic = quadratic
    self.linear = linear
  }

  /// zᵀC⁻¹z of a slot at blend b.
  @inline(__always)
  func distance(_ slot: Int, blend: Double) -> Double {
    let odds = blend / (1 - blend)
    return (quadratic[slot] - odds * linear[slot] * linear[slot] / (1 + odds * unit)) / (1 - blend)
  }

  /// d·ln 2π + ln|C| at blend b.
  func constant(blend: Double) -> Double {
    dimension * log(2 * Double.pi * (1 - blend)) + logDeterminant + log1p(blend / (1 - blend) * unit)
  }

  private static func whitened(_ values: [Double], _ lower: Matrix) -> [Double] {
    var white = values
    for row in values.indices {
      var value = values[row]
      for column in 0..<row { value -= lower[row, column] * white[column] }
      white[row] = value / lower[row, row]
    }
    return white
  }
}

/// Hamilton's filter and Kim's smoother over the regimes of a market.
///
/// J. Hamilton, Econometrica 57 (1989); C.-J. Kim, Journal of Econometrics 60 (1994).
struct RegimeFilter {
  /// ln f(slot | slots before), of the slots with returns.
  private(set) var terms: [Double] = []
  /// P(regime | slots up to here), slot after slot.
  private(set) var filtered: [Double]
  private let transitions: [[Double]]
  private let count: Int
  private let slots: Int

  /// Runs over all slots from `start`; `multiples` and `blends` by regime.
  init(
    _ statistics: RegimeStatistics, multiples: [Double], blends: [Double], transitions: [[Double]], start: [Double]
  ) {
    count = multiples.count
    slots = statistics.quadratic.count
    self.transitions = transitions
    filtered = [Double](repeating: 0, count: slots * count)
    terms.reserveCapacity(slots)
    let constants = multiples.indices.map {
      statistics.constant(blend: blends[$0]) + 2 * statistics.dimension * log(multiples[$0])
    }
    let precisions = multiples.map { 1 / ($0 * $0) }
    var prior = start
    var logs = start
    for slot in 0..<slots {
      if !statistics.quadratic[slot].isNaN {
        var highest = -Double.infinity
        for regime in 0..<count {
          let distance = statistics.distance(slot, blend: blends[regime]) * precisions[regime]
          logs[regime] = -0.5 * (constants[regime] + distance)
          highest = max(highest, logs[regime])
        }
        var sum = 0.0
        for regime in 0..<count {
          prior[regime] *= exp(logs[regime] - highest)
          sum += prior[regime]
        }
        for regime in 0..<count { prior[regime] /= sum }
        terms.append(highest + log(sum))
      }
      for regime in 0..<count { filtered[slot * count + regime] = prior[regime] }
      predict(&prior, &logs)
    }
  }

  /// prior ← prior·P.
  @inline(__always)
  private func predict(_ prior: inout [Double], _ scratch: inout [Double]) {
    for to in 0..<count {
      var sum = 0.0
      for from in 0..<count { sum += prior[from] * transitions[from][to] }
      scratch[to] = sum
    }
    for to in 0..<count { prior[to] = scratch[to] }
  }

  /// P(regime | all slots), slot after slot, and the expected number of moves from each regime to each.
  func smoothed() -> (probabilities: [Double], moves: [[Double]]) {
    var result = filtered
    var moves = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var ratio = [Double](repeating: 0, count: count)
    for slot in stride(from: slots - 2, through: 0, by: -1) {
      let (now, next) = (slot * count, (slot + 1) * count)
      for to in 0..<count {
        var predicted = 0.0
        for from in 0..<count { predicted += filtered[now + from] * transitions[from][to] }
        ratio[to] = predicted > 0 ? result[next + to] / predicted : 0
      }
      for from in 0..<count {
        var sum = 0.0
        for to in 0..<count {
          let move = filtered[now + from] * transitions[from][to] * ratio[to]
          moves[from][to] += move
          sum += move
        }
        result[now + from] = sum
      }
    }
    return (result, moves)
  }
}
