import Glibc
import Kernels

/// The search for the regimes of a market.
struct RegimeSearch {
  /// One regime as the likelihood takes it.
  struct Figures {
    var multiple: Double
    var blend: Double
    var days: Double
    var next: [Double]
  }

  /// What a search found.
  struct Found {
    let figures: [Figures]
    /// Errors in the order of `RegimeSearch.quantities`; nil where there are none.
    let errors: [Double]?
    /// √Σπm² of the regimes before they were scaled.
    let scale: Double
    let correlation: Matrix
    let logLikelihood: Double
    let converged: Bool
    let probabilities: [Double]
    let shares: [Double]
  }

  private let market: RegimeMarket
  private let count: Int
  private var correlation: Matrix
  private var multiples: [Double]
  private var blends: [Double]
  private var transitions: [[Double]]

  init(market: RegimeMarket, count: Int) {
    self.market = market
    self.count = count
    correlation = market.correlation
    multiples = [[1], [0.65, 1.6], [0.5, 1, 2]][count - 1]
    blends = [Double](repeating: 0, count: count)
    let stay = count == 1 ? 1 : 0.97
    transitions = (0..<count).map { from in
      (0..<count).map { $0 == from ? stay : (1 - stay) / Double(count - 1) }
    }
  }

  /// Runs EM, then climbs the likelihood of the chain itself; nil where the returns have no such law.
  mutating func fit() -> Found? {
    guard count > 1 else { return single() }
    guard climbByExpectation(), let statistics = RegimeStatistics(market.slots, correlation: correlation) else {
      return nil
    }
    order()
    var coordinates = ChainCoordinates(
      count: count, blended: blends.indices.filter { blends[$0] > 1e-3 }, stepHours: market.stepHours)
    let stepHours = market.stepHours
    func search(_ coordinates: ChainCoordinates) -> LikelihoodSearch {
      LikelihoodSearch { point in
        Self.filter(statistics, coordinates.figures(at: point), stepHours: stepHours)?.terms ?? [-.infinity]
      }
    }
    let start = coordinates.start(multiples: multiples, blends: blends, transitions: transitions)
    guard var found = search(coordinates).best(of: [start]) else { return nil }
    let bound = coordinates.boundShares(at: found.coordinates)
    if !bound.isEmpty {
      let point = coordinates.dropping(bound, from: found.coordinates)
      coordinates.fixedShares = bound
      guard let again = search(coordinates).best(of: [point]) else { return nil }
      found = again
    }
    let raw = coordinates.figures(at: found.coordinates)
    guard let last = Self.filter(statistics, raw, stepHours: market.stepHours),
      let shares = Self.chain(raw)?.stationaryLaw
    else { return nil }
    var errors = search(coordinates).standardErrors(
      of: { [coordinates] in Self.quantities(coordinates.figures(at: $0)) }, at: found.coordinates)
    let smoothed = last.smoothed().probabilities
    let meanCorrelation = meanCorrelation(weights: smoothed)
    for (regime, figure) in raw.enumerated() where figure.blend > 0 {
      // (1 − b)r + b is seen: an error of r̄ in R moves b by −(1 − b)/(1 − r̄) of it.
      let moved = (1 - figure.blend) / (1 - meanCorrelation.value) * meanCorrelation.error
      let index = regime * (3 + count) + 1
      if let own = errors?[index] { errors?[index] = (own * own + moved * moved).squareRoot() }
    }
    return Found(
      figures: Self.scaled(raw),
      errors: errors,
      scale: Self.scale(raw), correlation: correlation, logLikelihood: found.logLikelihood, converged: found.converged,
      probabilities: smoothed, shares: shares)
  }

  /// The mean of the correlations in R, and its standard error under the weights of the first regime.
  private func meanCorrelation(weights: [Double]) -> (value: Double, error: Double) {
    let size = market.scales.count
    guard size > 1 else { return (0, 0) }
    let pairs = (0..<size).flatMap { i in (0..<i).map { (i, $0) } }
    let present = market.slots.indices.filter { !market.slots[$0].isEmpty }
    let square = pairwiseSum(
      present.map { slot in
        weights[slot * count] * market.slots[slot].reduce(0) { $0 + $1 * $1 } / Double(size)
      })
    let effects = present.map { slot -> Double in
      let z = market.slots[slot]
      let sum = pairs.reduce(0) {
        $0 + z[$1.0] * z[$1.1] - correlation[$1.0, $1.1] * (z[$1.0] * z[$1.0] + z[$1.1] * z[$1.1]) / 2
      }
      return weights[slot * count] * sum / Double(pairs.count) / square
    }
    let value = pairs.reduce(0) { $0 + correlation[$1.0, $1.1] } / Double(pairs.count)
    return (value, pairwiseSum(effects.map { $0 * $0 }).squareRoot())
  }

