import Glibc

/// One state of a market that switches between regimes.
public struct MarketRegime: Sendable, Hashable {
  /// The regime's name, unique among the regimes.
  public var name: String
  /// What every asset's calibrated volatility is multiplied by; ≥ 0.
  public var volatilityMultiple: Double
  /// How far the correlations of all assets go towards 1, in [0, 1]: ρ becomes (1 − b)·ρ + b.
  public var correlationBlend: Double
  /// The expected stay in the regime, in days, within `RegimeChain.allowedDurationDays`. Not used where there is one
  /// regime only.
  public var meanDurationDays: Double
  /// The probability that the next regime is number k, given that this one ends; 0 for itself.
  public var nextProbabilities: [Double]

  /// Creates a regime; `RegimeChain` checks it together with the others.
  public init(
    name: String, volatilityMultiple: Double, correlationBlend: Double, meanDurationDays: Double,
    nextProbabilities: [Double]
  ) {
    self.name = name
    self.volatilityMultiple = volatilityMultiple
    self.correlationBlend = correlationBlend
    self.meanDurationDays = meanDurationDays
    self.nextProbabilities = nextProbabilities
  }
}

/// A continuous-time Markov chain over the regimes of a market.
///
/// Stays are exponential, so the chain is stated without a step and any step has its exact transition matrix. Source:
/// J. R. Norris, *Markov Chains* (1997), chapters 2 and 3.
public struct RegimeChain: Sendable, Hashable {
  /// The regimes.
  public let regimes: [MarketRegime]

  /// The expected stays that a regime may have, in days.
  public static let allowedDurationDays = 1e-6...1e9

  /// The chain of `regimes`; nil unless there is one at least, every multiple and blend is allowed, every duration within
  /// `allowedDurationDays`, the next probabilities are a law over the others, and every regime can be reached from every
  /// other.
  public init?(_ regimes: [MarketRegime]) {
    guard !regimes.isEmpty else { return nil }
    for regime in regimes {
      guard regime.volatilityMultiple >= 0, regime.volatilityMultiple.isFinite, 0...1 ~= regime.correlationBlend
      else { return nil }
    }
    if regimes.count > 1 {
      for (index, regime) in regimes.enumerated() {
        let next = regime.nextProbabilities
        guard Self.allowedDurationDays ~= regime.meanDurationDays, next.count == regimes.count, next[index] == 0,
          next.allSatisfy({ $0 >= 0 }), abs(next.reduce(0, +) - 1) <= 1e-9
        else { return nil }
      }
    }
    self.regimes = regimes
    guard isIrreducible else { return nil }
  }

  /// The rate, per day, of moves from regime `from` to another one.
  private func rate(_ from: Int, _ to: Int) -> Double {
    from == to ? 0 : regimes[from].nextProbabilities[to] / regimes[from].meanDurationDays
  }

  /// Whether every regime can be reached from the first, and the first from every regime.
  private var isIrreducible: Bool {
    reached { self.rate($0, $1) > 0 } == regimes.count && reached { self.rate($1, $0) > 0 } == regimes.count
  }

  /// How many regimes are reached from the first along `isEdge`.
  private func reached(_ isEdge: (Int, Int) -> Bool) -> Int {
    var seen: Set<Int> = [0]
    var open = [0]
    while let from = open.popLast() {
      for to in regimes.indices where isEdge(from, to) && seen.insert(to).inserted { open.append(to) }
    }
    return seen.count
  }

  /// The share of time spent in each regime in the long run.
  ///
  /// By the elimination of Grassmann, Taksar and Heyman (Operations Research 33, 1985), which subtracts nothing and so
  /// keeps its digits for regimes of very different length.
  public var stationaryLaw: [Double] {
    var rates = regimes.indices.map { from in regimes.indices.map { self.rate(from, $0) } }
    for last in regimes.indices.dropFirst().reversed() {
      let leaving = rates[last][..<last].reduce(0, +)
      for from in 0..<last {
        rates[from][last] /= leaving
        for to in 0..<last where to != from { rates[from][to] += rates[from][last] * rates[last][to] }
      }
    }
    var law = [1.0]
    for next in regimes.indices.dropFirst() { law.append((0..<next).reduce(0) { $0 + law[$1] * rates[$1][next] }) }
    let total = law.reduce(0, +)
    return law.map { $0 / total }
  }

  /// P(in regime k after `hours` | in regime i), row i.
  ///
  /// exp(Q·t) by uniformisation, Σ Poisson(n; Λt)·(I + Q/Λ)ⁿ, whose terms are all ≥ 0 (A. Jensen, Skandinavisk
  /// Aktuarietidskrift 36, 1953), over a time so short that Λt ≤ ½, then squared back to the whole.
  public func transitions(hours: Double) -> [[Double]] {
    guard regimes.count > 1 else { return [[1]] }
    let fastest = regimes.map { 1 / $0.meanDurationDays }.max() ?? 0
    let moves = fastest * hours / 24
    let halvings = moves > 0.5 ? Int(min(60, (log2(moves) + 1).rounded(.up))) : 0
    let short = moves / exp2(Double(halvings))
    let jump = regimes.indices.map { from in
      regimes.indices.map { to in
        from == to ? 1 - 1 / (fastest * regimes[from].meanDurationDays) : self.rate(from, to) / fastest
      }
    }
    var weight = exp(-short)
    var power = regimes.indices.map { from in regimes.indices.map { $0 == from ? 1.0 : 0 } }
    var result = power.map { row in row.map { $0 * weight } }
    for term in 1...20 {
      power = Self.product(power, jump)
      weight *= short / Double(term)
      for from in regimes.indices { for to in regimes.indices { result[from][to] += weight * power[from][to] } }
    }
    for _ in 0..<halvings { result = Self.normalised(Self.product(result, result)) }
    return Self.normalised(result)
  }

  private static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in b.indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } } }
  }

  private static func normalised(_ rows: [[Double]]) -> [[Double]] {
    rows.map { row in
      let total = row.reduce(0, +)
      return row.map { $0 / total }
    }
  }
}
