import Kernels
import Markets
import TestSupport

/// Every process besides GARCH: simulated, estimated from its own prices, and compared with what was simulated from.
///
/// Allowances as in `recoveryCase`: maximum likelihood is biased by order 1/n, so a mean may be off by a third of the error
/// of a single estimate besides its own four; of the stated 95 % intervals 85 to 100 % must hold the truth.
let processRecoveryCase = VerificationCase(
  id: "process-recovery", group: .estimation,
  summary: "jumps, Heston, regimes, DCC, EWMA and pegs: estimates centre on the truth, 95 % intervals hold it"
) { setting in
  let studies = [
    try ProcessStudies.merton(paths: 100, days: 2000), try ProcessStudies.marketJumps(paths: 40, days: 2000),
    try ProcessStudies.heston(paths: 40, days: 2000), try ProcessStudies.regimes(paths: 100, days: 2500),
    try ProcessStudies.dynamicCorrelation(paths: 100, days: 2000),
    try ProcessStudies.ewma(paths: 100, steps: 2000), try ProcessStudies.peg(paths: 40, hours: 8760),
  ]
  var rows: [VerificationRow] = []
  for study in studies {
    let study = try required(study, "a study")
    let found = try study.run(workers: setting.workers)
    rows.append(
      .atLeast("\(study.name): fits that settled", bound: 0.9 * Double(study.paths), obtained: Double(found.count)))
    for row in study.rows(of: found) {
      rows.append(
        .estimate(
          "\(study.name): \(row.quantity)", expected: row.expected, obtained: row.obtained,
          standardError: row.standardError, bias: row.deviation / 3))
      rows.append(.between("\(study.name): \(row.quantity), share of intervals", 0.85, 1, obtained: row.coverage))
    }
  }
  return rows
}
