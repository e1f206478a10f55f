import Foundation
import JobFiles
import Markets
import Reports
import Schema

extension FittedMarket {
  /// λ of each asset, for margin models; the paths are those of `gbm`.
  mutating func fitDecay() throws(Problems) {
    let problems = ProblemCollector()
    var fits: [(index: Int, fit: EwmaFit)] = []
    for index in moving {
      guard let fit = EwmaFit(returns: returns.values[index], stepHours: stepHours), fit.converged else {
        problems.record(
          failure(
            "λ of \(assets[index].id) could not be fitted", hint: "give a longer history, or choose another process"))
        continue
      }
      fits.append((index, fit))
    }
    try problems.throwIfAny()
    for (index, fit) in fits {
      records[index].decay = AssetRecord.Decay(
        stepHours: stepHours, lambda: fit.lambda.value,
        fit: FitRecord(
          standardErrors: [("lambda", fit.lambda.standardError)], logLikelihood: fit.logLikelihood,
          observations: fit.observations))
    }
    record.logLikelihood = fits.reduce(0) { $0 + $1.fit.logLikelihood }
    tables.append(
      FittedTable(
        title: "Exponentially weighted variance",
        note:
          "λ of a step and of a day, ± standard error; volatility of the step after the last, a year. For margin models: "
          + "`volatility: { kind: ewma, lambda: …, lambdaPer: day }`.",
        columns: ["λ", "λ per day", "volatility now"],
        rows: fits.map { index, fit in
          (
            assets[index].id,
            [
              FittedFigure(fit.lambda.value, standardError: fit.lambda.standardError), FittedFigure(fit.lambdaPerDay),
              FittedFigure(fit.lastVolatility),
            ]
          )
        }))
    modelVolatility = decayVolatility(Dictionary(uniqueKeysWithValues: fits.map { ($0.index, $0.fit.lambda.value) }))
    method.append(
      "λ by normal quasi-likelihood, asset by asset (RiskMetrics, 1996). A process of that law never returns to a level, so "
        + "paths are drawn, and compared here, under geometric Brownian motion.")
  }

  /// σ of every slot under exponentially weighted squares, annualised.
  private func decayVolatility(_ decays: [Int: Double]) -> [[Double]] {
    let annual = (TimeGrid.hoursPerYear / stepHours).squareRoot()
    return assets.indices.map { index in
      let values = returns.values[index]
      guard let decay = decays[index] else { return values.map { _ in .nan } }
      let estimate = base.assets[index].volatility
      let start = estimate.volatility / annual
      var variance = start * start
      return values.map { value in
        let volatility = variance.squareRoot() * annual
        if !value.isNaN {
          let move = value - estimate.meanReturn
          variance = decay * variance + (1 - decay) * move * move
        }
        return volatility
      }
    }
  }

  /// Regimes common to all assets: so many, or the number with the lowest BIC.
  mutating func fitRegimes(_ options: CalibrationOptions) throws(Problems) {
    guard moving.count == assets.count else {
      throw Problems([
        failure("regimes are fitted to assets that all move", hint: "leave out those whose price never changes")
      ])
    }
    let fits = options.regimes.map { [$0] } ?? Array(RegimeFit.allowedCounts)
    let candidates = fits.compactMap { RegimeFit(returns: returns, regimes: $0) }
    guard let best = candidates.filter({ $0.chain != nil }).min(by: { $0.bic < $1.bic }), best.converged else {
      throw Problems([
        failure(
          "regimes could not be fitted", found: fits.map(String.init).joined(separator: ", "),
          hint: "give a longer history, or another number of regimes")
      ])
    }
    take(best)
    for fit in candidates {
      method.append(
        "\(fit.regimes.isEmpty ? 1 : fit.regimes.count) regime\(fit.regimes.count > 1 ? "s" : ""): log-likelihood "
          + "\(rounded(fit.logLikelihood)), BIC \(rounded(fit.bic)).")
    }
    method.append(
      "Regimes by maximum likelihood through the exact transition matrix of the chain, started by EM; volatilities are "
        + "long-run ones, correlations those of the first regime. Shocks are normal.")
  }

  private mutating func take(_ fit: RegimeFit) {
    regimes = fit.chain
    correlation = fit.correlation
    degreesOfFreedom = nil
    record.degreesOfFreedomError = nil
    record.logLikelihood = fit.logLikelihood
    record.correlationRemark = "Correlation in the first regime, by maximum likelihood with the regimes"
    record.regimes = fit.regimes.map { regime in
      FitRecord(standardErrors: [
        ("volatilityMultiple", regime.volatilityMultiple.standardError),
        ("correlationBlend", regime.correlationBlend.standardError),
        ("meanDurationDays", regime.meanDurationDays.standardError),
      ])
    }
    for index in assets.indices where index < fit.volatilities.count {
      assets[index].volatility = fit.volatilities[index]
    }
    modelVolatility = assets.indices.map { index in
      fit.probabilities.map { row in
        guard row.count == fit.regimes.count, row.allSatisfy(\.isFinite) else { return .nan }
        let square = zip(row, fit.regimes).reduce(0) {
          $0 + $1.0 * $1.1.volatilityMultiple.value * $1.1.volatilityMultiple.value
        }
        return assets[index].volatility * square.squareRoot()
      }
    }
    tables.append(
      FittedTable(
        title: "Regimes",
        note:
          "Multiples of every volatility, how far all correlations go towards 1, expected stay in days, share of time in "
          + "the long run; ± standard errors.",
        columns: ["multiple", "blend", "stay in days", "share of time"],
        rows: fit.regimes.map { regime in
          (
            regime.name,
            [
              FittedFigure(
                regime.volatilityMultiple.value, standardError: regime.volatilityMultiple.standardError),
              FittedFigure(regime.correlationBlend.value, standardError: regime.correlationBlend.standardError),
              FittedFigure(regime.meanDurationDays.value, standardError: regime.meanDurationDays.standardError),
              FittedFigure(regime.share),
            ]
          )
        }))
  }

  /// The block length of a stationary bootstrap.
  mutating func fitBlockLength() throws(Problems) {
    guard let found = BlockLength.of(returns: returns) else {
      throw Problems([
        failure(
          "the block length could not be chosen",
          hint: "every asset must move; leave out those whose price never changes")
      ])
    }
    meanBlockHours = max(stepHours, found.meanBlockHours)
    tables.append(
      FittedTable(
        title: "Block length",
        note: "Mean length of a block in steps, for the squared returns of each asset; the file has "
          + "the mean of them in hours.", columns: ["steps"],
        rows: zip(assets, found.assets).map { ($0.id, [FittedFigure($1.steps)]) }))
    method.append(
      "Block lengths by Politis and White (2004), as corrected in 2009, on squared returns: the memory to keep is that of "
        + "volatility. The rule has no standard error.")
  }
}
