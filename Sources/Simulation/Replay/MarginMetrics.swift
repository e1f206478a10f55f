import Clearing
import Kernels
import Venues

/// What a margin model demanded along one path, the book of t = 0 held constant: level, coverage and procyclicality.
///
/// Exact definitions, O_t being the marks before the waves of step t, f_c the book's summed initial requirement in column
/// c before the factor, φ_c(t) the factor on it, u_c(t) the unit notional at the oracle's prices:
/// - IM_t = Σ_c φ_c(t)·f_c(u_c(t)); `initialMarginMean` is its mean over t = 1…T. Where longs and shorts have factors of
///   their own, φ·f is the sum over both sides.
/// - R_t = Σ_c φ_c(t)·f_c(u_c(0)) ÷ Σ_c Q_c·u_c(0) over columns with a requirement: the average rate on the book of
///   t = 0, so that only the model moves it. `peakToTrough` = max R ÷ min R over t = 0…T; `largestIncrease` =
///   max(0, max_t R_t/R_{t−w} − 1).
/// - `changeDeviation`: standard deviation of R_t/R_{t−w} − 1 over t = w…T; 0 where there are not two of them.
/// - `largestCall` = max(0, max_t IM_t − IM_{t−w}), w being the call window in steps (one day, at most the horizon).
/// - `coverage`: windows [s, s+w], s = 0, w, 2w, …; in each, a column's average rate φ_c(s)·f_c(u_c(0))/(Q_c·u_c(0))
///   covers a long unit if O falls by at most the rate (at the factor of longs), a short unit if it rises by at most it
///   (at the factor of shorts); the share covered over
///   windows, columns and sides, weighted by Q_c·u_c(0). Held collateral has a long side only. Options and pool shares
///   are left out: the move of a mark is not what they lose.
/// - Accounts margined by scenarios add λ·R_t, R their worst losses summed up, to IM_t, and to the numerator of the average
///   rate Σ_g R_gt·P_g(0)/P_g(t), P_g being the price of group g; of coverage see `ScenarioMetrics`. The columns of their
///   derivatives are among those with a requirement.
/// - `volatilitySeen`: mean over t = 1…T of Σ_c weight·σ̂; `volatilityRealised`: √(Σ_t ρ_t²/(T·Δ)) with ρ the log return
///   of O; both weighted by Q_c·u_c(0) over the same columns. Source of the procyclicality measures: Murphy, Vasios and
///   Vause (2014), Bank of England Financial Stability Paper 29.
final class MarginMetrics {
  private let plan: VenuePlan
  private let curves: RequirementCurves
  private let shortCurves: RequirementCurves
  private let window: Int
  private let stepYears: Double
  /// Columns with a requirement, and the share of each in their summed notional at t = 0.
  private let weighted: [Int]
  private let weight: [Double]
  let totalNotional: Double
  /// f_c(u_c(0)) per column, and the part of it that is of short positions.
  private let startRequirement: [Double]
  private let shortStartRequirement: [Double]
  /// Accounts margined by scenarios; nil where there are none. Then a column's average rate is that of the other accounts:
  /// their requirement, notional and share.
  private let scenarios: ScenarioMetrics?
  private let scale: Double
  private let ratedRequirement: [Double]
  private let ratedNotional: [Double]
  private let ratedWeight: [Double]
  private var hints: RequirementCurves.Hints
  private var shortHints: RequirementCurves.Hints
  /// IM_t and R_t·ΣQu, [point].
  private var level: [Double]
  private var rate: [Double]
  private var steps = 0
  private var windowPrices: [Double]
  private var windowRates: [SidedRate]
  private var coveredWeight = 0.0
  private var judgedWeight = 0.0
  private var seen = 0.0
  /// Told of every judged move: its weight, its loss as a fraction of price, and the rate that was to cover it.
  var onJudged: ((_ weight: Double, _ loss: Double, _ rate: Double) -> Void)?
  private var squares: [Double]
  private var previousLogs: [Double]
  private var logs: [Double]

