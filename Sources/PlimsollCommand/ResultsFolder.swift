import Foundation
import JobFiles
import Reports

/// The folder that gets the runs of a job: `Results/JOB`, beside the folder that the job file lies in.
struct ResultsFolder {
  /// Its path; relative if the job's, or the one given instead, is relative.
  let path: String

  /// The folder of `job`, which was read from `file`; inside `out` where that is given.
  init(job: StressJob, file: String, out: String?) {
    path = Self.join(out ?? Self.resultsBeside(file), job.name)
  }

  /// Finds out before a long computation whether a folder can be made where the runs will go: makes one in the nearest
  /// folder that exists and takes it away again.
  func checkWritable() throws(IOFailure) {
    let nearest = nearestExisting
    let probe = Self.join(nearest, ".tmp-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: false)
      try FileManager.default.removeItem(atPath: probe)
    } catch {
      let failure = IOFailure("", "", error)
      throw IOFailure(operation: "write results to", path: path, reason: "\(nearest): \(failure.reason)")
    }
  }

  /// This folder or the nearest one above it that exists.
  private var nearestExisting: String {
    var place = URL(fileURLWithPath: path).standardizedFileURL
    while place.path != "/", !FileManager.default.fileExists(atPath: place.path) { place.deleteLastPathComponent() }
    return place.path
  }

  /// `Results` in the folder above that of `file`.
  private static func resultsBeside(_ file: String) -> String {
    let above = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    let path = above.appendingPathComponent("Results").relativePath
    return path.hasPrefix("./") ? String(path.dropFirst(2)) : path
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
