import Foundation
public import Markets

import Kernels
import Schema

/// A calibration as the text of `market.yaml`, with standard errors, likelihoods and the source of every figure.
///
/// Reading the text gives `calibration`, number for number; the same calibration gives the same bytes.
public struct MarketFile: Sendable {
  /// What a job reads from the text: the figures given, rounded to seven significant digits.
  public let calibration: MarketCalibration
  /// The file.
  public let text: String

  /// Writes `calibration`; `record` must have an entry for every asset.
  public init(_ calibration: MarketCalibration, record: CalibrationRecord) {
    let rounded = calibration.rounded
    self.calibration = rounded
    text = MarketText(calibration: rounded, record: record).lines.joined(separator: "\n") + "\n"
  }
}

/// Puts a calibration into lines of YAML.
private struct MarketText {
  let calibration: MarketCalibration
  let record: CalibrationRecord

  var lines: [String] {
    var lines = ["# Written by `plimsoll calibrate`. Estimated figures, no market data."]
    lines += record.remarks.map(YAMLText.comment)
    lines += header
    lines.append("assets:")
    for (asset, remarks) in zip(calibration.assets, record.assets) { lines += self.asset(asset, remarks) }
    for (index, asset) in calibration.derived.enumerated() {
      lines += derived(asset, index < record.pegs.count ? record.pegs[index] : PegRecord())
    }
    lines += marketJumps + correlation + dependence + regimes + weights
    return lines
  }

  private var header: [String] {
    var lines = ["calibration:"]
    lines.append("  process: \(YAMLText.quoted(record.process))")
    if let window = calibration.window {
      lines.append("  source: \(YAMLText.quoted(window.source))")
      lines.append("  sha256: \(YAMLText.quoted(record.sha256))")
      lines.append("  window: { from: \(YAMLText.quoted(window.from)), to: \(YAMLText.quoted(window.to)) }")
      lines.append("  observations: \(window.observations)   # returns of the asset that has fewest")
    }
    lines.append("  frequencyHours: \(YAMLText.number(record.frequencyHours))")
    if let value = record.logLikelihood, value.isFinite { lines.append("  logLikelihood: \(YAMLText.fixed(value))") }
    return lines
  }

  private func asset(_ asset: AssetCalibration, _ record: AssetRecord) -> [String] {
    var lines = ["  - id: \(YAMLText.quoted(asset.id))"]
    lines += record.remarks.map { "    " + YAMLText.comment($0) }
    lines.append("    price: \(YAMLText.number(asset.price))")
    lines.append("    volatility: \(YAMLText.number(asset.volatility))")
    if let error = record.volatilityError, error.isFinite {
      lines.append("    volatilityStandardError: \(YAMLText.number(Rounded.error(error)))")
    }
    lines.append("    drift: \(YAMLText.number(asset.drift))")
    if let garch = asset.garch { lines += self.garch(garch, record.garch) }
    if let jumps = asset.jumps { lines += self.jumps(jumps, record) }
    if let heston = asset.heston { lines += self.heston(heston, record.heston) }
    if let decay = record.decay {
      lines += YAMLText.block(
        "ewma", [("stepHours", decay.stepHours), ("lambda", Rounded.figure(decay.lambda))], decay.fit, indent: 4)
    }
    return lines
  }

  private func derived(_ asset: DerivedAsset, _ record: PegRecord) -> [String] {
    var base = DerivedReading.settlement
    if case .asset(let name) = asset.base { base = name }
    var lines = ["  - id: \(YAMLText.quoted(asset.id))", "    derived:", "      base: \(YAMLText.quoted(base))"]
    if asset.initialRate != 1 { lines.append("      initialRate: \(YAMLText.number(asset.initialRate))") }
    if asset.ratePerYear != 0 { lines.append("      ratePerYear: \(YAMLText.number(asset.ratePerYear))") }
    guard let peg = asset.peg else { return lines }
    lines += YAMLText.block(
      "peg",
      [
        ("halfLifeHours", peg.halfLifeHours), ("volatility", peg.volatility), ("level", peg.level),
        ("initial", peg.initial), ("correlationWithBase", peg.correlationWithBase == 0 ? nil : peg.correlationWithBase),
      ], record.peg, indent: 6)
    guard let depegs = peg.depegs else { return lines }
    let figures = [
      ("intensityPerYear", depegs.intensityPerYear), ("mean", depegs.size.mean), ("deviation", depegs.size.deviation),
      ("halfLifeHours", depegs.halfLifeHours),
    ]
    return lines + YAMLText.block("depegs", figures, record.depegs, indent: 8)
  }

  private func garch(_ garch: GarchParameters, _ fit: FitRecord) -> [String] {
    YAMLText.block(
      "garch",
      [
        ("stepHours", garch.stepHours), ("mean", garch.mean), ("omega", garch.omega), ("alpha", garch.alpha),
        ("gamma", garch.gamma), ("beta", garch.beta), ("degreesOfFreedom", garch.degreesOfFreedom),
        ("initialVolatility", garch.initialVolatility),
      ], fit, indent: 4)
  }

