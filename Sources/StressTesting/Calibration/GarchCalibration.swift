import Foundation
import JobFiles
import Markets
import Reports
import Schema

extension FittedMarket {
  /// Takes over the GARCH fits; throws for every asset whose figures no process takes.
  mutating func fitGarch(_ options: CalibrationOptions) throws(Problems) {
    let problems = ProblemCollector()
    var total = 0.0
    for index in moving {
      guard let fit = base.assets[index].garch, let figures = assets[index].garch else { continue }
      total += fit.logLikelihood
      records[index].garch = Self.record(of: fit, options)
      if !options.keepsMean {
        records[index].remarks.append("fitted mean log return of a step, not used: \(rounded(fit.parameters.mean))")
      }
      if fit.isAtBorder {
        warnings.append("\(assets[index].id): a GARCH figure lies at its border, so there are no standard errors")
      }
      guard !figures.isStationary else { continue }
      problems.record(
        failure(
          "the GARCH fit of \(assets[index].id) has no finite long-run variance",
          found: "persistence \(figures.persistence)", hint: "target the variance, or choose another window or process")
      )
    }
    try problems.throwIfAny()
    record.logLikelihood = total
    let isStudent = options.innovations == .studentT
    process = SimulatedProcess(
      kind: process.kind,
      parameters: isStudent && process.kind != "filtered-historical"
        ? [("innovations", "student-t")] : [], stepHours: stepHours)
    modelVolatility = garchVolatility
    tables.append(garchTable)
    method.append(
      "\(options.isAsymmetric ? "GJR-GARCH(1,1)" : "GARCH(1,1)") by maximum likelihood under "
        + "\(isStudent ? "Student-t" : "normal") innovations, standard errors robust to a wrong law of them"
        + (options.targetsVariance ? "; ω is targeted, so that the long-run variance is the sample's." : "."))
  }

  private static func record(of fit: GarchFit, _ options: CalibrationOptions) -> FitRecord {
    let errors = fit.standardErrors
    return FitRecord(
      standardErrors: [
        ("mean", options.keepsMean ? errors?.mean : nil), ("omega", errors?.omega), ("alpha", errors?.alpha),
        ("gamma", options.isAsymmetric ? errors?.gamma : nil),
        ("beta", errors?.beta), ("degreesOfFreedom", errors?.degreesOfFreedom),
      ], logLikelihood: fit.logLikelihood, observations: fit.observations)
  }

  /// σ of every slot by the figures as they are written, annualised.
  private var garchVolatility: [[Double]] {
    let annual = (TimeGrid.hoursPerYear / stepHours).squareRoot()
    return assets.indices.map { index in
      let values = returns.values[index]
      guard let figures = assets[index].garch else { return values.map { _ in .nan } }
      let residuals = FilteredHistorical.residuals(of: values, under: figures)
      return zip(values, residuals).map { value, residual in
        residual == 0 ? .nan : (value - figures.mean) / residual * annual
      }
    }
  }

  private var garchTable: FittedTable {
    FittedTable(
      title: "GARCH",
      note:
        "Figures of log returns of \(text(stepHours)) h, ± standard errors; half-life of a shock to the variance in days; "
        + "volatilities a year.",
      columns: ["ω", "α", "γ", "β", "ν", "persistence", "half-life", "volatility now", "long run"],
      rows: moving.compactMap { index in
        guard let figures = assets[index].garch else { return nil }
        let errors = base.assets[index].garch?.standardErrors
        let halfLife = log(0.5) / log(figures.persistence) * stepHours / 24
        return (
          assets[index].id,
          [
            FittedFigure(figures.omega, standardError: errors?.omega),
            FittedFigure(figures.alpha, standardError: errors?.alpha),
            FittedFigure(figures.gamma, standardError: figures.gamma == 0 ? nil : errors?.gamma),
            FittedFigure(figures.beta, standardError: errors?.beta),
            figures.degreesOfFreedom.map { FittedFigure($0, standardError: errors?.degreesOfFreedom) },
            FittedFigure(figures.persistence, standardError: errors?.persistence), FittedFigure(halfLife),
            FittedFigure(figures.initialVolatility), FittedFigure(figures.longRunVolatility),
          ]
        )
      })
  }

  /// The weights of dynamic correlation, from the residuals of the GARCH fits.
  mutating func fitDynamicCorrelation() throws(Problems) {
    let fits = moving.compactMap { base.assets[$0].garch }
    guard moving.count == assets.count, fits.count == assets.count, let fit = DynamicCorrelationFit(fits: fits),
      fit.converged
    else {
      throw Problems([
        failure(
          "the weights of dynamic correlation could not be fitted",
          hint: "two assets or more are needed, all of which move; leave out the others, or choose garch")
      ])
    }
    weights = DynamicCorrelationWeights(
      stepHours: stepHours, reaction: fit.reaction.value, persistence: fit.persistence.value)
    correlation = fit.correlation
    record.dynamicCorrelation = FitRecord(
      standardErrors: [
        ("reaction", fit.reaction.standardError), ("persistence", fit.persistence.standardError),
      ], logLikelihood: fit.logLikelihood, observations: fit.observations)
    if fit.isAtBorder {
      warnings.append("the weights of dynamic correlation lie at a border: correlations look constant, or never return")
    }
    tables.append(
      FittedTable(
        title: "Dynamic correlation",
        note:
          "a weighs the last joint shock, b the last Q; log-likelihoods of the residuals, with moving and with constant "
          + "correlations.",
        columns: ["a", "b", "log-likelihood", "constant"],
        rows: [
          (
            "all assets",
            [
              FittedFigure(fit.reaction.value, standardError: fit.reaction.standardError),
              FittedFigure(fit.persistence.value, standardError: fit.persistence.standardError),
              FittedFigure(fit.logLikelihood), FittedFigure(fit.constantLogLikelihood),
            ]
          )
        ]))
    record.correlationRemark = "S, the mean that moving correlations return to, by the corrected DCC of Aielli (2013)"
    method.append(
      "DCC weights by normal quasi-likelihood on the GARCH residuals, the corrected model of Aielli (2013); their standard "
        + "errors leave out what the GARCH fits add.")
  }
}
