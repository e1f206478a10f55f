import Clearing
import JobFiles
import Kernels
import Markets
import Schema

/// `paths`: asset-steps a second by process; two of them against NumPy, Numba and the sum of their parts.
func runPaths(_ session: Session) throws {
  let (assets, steps) = (20, 240)
  let limits = try Limits(session, assets: assets, points: steps + 1)
  limits.report(to: session.table, assets: assets)
  let sizes = ["--assets", "\(assets)", "--steps", "\(steps)", "--paths", "4096"]
  let work = Double(4096 * assets * steps)

  let brownian = try market(assets: assets, steps: steps)
  let rate = try pathRate(session, brownian)
  let limit = Double(session.workers) / limits.geometricStep
  for peer in ["numpy", "numba"] {
    let theirs = session.peer("gbm-\(peer)", sizes).map { work / $0.seconds }
    let again = try pathRate(session, brownian)
    session.table.add(
      Row(
        name: "paths.gbm.\(assets)x\(steps)", figure: max(rate, again), unit: "asset-steps/s", against: peer,
        ratio: theirs.map { max(rate, again) / $0 }, fractionOfLimit: max(rate, again) / limit,
        note: theirs.map { "they: \(short($0))" } ?? "\(peer) did not run"))
  }
  let garch = try market(assets: assets, steps: steps, isGarch: true)
  let ours = try pathRate(session, garch)
  let theirs = session.peer("garch-numba", sizes).map { work / $0.seconds }
  session.table.add(
    Row(
      name: "paths.garch-t.\(assets)x\(steps)", figure: ours, unit: "asset-steps/s", against: "numba",
      ratio: theirs.map { ours / $0 }, fractionOfLimit: ours / limit,
      note: theirs.map { "they: \(short($0))" } ?? "numba did not run"))
  try runProcessesOfTheNightlyMarket(session)
}

/// Every process that the nightly job's calibration has figures for, at its twelve assets, as a job would ask for it.
private func runProcessesOfTheNightlyMarket(_ session: Session) throws {
  for kind in allPriceProcesses.map({ $0.kind.name }) {
    let override = try JobOverride(argument: "market.process={ kind: \(kind) }")
    // Of the others the calibration has no figures.
    guard let job = try? StressJob.load(path: "\(session.root)/Jobs/nightly.yaml", overrides: [override]) else {
      continue
    }
    session.table.add(
      Row(
        name: "paths.nightly-market.\(kind)", figure: try pathRate(session, job.market, blocks: 16),
        unit: "asset-steps/s", note: "\(job.market.assetIDs.count) assets, Student-t dependence"))
  }
}

/// Asset-steps a second of a market's generator on all workers.
func pathRate(_ session: Session, _ market: MarketModel, blocks: Int = 32) throws -> Double {
  let generator = PathGenerator(market: market, seed: 1)
  let seconds = try session.seconds(threads: session.workers) {
    try WorkerPool(workers: session.workers).forEachBlock(
      count: blocks, makeWorkspace: { _ in PathBuffers(generator) }
    ) { block, buffers in
      generator.generate(block: block, into: &buffers.block, workspace: &buffers.workspace)
    }
  }
  return Double(blocks * pathsPerBlock * market.assetIDs.count * market.grid.steps) / seconds
}

struct PathBuffers: ~Copyable {
  var block: PathBlock
  var workspace: PathWorkspace

  init(_ generator: PathGenerator) {
    block = generator.makeBlock()
    workspace = generator.makeWorkspace()
  }
}

/// Hourly prices of so many assets of like volatility, 60 % a year times `stress`.
func market(
  assets: Int, steps: Int, isGarch: Bool = false, stress: Double = 1, isStudent: Bool? = nil
) throws -> MarketModel {
  guard let grid = TimeGrid(steps: steps, stepHours: 1) else { throw Failure("no grid of \(steps) steps") }
  let volatility = 0.6 * stress
  let ids = (0..<assets).map { "A\($0)" }
  let variance = volatility * volatility * grid.stepYears
  let garch = GarchParameters(
    stepHours: 1, mean: 0, omega: 0.02 * variance, alpha: 0.08, gamma: 0, beta: 0.9, degreesOfFreedom: nil,
    initialVolatility: volatility)
  let process: any PriceProcess =
    isGarch
    ? Garch(
      prices: ids.map { _ in 100 }, parameters: ids.map { _ in garch },
      margins: [MarginalMap?](repeating: nil, count: assets))
    : GeometricBrownianMotion(
      assets: ids.map { AssetCalibration(id: $0, price: 100, volatility: volatility) }, grid: grid)
  return try MarketModel(
    assetIDs: ids, grid: grid, process: process,
    dependence: isStudent ?? isGarch ? .studentT(degreesOfFreedom: 4) : .gaussian, correlation: correlation(assets))
}
