import Foundation
import Kernels
import Markets
import Simulation

/// `scaling`: how many times quicker all workers are than one, by the clock on the wall; the aim is 1.85 on two cores.
///
/// Only a machine that nobody else uses answers this: processor seconds do not know how long workers wait.
func runScaling(_ session: Session) throws {
  func wall(_ work: () throws -> Void) rethrows -> Double {
    try work()
    var best = Double.infinity
    for _ in 0..<3 {
      let begun = Machine.monotonicSeconds
      try work()
      best = min(best, Machine.monotonicSeconds - begun)
    }
    return best
  }
  func report(_ name: String, _ venue: BenchmarkVenue? = nil, _ seconds: (Int) throws -> Double) throws {
    let factor = try seconds(1) / seconds(session.workers)
    session.table.add(
      Row(
        name: "scaling.\(name)", figure: factor, unit: "x one worker", against: "\(session.workers) workers",
        ratio: factor, fractionOfLimit: factor / Double(session.workers), meanPositions: venue?.meanPositions,
        note: "by the wall"))
  }
  let brownian = try market(assets: 20, steps: 240)
  try report("paths.gbm.20x240") { workers in
    let generator = PathGenerator(market: brownian, seed: 1)
    return try wall {
      try WorkerPool(workers: workers).forEachBlock(
        count: 32, makeWorkspace: { _ in PathBuffers(generator) }
      ) { block, buffers in
        generator.generate(block: block, into: &buffers.block, workspace: &buffers.workspace)
      }
    }
  }
  for (name, stress) in [("calm", 0.75), ("stressed", 2.5)] {
    let prices = try market(assets: 12, steps: 240, stress: stress, isStudent: true)
    let venue = try BenchmarkVenue(market: prices, accounts: 10_000, hasImpact: true)
    let simulator = venue.simulator(paths: name == "calm" ? 8192 : 4096)
    try report("evaluate.\(name).impact.10000", venue) { workers in try wall { _ = try simulator.run(workers: workers) }
    }
  }
}

/// Runs as the child: a benchmark venue of so many accounts on so many paths, for its memory.
func runMemoryChild(_ session: Session) throws {
  let venue = try BenchmarkVenue(
    market: market(assets: 12, steps: 240, stress: 0.75, isStudent: true), accounts: session.memoryAccounts,
    hasImpact: true)
  let start = Machine.monotonicSeconds
  _ = try venue.simulator(paths: session.memoryPaths).run(workers: session.workers)
  let figures = JobFigures(
    wallSeconds: Machine.monotonicSeconds - start, cpuSeconds: Machine.cpuSeconds, peakBytes: Machine.peakResidentBytes)
  FileHandle.standardOutput.write(try JSONEncoder().encode(figures))
}

/// `memory`: the most that a million paths of 10,000 accounts, and a million accounts, hold; each in a process of its own.
func runMemory(_ session: Session) throws {
  for (accounts, paths, limit) in [(1_000_000, 512, 2e9), (10_000, session.memoryPaths, 5e8)] {
    let output = try session.output(
      of: CommandLine.arguments[0],
      [
        "--child", "memory", "--root", session.root, "--memory-paths", "\(paths)", "--memory-accounts", "\(accounts)",
        "--workers", "\(session.workers)",
      ])
    let figures = try JSONDecoder().decode(JobFigures.self, from: output)
    session.table.add(
      Row(
        name: "memory.\(accounts)-accounts.\(paths)-paths", figure: Double(figures.peakBytes) / 1e6, unit: "MB at most",
        against: "\(Int(limit / 1e6)) MB", ratio: limit / Double(figures.peakBytes),
        note:
          "12 assets, 240 steps, calm, with impact, one model, \(session.workers) workers; \(short(figures.cpuSeconds)) "
          + "processor seconds"))
  }
}
