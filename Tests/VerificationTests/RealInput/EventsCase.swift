import Foundation
import JobFiles
import Reports
import RiskMeasures
import StressTesting

/// Seven crises, replayed from public bars on the embedded portfolios, as scenarios of one job each.
let eventsCase = VerificationCase(
  id: "events", group: .realInput,
  summary: "March 2020 to October 2025 from bars, on the perpetual venue and the lending pool of today"
) { setting in
  let files = [EventsJob.hourly, EventsJob.fourHourly]
  guard files.allSatisfy({ FileManager.default.fileExists(atPath: "\(setting.data)/\($0)") }) else {
    return [.skipped("historical events", because: "\(files.joined(separator: " or ")) is not in \(setting.data)")]
  }
  return try [EventsJob.perpetual, EventsJob.lending].flatMap { job in
    let file = try job.write(data: setting.data, to: "\(setting.results)/events-input")
    let report = try StressTest(try StressJob.load(path: file)).run(workers: setting.workers)
    let written = try RunFolder(parent: "\(setting.results)/\(job.name)", name: report.provenance.folderName)
      .write(report.files(in: allReportFormats))
    return rows(report, job) + [.noted("report", published: "", obtained: written)]
  }
}

/// Every event is one path that ran to its end and keeps the money; the crash of March 2020 exhausts the reserve.
private func rows(_ report: StressReport, _ job: EventsJob) -> [VerificationRow] {
  let events = report.scenarios.dropFirst()
  func figure(_ scenario: ScenarioResult, _ id: String) -> Double {
    scenario.figures.first?.first { $0.id == "scenario.\(id)" }?.value ?? .nan
  }
  let complete = events.count { $0.description.isOnePath && $0.pathStates.first?.count == report.models.count }
  let shown = events.map { "\($0.description.displayName) \(significant(figure($0, "loss.mean") / 1e6, digits: 3))m" }
  return [
    .holds("\(job.name): events that ran to their end", expected: "7", obtained: "\(complete)", complete == 7),
    .atMost(
      "\(job.name): largest conservation residual", bound: 1e-9,
      obtained: events.map(\.largestConservationResidual).max() ?? .nan),
    .atLeast(
      "\(job.name): uncovered loss of March 2020", bound: 1e6,
      obtained: events.first.map { figure($0, "uncovered.mean") } ?? .nan),
    .noted("\(job.name): losses", published: "", obtained: shown.joined(separator: ", ")),
  ]
}
