import Kernels
import Markets
import TestSupport

/// Simulates 160 series of 4,000 hourly returns from each law, fits them, and compares with the truth.
///
/// Estimates by maximum likelihood are biased by order 1/n, so their mean may be off by its own standard errors and by a
/// quarter of the standard error of a single estimate. Of the stated 95 % intervals 85 to 100 % must hold the truth.
let recoveryCase = VerificationCase(
  id: "recovery", group: .estimation,
  summary: "GARCH estimates centre on the truth and their 95 % intervals hold it (160 series of 4,000 returns a law)"
) { setting in
  let laws = recoveryLaws
  let rows = try WorkerPool(workers: setting.workers).map(blocks: laws.count, makeWorkspace: { _ in 0 }) { index, _ in
    laws[index].rows
  }
  return rows.flatMap { $0 }
}

/// One law and what is fitted to it.
private struct RecoveryLaw {
  let name: String
  let study: GarchRecovery

  init(_ name: String, gamma: Double = 0, degreesOfFreedom: Double? = nil, _ specification: GarchSpecification) {
    self.name = name
    let truth = GarchParameters(
      stepHours: 1, mean: 1e-4, omega: 2e-6, alpha: 0.06, gamma: gamma, beta: 0.88, degreesOfFreedom: degreesOfFreedom,
      initialVolatility: 0)
    study = GarchRecovery(truth: truth, specification: specification, observations: 4000, series: 160)
  }

  var rows: [VerificationRow] {
    let fits = study.fits()
    let converged = VerificationRow.atLeast(
      "\(name): fits that converged", bound: Double(study.series) * 0.95, obtained: Double(fits.count))
    return [converged]
      + study.rows(of: fits).flatMap { row in
        let single = row.standardError * Double(fits.count).squareRoot()
        return [
          VerificationRow.estimate(
            "\(name): \(row.quantity)", expected: row.expected, obtained: row.obtained,
            standardError: row.standardError, bias: 0.25 * single),
          .between("\(name): \(row.quantity), share of intervals", 0.85, 1, obtained: row.coverage),
        ]
      }
  }
}

private let recoveryLaws = [
  RecoveryLaw("normal", GarchSpecification(innovations: .normal)),
  RecoveryLaw("normal, targeted", GarchSpecification(innovations: .normal, targetsVariance: true)),
  RecoveryLaw("t(6) by normal quasi-likelihood", degreesOfFreedom: 6, GarchSpecification(innovations: .normal)),
  RecoveryLaw(
    "GJR t(6), targeted", gamma: 0.05, degreesOfFreedom: 6,
    GarchSpecification(innovations: .studentT, isAsymmetric: true, targetsVariance: true)),
]
