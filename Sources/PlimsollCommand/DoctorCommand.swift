import ArgumentParser
import Foundation
import Kernels
import StressTesting

/// `plimsoll doctor`: what a run would stand on, and whether it is sound.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show BLAS, processor, memory and whether they work as expected.",
    discussion: "Example: plimsoll doctor")

  func run() throws {
    BLAS.useOneThread()
    let console = Console()
    try reportingFailures(console) {
      let checks = checks
      let lines =
        facts.map { "\($0.padding(toLength: 18, withPad: " ", startingAt: 0))\($1)" }
        + checks.map { "\($0.isPassed ? "ok      " : "FAILED  ")\($0.name)" }
      try console.output(lines.joined(separator: "\n"))
      for check in checks where !check.isPassed { console.error(check.advice) }
      if checks.contains(where: { !$0.isPassed }) { throw ExitStatus.internalError }
    }
  }

  private var facts: [(String, String)] {
    let memory = Machine.availableMemoryBytes.map { "\($0 / 1_000_000) MB free" } ?? "unknown"
    return [
      ("plimsoll", ProgramVersion.ofThisBuild.summary),
      ("processor", Machine.cpuModel),
      ("compiled for", "\(Machine.compiledFor), \(Machine.compiledVectorWidthBits)-bit vectors"),
      ("instruction sets", Machine.instructionSets.joined(separator: " ")),
      ("cores allowed", "\(Machine.allowedCores)"),
      ("memory", memory),
      ("BLAS", BLAS.configuration),
      ("BLAS flavour", BLAS.flavour.map { "\($0)" } ?? "unknown"),
      ("BLAS kernel", BLAS.coreName),
      ("BLAS threads", "\(BLAS.threadCount)"),
    ]
  }

  private struct Check {
    let name: String
    let isPassed: Bool
    let advice: String
  }

  private var checks: [Check] {
    [
      Check(
        name: "BLAS keeps to one thread", isPassed: BLAS.flavour != .openMP || openMPIsLimited,
        advice: "this OpenBLAS uses OpenMP and ignores the limit on worker threads: set OMP_NUM_THREADS=1"),
      Check(
        name: "a Cholesky factor reproduces its matrix", isPassed: factorIsRight,
        advice: "the BLAS library gives wrong results: install Debian's libopenblas-dev"),
      Check(
        name: "vector and scalar draws agree", isPassed: drawsAgree,
        advice: "compiled for another processor: build again here, or set PLIMSOLL_CPU=x86-64-v3"),
    ]
  }

  private var openMPIsLimited: Bool { ProcessInfo.processInfo.environment["OMP_NUM_THREADS"] == "1" }

  private var factorIsRight: Bool {
    let matrix = Matrix(rows: 2, columns: 2, values: [1, 0.6, 0.6, 1])
    guard let lower = try? CholeskyFactor(matrix).lower else { return false }
    return abs(lower[1, 0] - 0.6) < 1e-15 && abs(lower[1, 1] - 0.8) < 1e-15
  }

  private var drawsAgree: Bool {
    var tile = [Double](repeating: 0, count: pathsPerBlock)
    var span = tile.mutableSpan
    fillNormals(seed: 1, firstPath: 0, step: 1, factorCount: 1, purpose: .priceShock, into: &span)
    return tile.indices.allSatisfy {
      tile[$0] == KeyedDraws(seed: 1, path: UInt64($0), purpose: .priceShock).normal(step: 1, factor: 0)
    }
  }
}
