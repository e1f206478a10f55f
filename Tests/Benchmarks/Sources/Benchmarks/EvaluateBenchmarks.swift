import Foundation
import Clearing
import Kernels
import Markets
import Simulation
import Venues
import TestSupport

/// One run of the engine on a benchmark venue, price generation included.
struct Evaluation {
  var checksPerSecond: Double
  var secondsPerPath: Double
  var shareTouched: Double
  var touched: Double

  init(_ session: Session, _ venue: BenchmarkVenue, paths: Int, workers: Int? = nil, rounds: Int = 1) throws {
    let simulator = venue.simulator(paths: paths)
    var table: OutcomeTable?
    let threads = workers ?? session.workers
    let seconds = try session.seconds(rounds: rounds, threads: threads) { table = try simulator.run(workers: threads) }
    let accounts = Double(venue.venue.book.accounts.count)
    touched = table?.series(model: 0, venue: 0)[.liquidatedAccounts].reduce(0, +) ?? .nan
    checksPerSecond = accounts * Double(venue.market.grid.steps * paths) / seconds
    secondsPerPath = seconds / Double(paths)
    shareTouched = touched / accounts / Double(paths)
  }
}

/// `evaluate`: account-checks a second, an account at a step of a path being one check, decided.
func runEvaluate(_ session: Session) throws {
  let (assets, steps) = (12, 240)
  let calm = try market(assets: assets, steps: steps, stress: 0.75, isStudent: true)
  let stressed = try market(assets: assets, steps: steps, stress: 2.5, isStudent: true)
  let cases: [(name: String, market: MarketModel, hasImpact: Bool)] = [
    ("calm.no-impact", calm, false), ("calm.impact", calm, true), ("stressed.no-impact", stressed, false),
    ("stressed.impact", stressed, true),
  ]
  for (accounts, paths, rounds) in [(1_000, 4096, 2), (10_000, 4096, 2), (100_000, 64, 1), (1_000_000, 32, 1)] {
    // Workers share out blocks of 256 paths; a part of one, where a path takes long, is for one worker.
    let workers = paths < pathsPerBlock ? 1 : session.workers
    for each in cases where accounts < 1_000_000 || each.hasImpact {
      let venue = try BenchmarkVenue(market: each.market, accounts: accounts, hasImpact: each.hasImpact)
      let found = try Evaluation(session, venue, paths: paths, workers: workers, rounds: rounds)
      session.table.add(
        Row(
          name: "evaluate.\(each.name).\(accounts)", figure: found.checksPerSecond, unit: "checks/s",
          shareTouched: found.shareTouched, meanPositions: venue.meanPositions,
          note: workers == 1
            ? "one worker" : "\(workers) workers, \(short(found.checksPerSecond / Double(workers))) each"))
    }
  }
  try evaluateOptions(session)
  try againstNumba(session, calm)
  try againstTwin(session, calm)
}

/// First passage without impact, 10,000 accounts, the same prices.
private func againstNumba(_ session: Session, _ market: MarketModel) throws {
  let paths = 256
  let venue = try BenchmarkVenue(market: market, accounts: 10_000, hasImpact: false)
  let ours = try Evaluation(session, venue, paths: 4096, rounds: 2)
  let same = try Evaluation(session, venue, paths: paths)
  let folder = FileManager.default.temporaryDirectory.appending(path: "plimsoll-benchmark-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let generator = PathGenerator(market: market, seed: 1)
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  generator.generate(block: 0, into: &block, workspace: &workspace)
  let book = venue.venue.book
  try write(book.rowStart, "starts.i32", folder)
  try write(book.column, "columns.i32", folder)
  try write(book.quantity, "quantities.f64", folder)
  try write(book.cash, "cash.f64", folder)
  try write(book.columns.map { _ in BenchmarkVenue.maintenanceRate }, "rates.f64", folder)
  // Columns are numbered as they are first held: the peer gets prices in that order.
  let points = block.points
  let prices = (0..<paths).flatMap { path in
    book.columns.flatMap { column in
      let start = block.slab(path).lowerBound + column.asset * points
      return block.values[start..<start + points]
    }
  }
  try write(prices, "prices.f64", folder)
  let peer = session.peer(
    "evaluate-numba",
    ["--folder", folder.path(), "--assets", "\(book.columns.count)", "--steps", "\(points - 1)"])
  let theirs = peer.map { Double(book.accounts.count * (points - 1) * paths) / $0.seconds }
  let agreement = peer.map { "both find \(Int($0.result)) and \(Int(same.touched)) liquidations" }
  session.table.add(
    Row(
      name: "evaluate.calm.no-impact.10000", figure: ours.checksPerSecond, unit: "checks/s", against: "numba",
      ratio: theirs.map { ours.checksPerSecond / $0 }, shareTouched: ours.shareTouched,
      meanPositions: venue.meanPositions,
      note: theirs.map { "they, with early exit: \(short($0)); \(agreement ?? "")" } ?? "numba did not run"))
}

private func write<Number>(_ numbers: [Number], _ name: String, _ folder: URL) throws {
  try numbers.withUnsafeBytes { try Data($0).write(to: folder.appending(path: name)) }
}

/// The plain reference on a small book, one worker.
private func againstTwin(_ session: Session, _ market: MarketModel) throws {
  let venue = try BenchmarkVenue(market: market, accounts: 200, hasImpact: true)
  let generator = PathGenerator(market: market, seed: 1)
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  generator.generate(block: 0, into: &block, workspace: &workspace)
  let prices = market.assetIDs.indices.map { asset in
    (0..<block.points).map { block.price(path: 0, asset: asset, point: $0) }
  }
  let volatilities = market.process.longRunVolatilities
  let reference = ReferenceMarket(
    stepHours: market.grid.stepHours, exogenous: prices, initialVolatilities: volatilities,
    longRunVolatilities: volatilities, depths: venue.venue.depths, impact: venue.rules.impact)
  let twin = ReferenceVenue(venue: venue.venue, rules: venue.rules, model: .tiered(venue.rules.brackets))
  let seconds = session.seconds(rounds: 1, threads: 1) {
    var simulator = ReferenceSimulator(venues: [twin], market: reference, atStart: .close)
    _ = simulator.run()
  }
  let theirs = Double(200 * market.grid.steps) / seconds
  let ours = try Evaluation(session, venue, paths: 1024, workers: 1)
  session.table.add(
    Row(
      name: "evaluate.calm.impact.200", figure: ours.checksPerSecond, unit: "checks/s", against: "reference twin",
      ratio: ours.checksPerSecond / theirs, shareTouched: ours.shareTouched, meanPositions: venue.meanPositions,
      note: "one worker each; it: \(short(theirs))"))
}