  private func single() -> Found? {
    guard let statistics = RegimeStatistics(market.slots, correlation: correlation) else { return nil }
    let filter = RegimeFilter(statistics, multiples: [1], blends: [0], transitions: [[1]], start: [1])
    return Found(
      figures: [Figures(multiple: 1, blend: 0, days: 1, next: [0])], errors: nil, scale: 1, correlation: correlation,
      logLikelihood: pairwiseSum(filter.terms), converged: true,
      probabilities: [Double](repeating: 1, count: market.slots.count), shares: [1])
  }

  /// EM until the likelihood gains less than 1e-7 a slot; false if some regime empties.
  private mutating func climbByExpectation() -> Bool {
    var last = -Double.infinity
    for _ in 0..<300 {
      guard let statistics = RegimeStatistics(market.slots, correlation: correlation) else { return false }
      let filter = RegimeFilter(
        statistics, multiples: multiples, blends: blends, transitions: transitions,
        start: [Double](repeating: 1 / Double(count), count: count))
      let value = pairwiseSum(filter.terms)
      let (weights, moves) = filter.smoothed()
      guard value.isFinite, maximise(statistics, weights: weights, moves: moves) else { return false }
      if value - last < 1e-7 * Double(market.observations) { break }
      last = value
    }
    return true
  }

  /// The M-step: moves, multiples and blends of every regime, and R as the calmest regime sees it.
  private mutating func maximise(_ statistics: RegimeStatistics, weights: [Double], moves: [[Double]]) -> Bool {
    let present = statistics.quadratic.indices.filter { !statistics.quadratic[$0].isNaN }
    for regime in 0..<count {
      let total = moves[regime].reduce(0, +)
      let own = present.map { weights[$0 * count + regime] }
      let mass = pairwiseSum(own)
      guard total > 1, mass > 2 * statistics.dimension else { return false }
      transitions[regime] = moves[regime].map { max($0 / total, 1e-9) }
      let quadratic = pairwiseSum(zip(present, own).map { statistics.quadratic[$0] * $1 }) / mass
      let linear = pairwiseSum(zip(present, own).map { statistics.linear[$0] * statistics.linear[$0] * $1 }) / mass
      func square(_ blend: Double) -> Double {
        let odds = blend / (1 - blend)
        return (quadratic - odds * linear / (1 + odds * statistics.unit)) / (1 - blend) / statistics.dimension
      }
      if regime > 0, statistics.dimension > 1 {
        blends[regime] = goldenSection(0, 0.99) { blend in
          statistics.dimension * log(square(blend)) + statistics.constant(blend: blend)
        }
      }
      multiples[regime] = square(blends[regime]).squareRoot()
    }
    correlation = Self.scatter(market.slots, weights: weights, stride: count) ?? correlation
    return multiples.allSatisfy { $0 > 1e-6 && $0.isFinite }
  }

  /// The correlation matrix of the slots under the first regime's weights; nil if it is not positive definite.
  private static func scatter(_ slots: [[Double]], weights: [Double], stride: Int) -> Matrix? {
    guard let size = slots.first(where: { !$0.isEmpty })?.count else { return nil }
    var sums = [Double](repeating: 0, count: size * size)
    for (slot, values) in slots.enumerated() where !values.isEmpty {
      let weight = weights[slot * stride]
      for i in 0..<size {
        let left = weight * values[i]
        for j in 0...i { sums[i * size + j] += left * values[j] }
      }
    }
    var result = Matrix.identity(size)
    for i in 0..<size {
      for j in 0..<i {
        result[i, j] = sums[i * size + j] / (sums[i * size + i] * sums[j * size + j]).squareRoot()
        result[j, i] = result[i, j]
      }
    }
    return (try? CholeskyFactor(result)) == nil ? nil : result
  }

  /// Sorts the regimes by multiple. The first keeps R: where another has the lowest, its blend stays as it is.
  private mutating func order() {
    let ranks = multiples.indices.sorted { multiples[$0] < multiples[$1] }
    let old = (multiples, blends, transitions)
    multiples = ranks.map { old.0[$0] }
    blends = ranks.map { old.1[$0] }
    transitions = ranks.map { from in ranks.map { old.2[from][$0] } }
  }

  private static func filter(_ statistics: RegimeStatistics, _ figures: [Figures], stepHours: Double) -> RegimeFilter? {
    guard let chain = chain(figures) else { return nil }
    return RegimeFilter(
      statistics, multiples: figures.map(\.multiple), blends: figures.map(\.blend),
      transitions: chain.transitions(hours: stepHours), start: chain.stationaryLaw)
  }

