import Clearing
import JobFiles
import Simulation

/// A run of which nothing can be said, because under some model no path reached the horizon.
public struct NoPathCompleted: Error, Sendable, CustomStringConvertible {
  /// The job file.
  public let file: String
  /// Names of the models under which every path ended early.
  public let models: [String]
  /// The number of paths.
  public let paths: Int

  /// Says what happened and where to look.
  public var description: String {
    "\(file): under \(models.joined(separator: ", ")) none of \(paths) paths reached the horizon, because a price or a "
      + "total was no longer a finite number; hint: look at volatilities, drifts, the horizon and impact.coefficient"
  }
}

extension RunPlan {
  /// Throws if under some model there is no path to estimate anything from.
  func requireCompletedPaths(in table: OutcomeTable) throws(NoPathCompleted) {
    let empty = zip(entries, table.pathStates).filter { $1[PathState.completed.rawValue] == 0 }.map(\.0.label.name)
    guard !empty.isEmpty else { return }
    throw NoPathCompleted(file: job.inputs.first?.label ?? job.name, models: empty, paths: table.paths)
  }
}