  init(plan: VenuePlan, model: ModelPlan, window: Int, points: Int, stepYears: Double) {
    let curves = model.initialCurves
    let shortCurves = model.shortInitialCurves
    self.plan = plan
    self.curves = curves
    self.shortCurves = shortCurves
    self.window = min(window, points - 1)
    self.stepYears = stepYears
    let columns = plan.venue.book.columns.count
    var hints = curves.makeHints()
    var shortHints = shortCurves.makeHints()
    let unit = plan.initialValues.unitNotional
    let start = (0..<columns).map { curves.value(column: $0, at: unit[$0], hints: &hints) }
    let short = (0..<columns).map { shortCurves.value(column: $0, at: unit[$0], hints: &shortHints) }
    let notional = (0..<columns).map { plan.openQuantity[$0] * unit[$0] }
    let scenarios = ScenarioMetrics(plan: plan, model: model)
    let weighted = (0..<columns).filter {
      (start[$0] > 0 || scenarios?.takesPart($0) == true) && notional[$0] > 0
    }
    let total = weighted.reduce(0) { $0 + notional[$1] }
    self.hints = hints
    self.shortHints = shortHints
    startRequirement = start
    shortStartRequirement = short
    self.weighted = weighted
    weight = (0..<columns).map { total > 0 ? notional[$0] / total : 0 }
    totalNotional = total
    let others = scenarios?.others()
    let rated = others.map { zip($0.quantity, unit).map { $0 * $1 } } ?? notional
    self.scenarios = scenarios
    scale = model.scale
    ratedRequirement = others?.requirement ?? start
    ratedNotional = rated
    ratedWeight = (0..<columns).map { total > 0 ? rated[$0] / total : 0 }
    level = [Double](repeating: 0, count: points)
    rate = level
    windowPrices = [Double](repeating: 1, count: plan.venue.depths.count)
    windowRates = [SidedRate](repeating: SidedRate(long: 0, short: 0), count: columns)
    squares = windowPrices
    previousLogs = windowPrices
    logs = windowPrices
  }

  /// Starts a path.
  func reset(columns: ColumnState, volatilities: [Double], marks: [Double], scenarios book: ScenarioBook? = nil) {
    steps = 0
    coveredWeight = 0
    judgedWeight = 0
    seen = 0
    for asset in squares.indices { squares[asset] = 0 }
    Self.takeLogs(of: marks, into: &previousLogs)
    takeLevels(at: 0, columns)
    addScenarios(at: 0, book)
    openWindow(columns, marks)
    if let book { scenarios?.open(columns, atMarks: columns, book) }
  }

  /// Takes one step: the factors in force, notionals at the oracle's prices, and the marks before its waves; `atMarks`
  /// are the values there. `book` has just taken its reference at the oracle's prices.
  func record(
    step: Int, columns: ColumnState, volatilities: [Double], marks: [Double], atMarks: ColumnState,
    scenarios book: ScenarioBook? = nil
  ) {
    steps = step
    takeLevels(at: step, columns)
    addScenarios(at: step, book)
    Self.takeLogs(of: marks, into: &logs)
    for asset in squares.indices {
      let change = logs[asset] - previousLogs[asset]
      squares[asset] += change * change
    }
    swap(&logs, &previousLogs)
    if !volatilities.isEmpty {
      for column in weighted { seen += weight[column] * volatilities[plan.venue.book.columns[column].asset] }
    }
    guard step % window == 0 else { return }
    closeWindow(marks)
    if let scenarios, totalNotional > 0 {
      let judged = scenarios.close(atMarks)
      judgedWeight += judged.judged / totalNotional
      coveredWeight += judged.covered / totalNotional
    }
    openWindow(columns, marks)
    if let book { scenarios?.open(columns, atMarks: atMarks, book) }
  }

  private static func takeLogs(of prices: [Double], into logs: inout [Double]) {
    var output = logs.mutableSpan
    logarithm(prices.span, into: &output)
  }

