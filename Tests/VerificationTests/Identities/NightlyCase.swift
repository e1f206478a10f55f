import Foundation
import JobFiles
import Reports
import RiskMeasures
import Simulation
import StressTesting

/// The embedded nightly job: money is conserved, results do not depend on workers or on how long a run is, and the
/// matched model has the baseline's average initial margin.
let nightlyCase = VerificationCase(
  id: "nightly", group: .identities,
  summary: "the nightly job (10,000 accounts, 12 markets, 240 hours): conservation, prefixes, workers, matching"
) { setting in
  let long = try nightlyReport(paths: 10_000, workers: setting.workers)
  let short = try nightlyReport(paths: 600, workers: 1)
  let shortOnThree = try nightlyReport(paths: 600, workers: 3)
  let isPrefix = zip(long.losses, short.losses).allSatisfy { $0.values.prefix(600).elementsEqual($1.values) }
  let isSame = try summaryBytes(short) == summaryBytes(shortOnThree)
  let completed = long.pathStates.first { $0.name == "\(PathState.completed)" }?.count ?? 0
  return [
    .atMost(
      "largest conservation residual over 10,000 paths and \(long.models.count) models", bound: 1e-9,
      obtained: long.largestConservationResidual),
    .holds(
      "paths that ran to the end", expected: "\(10_000 * long.models.count)", obtained: "\(completed)",
      completed == 10_000 * long.models.count),
    .holds(
      "losses of the first 600 paths of 10,000 = the run of 600, bit for bit", expected: "same",
      obtained: isPrefix ? "same" : "different", isPrefix),
    .holds(
      "summary.json of 1 and 3 workers, bytes", expected: "same", obtained: isSame ? "same" : "different", isSame),
  ] + matchedRows(long)
}

private func nightlyReport(paths: Int, workers: Int) throws -> StressReport {
  let job = try StressJob.load(
    path: ProjectFolders.package + "/Jobs/nightly.yaml", overrides: [JobOverride(keyPath: "paths", yaml: "\(paths)")])
  return try StressTest(job).run(workers: workers)
}

private func summaryBytes(_ report: StressReport) throws -> [UInt8] {
  try SummaryJSON().files(for: report).flatMap(\.bytes)
}

/// Mean initial margin of each matched model against the baseline; the factor's own error comes on top. The matching
/// holds prices exogenous, the run includes the impact of liquidations on marks: 0.1 % is allowed for that.
private func matchedRows(_ report: StressReport) -> [VerificationRow] {
  report.comparisons.flatMap { comparison -> [VerificationRow] in
    let model = report.models[comparison.model]
    guard model.matching == Matching.equalAverageInitialMargin.rawValue else { return [] }
    return comparison.differences.filter { $0.label.id == "margin.initial.mean" }.compactMap { difference in
      guard let level = report.models[0].estimates.first(where: { $0.label == difference.label })?.value else {
        return nil
      }
      let factorError = level * model.factorStandardError / model.factor
      let error = (difference.standardError * difference.standardError + factorError * factorError).squareRoot()
      return .estimate(
        "\(model.name), matched: average initial margin minus the baseline's, over it", expected: 0,
        obtained: difference.difference / level, standardError: error / level, bias: 1e-3)
    }
  }
}