  static func chain(_ figures: [Figures]) -> RegimeChain? {
    RegimeChain(
      figures.enumerated().map { index, figure in
        MarketRegime(
          name: "\(index)", volatilityMultiple: figure.multiple, correlationBlend: figure.blend,
          meanDurationDays: figure.days, nextProbabilities: figure.next)
      })
  }

  /// √Σπm².
  private static func scale(_ figures: [Figures]) -> Double {
    let law = chain(figures)?.stationaryLaw ?? []
    return zip(law, figures).reduce(0) { $0 + $1.0 * $1.1.multiple * $1.1.multiple }.squareRoot()
  }

  private static func scaled(_ figures: [Figures]) -> [Figures] {
    let scale = scale(figures)
    return figures.map { figure in
      var result = figure
      result.multiple /= scale
      return result
    }
  }

  /// What is reported with errors: of every regime the scaled multiple, blend, days, and next probabilities.
  private static func quantities(_ figures: [Figures]) -> [Double] {
    scaled(figures).flatMap { [$0.multiple, $0.blend, $0.days] + $0.next }
  }
}

extension RegimeSearch.Found {
  /// The figures of one regime with their errors.
  func regime(_ index: Int, name: String) -> RegimeFit.Regime {
    let figure = figures[index]
    let first = index * (3 + figures.count)
    func estimate(_ value: Double, _ offset: Int, isFitted: Bool) -> Estimate {
      Estimate(value, standardError: isFitted ? errors?[first + offset] : nil)
    }
    return RegimeFit.Regime(
      name: name, volatilityMultiple: estimate(figure.multiple, 0, isFitted: true),
      correlationBlend: estimate(figure.blend, 1, isFitted: figure.blend > 0),
      meanDurationDays: estimate(figure.days, 2, isFitted: true),
      nextProbabilities: figure.next.enumerated().map {
        estimate($1, 3 + $0, isFitted: figures.count > 2 && $0 != index)
      }, share: shares[index])
  }
}

/// Unconstrained coordinates of a chain: ln m of all, logit b of those that blend, ln of the stays in steps, and with three
/// regimes the logit of the first of the two that may follow each.
struct ChainCoordinates {
  let count: Int
  let blended: [Int]
  let stepHours: Double
  /// With three regimes, those whose share is held at 0 or 1: one of the others never follows.
  var fixedShares: [Int: Double] = [:]

  /// The regimes whose share has a coordinate.
  private var freeShares: [Int] { count == 3 ? (0..<3).filter { fixedShares[$0] == nil } : [] }
  private var firstShare: Int { 2 * count + blended.count }

  /// The shares that a search ran to the border with.
  func boundShares(at point: [Double]) -> [Int: Double] {
    var bound: [Int: Double] = [:]
    for (offset, regime) in freeShares.enumerated() {
      let share = logistic(point[firstShare + offset])
      if share < 1e-3 { bound[regime] = 0 }
      if share > 1 - 1e-3 { bound[regime] = 1 }
    }
    return bound
  }

  /// The point without the coordinates of the shares in `bound`.
  func dropping(_ bound: [Int: Double], from point: [Double]) -> [Double] {
    let kept = freeShares.enumerated().filter { bound[$0.element] == nil }.map { point[firstShare + $0.offset] }
    return Array(point[..<firstShare]) + kept
  }

  func start(multiples: [Double], blends: [Double], transitions: [[Double]]) -> [Double] {
    var point = multiples.map { log($0) } + blended.map { logit(min(0.98, blends[$0])) }
    point += transitions.indices.map { -log(max(1e-6, -log(min(1 - 1e-9, max(0.05, transitions[$0][$0]))))) }
    if count == 3 {
      point += transitions.indices.map { regime in
        let others = transitions[regime].indices.filter { $0 != regime }
        let first = transitions[regime][others[0]]
        return min(8, max(-8, logit(first / (first + transitions[regime][others[1]]))))
      }
    }
    return point
  }

  func figures(at point: [Double]) -> [RegimeSearch.Figures] {
    (0..<count).map { regime in
      var next = [Double](repeating: 0, count: count)
      let others = next.indices.filter { $0 != regime }
      if count == 2 { next[others[0]] = 1 }
      if count == 3 {
        let share =
          fixedShares[regime] ?? freeShares.firstIndex(of: regime).map { logistic(point[firstShare + $0]) } ?? 0.5
        next[others[0]] = share
        next[others[1]] = 1 - share
      }
      let blend = blended.firstIndex(of: regime).map { logistic(point[count + $0]) } ?? 0
      let days = exp(point[count + blended.count + regime]) * stepHours / 24
      let allowed = RegimeChain.allowedDurationDays
      return RegimeSearch.Figures(
        multiple: exp(point[regime]), blend: min(blend, 1 - 1e-9),
        days: min(allowed.upperBound, max(allowed.lowerBound, days)), next: next)
    }
  }
}