  private func takeLevels(at point: Int, _ columns: ColumnState) {
    var total = 0.0
    var held = 0.0
    for column in weighted {
      let factor = columns.initial(of: column)
      let unit = columns.unitNotional[column]
      total += factor.long * curves.value(column: column, at: unit, hints: &hints)
      held += factor.long * startRequirement[column]
      guard factor.short != factor.long else { continue }
      let more = factor.short - factor.long
      total += more * shortCurves.value(column: column, at: unit, hints: &shortHints)
      held += more * shortStartRequirement[column]
    }
    level[point] = total
    rate[point] = held
  }

  /// Adds what scenarios ask for, the reference of `book` being at this point.
  private func addScenarios(at point: Int, _ book: ScenarioBook?) {
    guard let book else { return }
    level[point] += scale * book.groupLosses.reduce(0, +)
    rate[point] += scale * book.heldLossAtStartPrices
  }

  private func openWindow(_ columns: ColumnState, _ prices: [Double]) {
    for asset in windowPrices.indices { windowPrices[asset] = prices[asset] }
    for column in weighted where ratedNotional[column] > 0 {
      let notional = ratedNotional[column]
      let factor = columns.initial(of: column)
      windowRates[column] = SidedRate(
        long: factor.long * ratedRequirement[column] / notional,
        short: factor.short * ratedRequirement[column] / notional)
    }
  }

  private func closeWindow(_ prices: [Double]) {
    for column in weighted where ratedNotional[column] > 0 {
      let about = plan.venue.book.columns[column]
      guard !plan.curved.isCurved[column] else { continue }
      let move = prices[about.asset] / windowPrices[about.asset] - 1
      judge(loss: -move, rate: windowRates[column].long, weight: ratedWeight[column])
      guard about.side == .perpetual else { continue }
      judge(loss: move, rate: windowRates[column].short, weight: ratedWeight[column])
    }
  }

  private func judge(loss: Double, rate: Double, weight: Double) {
    judgedWeight += weight
    if loss <= rate { coveredWeight += weight }
    onJudged?(weight, loss, rate)
  }

  /// Mean initial requirement over steps 1…T.
  var initialMarginMean: Double { steps > 0 ? level[1...steps].reduce(0, +) / Double(steps) : 0 }

  /// Share of judged moves that the rate covered; 1 where nothing was to be judged.
  var coverage: Double { judgedWeight > 0 ? coveredWeight / judgedWeight : 1 }

  /// Largest ÷ smallest average rate.
  var peakToTrough: Double {
    let path = rate[0...steps]
    guard let least = path.min(), let most = path.max(), least > 0 else { return 1 }
    return most / least
  }

  /// Largest relative increase of the average rate over the call window.
  var largestIncrease: Double {
    guard steps >= window else { return 0 }
    return (window...steps).reduce(0) { best, step in
      rate[step - window] > 0 ? max(best, rate[step] / rate[step - window] - 1) : best
    }
  }

  /// Standard deviation of the relative changes of the average rate over the call window.
  var changeDeviation: Double {
    guard steps > window else { return 0 }
    var (count, mean, squares) = (0.0, 0.0, 0.0)
    for step in window...steps where rate[step - window] > 0 {
      let change = rate[step] / rate[step - window] - 1
      count += 1
      let departure = change - mean
      mean += departure / count
      squares += departure * (change - mean)
    }
    return count > 1 ? (squares / (count - 1)).squareRoot() : 0
  }

  /// Largest increase of the requirement over the call window, in money.
  var largestCall: Double {
    guard steps >= window else { return 0 }
    return (window...steps).reduce(0) { max($0, level[$1] - level[$1 - window]) }
  }

  /// Mean volatility that the margin saw; NaN for a model that looks at none, or an empty book.
  func volatilitySeen(looksAtVolatility: Bool) -> Double {
    looksAtVolatility && totalNotional > 0 && steps > 0 ? seen / Double(steps) : .nan
  }

  /// Volatility that the marks realised; NaN for an empty book.
  var volatilityRealised: Double {
    guard totalNotional > 0, steps > 0 else { return .nan }
    let years = Double(steps) * stepYears
    return weighted.reduce(0) { sum, column in
      sum + weight[column] * (squares[plan.venue.book.columns[column].asset] / years).squareRoot()
    }
  }
}
