import JobFiles
import Kernels
import Markets
import Reports
import Schema

extension FittedMarket {
  /// Merton's jumps: those of each asset, and what of them comes with the market.
  mutating func fitJumps() throws(Problems) {
    guard moving.count == assets.count, let fit = MarketJumpFit(returns: returns) else {
      throw Problems([
        failure(
          "the jumps could not be fitted",
          hint: "every asset must move and have 250 returns or more, ten an asset at the same times")
      ])
    }
    let problems = ProblemCollector()
    for (asset, own) in zip(assets, fit.assets) where !own.converged {
      problems.record(
        failure(
          "the jumps of \(asset.id) could not be fitted: the search did not settle",
          hint: "look for wrong prices, give a longer history, or choose another process"))
    }
    try problems.throwIfAny()
    for index in assets.indices { take(fit, of: index) }
    marketJumps = fit.market
    if let market = fit.intensityPerYear, let sizes = fit.sizeCorrelation, fit.market != nil {
      record.marketJumps = FitRecord(
        standardErrors: [
          ("intensityPerYear", market.standardError), ("sizeCorrelation", sizes.standardError),
        ], observations: fit.observations)
    }
    correlation = fit.correlation
    degreesOfFreedom = nil
    record.degreesOfFreedomError = nil
    record.correlationRemark = "Correlation of the diffusions: what the jumps leave of the sample's covariances"
    record.logLikelihood = fit.assets.reduce(0) { $0 + $1.logLikelihood }
    describe(fit)
  }

  private mutating func take(_ fit: MarketJumpFit, of index: Int) {
    let own = fit.assets[index]
    let jumps = fit.jumps[index]
    assets[index].volatility = own.volatility.value
    assets[index].jumps = jumps.marketWide == nil && jumps.own == nil ? nil : jumps
    records[index].volatilityError = own.volatility.standardError
    let size = [("mean", own.jumpMean.standardError), ("deviation", own.jumpDeviation.standardError)]
    records[index].marketWideJumps = FitRecord(standardErrors: size)
    records[index].ownJumps = FitRecord(
      standardErrors: [("intensityPerYear", own.intensityPerYear.standardError)] + size)
    records[index].jumps = FitRecord(logLikelihood: own.logLikelihood, observations: own.observations)
    if own.isAtBorder { warnings.append("\(assets[index].id): a jump figure lies at its border; no standard errors") }
  }

  private mutating func describe(_ fit: MarketJumpFit) {
    tables.append(
      FittedTable(
        title: "Jumps",
        note:
          "All jumps of an asset, those with the market among them: number a year, the median of the assets' own numbers so that "
          + "they can jump together; mean and deviation in log price; volatility of the rest, a year; log-likelihood, and "
          + "that of normal returns. ± standard errors.",
        columns: ["jumps a year", "mean", "deviation", "diffusion", "log-likelihood", "normal"],
        rows: zip(assets, fit.assets).map { asset, own in
          (
            asset.id,
            [own.intensityPerYear, own.jumpMean, own.jumpDeviation, own.diffusionVolatility].map(Self.figure)
              + [FittedFigure(own.logLikelihood), FittedFigure(own.normalLogLikelihood)]
          )
        }))
    if let market = fit.intensityPerYear, let sizes = fit.sizeCorrelation {
      tables.append(
        FittedTable(
          title: "Jumps of the market",
          note: "Number a year that all assets share, and the correlation of their sizes.",
          columns: ["jumps a year", "correlation of sizes"],
          rows: [("market", [Self.figure(market), Self.figure(sizes)])]))
    } else {
      warnings.append("no jumps of the market were found: assets jump by themselves")
    }
    if let distance = fit.repairDistance {
      warnings.append(
        "the correlations that jumps leave were moved by \(rounded(distance)) (Frobenius) to the nearest possible ones")
    }
    method.append(
      "Jumps by maximum likelihood of a Poisson mixture of normals, asset by asset; what comes with the market by the "
        + "composite likelihood of pairs. Returns count as independent, so clustering of volatility is read as many small "
        + "jumps. Shocks of the diffusion are normal.")
  }

  /// A figure of the page.
  static func figure(_ estimate: Estimate) -> FittedFigure {
    FittedFigure(estimate.value, standardError: estimate.standardError)
  }

  /// Heston's variance of each asset.
  mutating func fitVariance() throws(Problems) {
    let problems = ProblemCollector()
    var fits: [(index: Int, fit: HestonFit)] = []
    for (index, found) in zip(moving, try varianceFits()) {
      guard let fit = found else {
        problems.record(
          failure(
            "the variance of \(assets[index].id) could not be fitted",
            hint: "daily returns are best (--step-hours 24); give a longer history, or choose another process"))
        continue
      }
      fits.append((index, fit))
    }
    try problems.throwIfAny()
    for (index, fit) in fits { take(fit, of: index) }
    record.logLikelihood = fits.reduce(0) { $0 + $1.fit.logLikelihood }
    tables.append(
      FittedTable(
        title: "Heston's variance",
        note:
          "Reversion κ and volatility of variance ξ a year, correlation ρ of price and variance, half-life of a deviation in "
          + "days, volatility now, log-likelihood and that of normal returns. ± standard errors.",
        columns: ["κ", "ξ", "ρ", "half-life", "volatility now", "log-likelihood", "normal"],
        rows: fits.map { index, fit in
          (
            assets[index].id,
            [fit.reversionPerYear, fit.volatilityOfVariance, fit.correlation].map { figure -> FittedFigure? in
              FittedFigure(figure.value, standardError: fit.converged ? figure.standardError : nil)
            } + [
              FittedFigure(fit.halfLifeDays), FittedFigure(fit.lastVolatility), FittedFigure(fit.logLikelihood),
              FittedFigure(fit.normalLogLikelihood),
            ]
          )
        }))
    let used = min(returns.values.first?.count ?? 0, HestonFit.mostReturns)
    method.append(
      "Heston's figures by the likelihood of the simulation's own scheme, the hidden variance cut into cells (no particles, no "
        + "Kalman filter), over the last \(NumberText.count(used)) steps. Jumps are not fitted along: in a few thousand returns "
        + "they and a fast variance are hardly told apart.")
  }

  /// The fit of every asset that moves, on all cores: each takes seconds.
  private func varianceFits() throws(Problems) -> [HestonFit?] {
    let (series, step) = (moving.map { returns.values[$0] }, stepHours)
    do {
      return try WorkerPool(workers: Machine.allowedCores).map(blocks: series.count, makeWorkspace: { _ in 0 }) {
        index, _ in HestonFit(returns: series[index], stepHours: step)
      }
    } catch {
      throw Problems([failure("the fits were interrupted", hint: "try again")])
    }
  }

  private mutating func take(_ fit: HestonFit, of index: Int) {
    assets[index].volatility = fit.volatility.value
    assets[index].heston = fit.parameters
    records[index].volatilityError = fit.converged ? fit.volatility.standardError : nil
    if !fit.converged {
      let words = "the search for Heston's figures did not settle: they are the best found, without standard errors"
      warnings.append("\(assets[index].id): \(words)")
      records[index].remarks.append(words)
    }
    let errors = [
      ("reversionPerYear", fit.reversionPerYear.standardError),
      ("volatilityOfVariance", fit.volatilityOfVariance.standardError),
      ("correlation", fit.correlation.standardError),
    ]
    records[index].heston = FitRecord(
      standardErrors: fit.converged ? errors : [], logLikelihood: fit.logLikelihood, observations: fit.observations)
    if fit.isAtBorder { warnings.append("\(assets[index].id): a Heston figure lies at its border; no standard errors") }
  }
}
