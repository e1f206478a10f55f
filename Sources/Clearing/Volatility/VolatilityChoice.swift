import Markets
import Schema
import Venues

/// The `volatility:` of a dynamic model: how the venue estimates it.
enum VolatilityChoice {
  /// The words of the file.
  private enum Estimator: String, CaseIterable {
    case ewma
    case garch
  }

  static let parameter = Parameter<DocumentNode>.nested(
    "volatility", allowed: "{ kind: ewma, lambda: 0.94, lambdaPer: day | step } or { kind: garch }", isOptional: true,
    "how the venue estimates volatility: exponentially weighted, or the calibrated GARCH's forecast over the margin period"
  )
  private static let kind = Parameter<Estimator>.choice("kind", default: .ewma, "the estimator of volatility")

  /// One recursion per asset; nil, recorded, where they cannot be made. `periodHours` is the margin period that a
  /// forecast is for.
  static func recursions(
    reading reader: inout ParameterReader, periodHours: Double?, context: MarginContext
  ) -> [VolatilityRecursion]? {
    let place = reader.location.appending(key: parameter.description.key)
    let node = reader.take(parameter.description.key) ?? DocumentNode(.null, at: place)
    var nested = ParameterReader(node, problems: reader.problems)
    guard let kind = nested.read(Self.kind) else {
      nested.finish()
      return nil
    }
    switch kind {
    case .ewma:
      return ExponentialVolatility(reading: &nested, grid: context.grid).map { estimator in
        context.initialVolatilities.map { VolatilityRecursion(estimator, initialVolatility: $0) }
      }
    case .garch:
      nested.finish()
      guard let periodHours else { return nil }
      return garch(steps: periodHours / context.grid.stepHours, context, nested)
    }
  }

  /// The calibrated GARCH of every asset that moves.
  private static func garch(
    steps: Double, _ context: MarginContext, _ reader: ParameterReader
  ) -> [VolatilityRecursion]? {
    guard let assets = context.calibration?.assets else {
      reader.record(
        "there are no calibrated GARCH figures", key: "kind", found: "garch",
        hint: "calibrate them with market.history, or use kind: ewma")
      return nil
    }
    let margined = Set(
      context.venue.instruments.compactMap { instrument in
        if case .perpetual(let terms) = instrument.kind { terms.asset } else { nil }
      })
    let still = VolatilityRecursion.still(stepYears: context.grid.stepYears)
    // Assets that are derived from others come after those of the calibration and have no figures of their own.
    let found = context.initialVolatilities.indices.map { index -> VolatilityRecursion? in
      guard margined.contains(index) else { return still }
      guard assets.indices.contains(index) else {
        reader.record(
          "a perpetual's asset is derived from another and has no GARCH figures", key: "kind", found: "garch",
          hint: "use kind: ewma")
        return nil
      }
      if assets[index].volatility == 0 { return still }
      return recursion(of: assets[index], steps: steps, context, reader)
    }
    let made = found.compactMap(\.self)
    return made.count == found.count ? made : nil
  }

  private static func recursion(
    of asset: AssetCalibration, steps: Double, _ context: MarginContext, _ reader: ParameterReader
  ) -> VolatilityRecursion? {
    let step = context.grid.stepHours
    guard let garch = asset.garch, garch.isStationary else {
      reader.record(
        "\(asset.id) has no GARCH figures to forecast with", key: "kind", found: "garch",
        hint: "calibrate them with market.history under a process that fits them, or use kind: ewma")
      return nil
    }
    guard abs(garch.stepHours - step) <= 1e-9 * step else {
      reader.record(
        "the GARCH figures of \(asset.id) describe another step than the job's", key: "kind",
        found: "\(garch.stepHours) h", allowed: "\(step) h",
        hint: "set horizon.stepHours to \(garch.stepHours), or use kind: ewma")
      return nil
    }
    return VolatilityRecursion(garch, horizonSteps: steps)
  }
}
