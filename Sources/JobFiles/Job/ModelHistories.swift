import Clearing
import Kernels
import Markets
import Schema

/// Where a margin model that looks at past moves finds them: files of its own, else the history that the market was made
/// from.
struct ModelHistories {
  /// The calibrated assets.
  let calibration: MarketCalibration
  /// The market's history; nil where the job names none, or replays it: what is replayed is not the past.
  let market: HistoryFile?
  /// Which part of it is used.
  let selection: HistorySelection
  /// The monitoring times.
  let grid: TimeGrid
  /// The file that relative paths start from.
  let base: FileReference
  /// Where problems are recorded.
  let intake: Intake

  /// Where the models of a job on `market` find them.
  init(of market: MarketSection, grid: TimeGrid, base: FileReference, intake: Intake) {
    calibration = market.calibration
    self.market = market.pastPrices
    selection = market.selection
    self.grid = grid
    self.base = base
    self.intake = intake
  }

  /// The past moves for the model at `node`; nil where it names none and the market has none, or, recorded, where they
  /// cannot be read.
  func history(of node: DocumentNode) -> MarginHistory? {
    let assets = calibration.assets.map(\.id)
    let residuals = node["residuals"]
    let own = node["history"]
    if let residuals, own != nil {
      intake.problems.record(
        "residuals and history are both given", at: residuals.location, hint: "leave one of them out")
    }
    if let residuals {
      return ResidualsFile(residuals, base: base, intake: intake).map { .residuals($0.rows(of: calibration.assetIDs)) }
    }
    if let own {
      let everything = HistorySelection(assets: [], from: nil, to: nil, correlationHours: nil, correlation: nil)
      return HistoryFile(own, base: base, intake: intake)?
        .resampled(assets, everything, grid: grid, intake: intake).map { .prices($0) }
    }
    return market?.resampled(assets, selection, grid: grid, intake: intake).map { .prices($0) }
  }
}
