import Clearing
import Foundation
import JobFiles
import Kernels
import Markets
public import Reports
import Simulation
import Venues

/// A path or model that a job does not have.
public struct NoSuchPath: Error, Sendable, CustomStringConvertible {
  /// What was asked for and what there is.
  public let description: String
}

extension StressTest {
  /// Replays one path of the job's own market alone, with everything that happens on it.
  ///
  /// The path is the run's, number for number, whatever else the run computes.
  ///
  /// - Parameters:
  ///   - path: its index, from 0 to one below the job's number of paths.
  ///   - model: name of the margin model as the report shows it; nil means the baseline.
  ///   - workers: number of threads, for matching models to each other.
  /// - Throws: `NoSuchPath`.
  public func trace(path: Int, model: String? = nil, workers: Int? = nil) throws -> PathTrace {
    guard path >= 0, path < job.paths else {
      throw NoSuchPath(description: "--path: found \(path), allowed: 0 to \(job.paths - 1), the paths of the job")
    }
    BLAS.useOneThread()
    let plan = try RunPlan(job, workers: max(1, workers ?? Machine.allowedCores))
    let names = plan.entries.map(\.displayName)
    let index = model.map { name in
      names.firstIndex(of: name) ?? plan.entries.firstIndex { $0.label.name == name }
    }
    guard let index = index ?? 0, plan.entries.indices.contains(index) else {
      throw NoSuchPath(description: "--model: found '\(model ?? "")', allowed: \(names.joined(separator: "; "))")
    }
    return plan.trace(path: path, entry: index)
  }
}

extension RunPlan.ModelEntry {
  /// The name as reports show it.
  var displayName: String {
    ModelResult(
      name: label.name, kind: label.kind, isDynamic: label.isDynamic, matching: label.matching.rawValue, estimates: []
    ).displayName
  }
}

extension RunPlan {
  /// The trace of one path under one entry.
  func trace(path: Int, entry: Int) -> PathTrace {
    let recorder = TraceRecorder(plan: self, requirements: startRequirements(entry: entry))
    let outcomes = simulator.outcomes(path: path, model: entry, observer: recorder)
    return PathTrace(
      job: job.name, seed: job.seed, path: path, model: entries[entry].displayName, assets: job.market.assetIDs,
      venues: zip(venues, outcomes).map { venue, values in
        PathTrace.Venue(
          id: venue.venue.id, loss: values[PathQuantity.loss.rawValue],
          uncovered: values[PathQuantity.uncovered.rawValue])
      }, steps: recorder.steps, liquidations: recorder.liquidations,
      isNonFinite: outcomes.contains { $0[PathQuantity.loss.rawValue].isNaN })
  }

  /// Maintenance requirement of all accounts of each venue at t = 0 under one entry.
  private func startRequirements(entry: Int) -> [Double] {
    venues.indices.map { venue in
      let curve = HealthCurve(
        book: venues[venue].venue.book, model: job.marginModels[entries[entry].jobModel].venues[venue].model,
        scale: entries[entry].plans[venue].scale, prices: job.market.initialPrices)
      return venues[venue].venue.book.accounts.indices.reduce(0) {
        $0 + curve.health(of: $1).requirement.maintenance
      }
    }
  }

  /// The path with the largest loss of all venues under each entry; none where no path completed. Of equal ones the first.
  func worstPaths(in table: OutcomeTable) -> [WorstPath] {
    entries.indices.compactMap { entry in
      let losses = venues.indices.map { table.series(model: entry, venue: $0)[.loss] }
      var worst: (path: Int, loss: Double)?
      for path in 0..<table.paths {
        let loss = losses.reduce(0) { $0 + $1[path] }
        if loss.isFinite, loss > worst?.loss ?? -.infinity { worst = (path, loss) }
      }
      return worst.map {
        WorstPath(model: entry, path: $0.path, loss: $0.loss, command: command(path: $0.path, entry: entry))
      }
    }
  }

  private func command(path: Int, entry: Int) -> String {
    let file = Self.argument(job.inputs.first?.label ?? "JOB.yaml")
    let model = entry == 0 ? "" : " --model " + Self.argument(entries[entry].displayName)
    return "plimsoll run \(file) --path \(path)\(model)"
  }

  /// A text as one argument of a shell: in single quotes unless it is plain.
  private static func argument(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x2D && byte <= 0x39) || byte == 0x5F
    }
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}

/// Writes down a replay as it goes.
private final class TraceRecorder: ReplayObserver {
  private(set) var steps: [PathTrace.Step] = []
  private(set) var liquidations: [PathTrace.Liquidation] = []
  private let plan: RunPlan
  private var liquidated: [Double]
  private var closings: [Int]
  private var waves: [Int]
  private var step = 1

  /// `requirements` are those of the venues at t = 0.
  init(plan: RunPlan, requirements: [Double]) {
    self.plan = plan
    liquidated = plan.venues.map { _ in 0 }
    closings = plan.venues.map { _ in 0 }
    waves = closings
    let start = plan.venues[0].startPrices
    let standing = plan.venues.indices.map { venue in
      PathTrace.VenueStep(
        reserve: plan.venues[venue].rules.reserve.balance, equity: plan.venues[venue].totalEquity,
        requirement: requirements[venue], shortfalls: 0, uncovered: 0, liquidated: 0, closings: 0, waves: 0)
    }
    steps = [PathTrace.Step(hours: 0, exogenous: start, marks: start, venues: standing)]
  }

  func extremeReached(_ extreme: StepExtreme, step: Int, snapshot: VenueSnapshot) { self.step = step }

  func stepBegan(_ step: Int, snapshot: VenueSnapshot) { self.step = step }

  func waveBooked(_ wave: Int, closings records: [ClosingRecord], fills: [Double], venue: Int) {
    let about = plan.venues[venue].venue
    for record in records {
      liquidations.append(
        PathTrace.Liquidation(
          hours: Double(step) * plan.job.grid.stepHours, wave: wave, venue: about.id,
          account: about.book.accounts[record.account].id, notional: record.notional,
          cause: record.cause.map { "\($0)" }))
      liquidated[venue] += record.notional
    }
    closings[venue] += records.count
    waves[venue] += 1
  }

  func stepEnded(_ step: Int, snapshot: VenueSnapshot) {
    if snapshot.venue == 0 {
      steps.append(
        PathTrace.Step(
          hours: Double(step) * plan.job.grid.stepHours, exogenous: snapshot.exogenous, marks: snapshot.marks,
          venues: []))
    }
    let venue = snapshot.venue
    steps[steps.count - 1].venues.append(
      PathTrace.VenueStep(
        reserve: snapshot.reserve, equity: snapshot.equities.reduce(0, +), requirement: snapshot.requirement,
        shortfalls: snapshot.shortfalls, uncovered: snapshot.uncovered, liquidated: liquidated[venue],
        closings: closings[venue], waves: waves[venue]))
    waves[venue] = 0
  }
}