  private func jumps(_ jumps: AssetJumps, _ record: AssetRecord) -> [String] {
    var lines = ["    jumps:"]
    if let common = jumps.marketWide {
      lines += YAMLText.block(
        "marketWide", [("mean", common.mean), ("deviation", common.deviation)], record.marketWideJumps, indent: 6)
    }
    if let own = jumps.own {
      let figures = [
        ("intensityPerYear", own.intensityPerYear), ("mean", own.size.mean), ("deviation", own.size.deviation),
      ]
      lines += YAMLText.block("own", figures, record.ownJumps, indent: 6)
    }
    return lines + YAMLText.fit(record.jumps, indent: 6)
  }

  private func heston(_ heston: HestonParameters, _ fit: FitRecord) -> [String] {
    YAMLText.block(
      "heston",
      [
        ("reversionPerYear", heston.reversionPerYear), ("volatilityOfVariance", heston.volatilityOfVariance),
        ("correlation", heston.correlation), ("initialVolatility", heston.initialVolatility),
      ], fit, indent: 4)
  }

  private var marketJumps: [String] {
    guard let jumps = calibration.marketJumps else { return [] }
    return YAMLText.block(
      "marketJumps",
      [("intensityPerYear", jumps.intensityPerYear), ("sizeCorrelation", jumps.sizeCorrelation)], record.marketJumps,
      indent: 0)
  }

  private var correlation: [String] {
    let matrix = calibration.correlation
    let rows = (0..<matrix.rows).map { row in
      (0..<matrix.columns).map { YAMLText.number(matrix[row, $0]) }.joined(separator: ", ")
    }
    return [YAMLText.comment(record.correlationRemark), "correlation:", "  matrix:"] + rows.map { "    - [\($0)]" }
  }

  private var dependence: [String] {
    guard let degrees = calibration.degreesOfFreedom else { return ["dependence: { kind: gaussian }"] }
    let error = record.degreesOfFreedomError.map { ", standardError: \(YAMLText.number(Rounded.error($0)))" } ?? ""
    return ["dependence: { kind: student-t, degreesOfFreedom: \(YAMLText.number(degrees))\(error) }"]
  }

  private var regimes: [String] {
    guard let chain = calibration.regimes else { return [] }
    let names = chain.regimes.map(\.name)
    return ["regimes:"]
      + chain.regimes.enumerated().flatMap { index, regime -> [String] in
        var lines = [
          "  - name: \(YAMLText.quoted(regime.name))",
          "    volatilityMultiple: \(YAMLText.number(regime.volatilityMultiple))",
          "    correlationBlend: \(YAMLText.number(regime.correlationBlend))",
          "    meanDurationDays: \(YAMLText.number(regime.meanDurationDays))",
        ]
        if names.count > 2 {
          let next = zip(names, regime.nextProbabilities).filter { $0.1 > 0 }
            .map { "\(YAMLText.quoted($0)): \(YAMLText.number($1))" }
          lines.append("    next: { \(next.joined(separator: ", ")) }")
        }
        return lines + (index < record.regimes.count ? YAMLText.fit(record.regimes[index], indent: 4) : [])
      }
  }

  private var weights: [String] {
    var lines: [String] = []
    if let weights = calibration.dynamicCorrelation {
      lines += YAMLText.block(
        "dynamicCorrelation",
        [
          ("stepHours", weights.stepHours), ("reaction", weights.reaction), ("persistence", weights.persistence),
        ], record.dynamicCorrelation, indent: 0)
    }
    if let hours = calibration.meanBlockHours {
      lines += YAMLText.block("bootstrap", [("meanBlockHours", hours)], FitRecord(), indent: 0)
    }
    return lines
  }
}

/// Pieces of YAML.
private enum YAMLText {
  /// A mapping of figures with what is known of them; figures of nil are left out.
  static func block(
    _ key: String, _ figures: [(String, Double?)], _ fit: FitRecord, indent: Int
  ) -> [String] {
    let margin = String(repeating: " ", count: indent)
    let lines = figures.compactMap { name, value in value.map { "\(margin)  \(name): \(number($0))" } }
    return ["\(margin)\(key):"] + lines + self.fit(fit, indent: indent + 2)
  }

  /// `standardErrors`, `logLikelihood`, `observations`, those that there are.
  static func fit(_ fit: FitRecord, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    if !fit.standardErrors.isEmpty {
      let errors = fit.standardErrors.map { "\($0.key): \(number(Rounded.error($0.value)))" }
      lines.append("\(margin)standardErrors: { \(errors.joined(separator: ", ")) }")
    }
    if let value = fit.logLikelihood, value.isFinite { lines.append("\(margin)logLikelihood: \(fixed(value))") }
    if let count = fit.observations { lines.append("\(margin)observations: \(count)") }
    return lines
  }

  /// The shortest decimal that reads back as the same number.
  static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
  }

  /// Two decimals.
  static func fixed(_ value: Double) -> String { String(format: "%.2f", value) }

  /// A line of comment; what could end it is shown by its number.
  static func comment(_ text: String) -> String { "# " + printable(text) }

  /// A double-quoted scalar.
  static func quoted(_ text: String) -> String {
    "\"\(printable(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  /// The text with control and invisible characters as `U+XXXX`.
  private static func printable(_ text: String) -> String {
    guard holdsControlCharacters(text) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      let one = String(scalar)
      shown += holdsControlCharacters(one) ? "U+" + String(scalar.value, radix: 16, uppercase: true) : one
    }
    return shown
  }
}
