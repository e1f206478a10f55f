import Markets
import Schema

/// Brings the GARCH figures of a given calibration to the step of the job, and says so.
///
/// How, and what is kept: `GarchParameters.converted(toStepHours:)`. Nothing is applied at another step as it is.
enum GarchStep {
  /// The calibration with all GARCH figures at the step of `grid`; nil, recorded, where some cannot be converted.
  static func converted(
    _ calibration: MarketCalibration, to grid: TimeGrid, at place: SourceLocation, intake: Intake
  ) -> MarketCalibration? {
    let before = intake.problems.count
    var assets = calibration.assets
    var done: [Change: [String]] = [:]
    for index in assets.indices {
      guard assets[index].volatility > 0, let garch = assets[index].garch,
        abs(garch.stepHours - grid.stepHours) > 1e-9 * grid.stepHours
      else { continue }
      do {
        let result = try garch.converted(toStepHours: grid.stepHours)
        assets[index].garch = result.parameters
        done[Change(fromHours: garch.stepHours, method: result.method), default: []].append(assets[index].id)
      } catch {
        intake.problems.record(
          "the GARCH figures of \(assets[index].id) describe another step than the job's", at: place,
          found: "\(garch.stepHours) h", allowed: "\(grid.stepHours) h, or figures that can be converted",
          hint: "\(error)")
      }
    }
    for (change, ids) in done.sorted(by: { $0.value.lexicographicallyPrecedes($1.value) }) {
      intake.warn(
        "the GARCH figures of \(ids.joined(separator: ", ")) describe steps of \(change.fromHours) h and were converted to "
          + "\(grid.stepHours) h: \(words(for: change.method))", at: place)
    }
    guard intake.problems.count == before else { return nil }
    return calibration.replacing(assets: assets)
  }

  /// From which step, and with what kept.
  private struct Change: Hashable {
    let fromHours: Double
    let method: GarchConversion.Method
  }

  private static func words(for method: GarchConversion.Method) -> String {
    switch method {
    case .unchanged: "unchanged"
    case .moments: "variance, kurtosis and autocorrelations of squares over the longer step are kept"
    case .kurtosis:
      "variance, kurtosis and half-life over the longer step are kept, the level of the autocorrelations of squares is about right"
    case .diffusionLimit:
      "variance and half-life are kept, kurtosis over the longer step is not; figures fitted at the job's step are better"
    }
  }
}
