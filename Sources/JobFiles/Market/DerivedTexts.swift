import Markets
import Schema

extension MarketCalibration {
  /// What follows from the process's prices, in words for the report: derived assets, funding rates that move, implied
  /// volatilities.
  var derivedTexts: [ParameterText] {
    var texts = derived.map { ParameterText(key: "derived.\($0.id)", value: $0.words) }
    let funded = assets.filter { $0.funding != nil }.map(\.id) + derived.filter { $0.funding != nil }.map(\.id)
    if !funded.isEmpty { texts.append(ParameterText(key: "funding", value: funded.joined(separator: ", "))) }
    let implied =
      assets.filter { $0.impliedVolatility != nil }.map(\.id)
      + derived.filter { $0.impliedVolatility != nil }.map(\.id)
    if !implied.isEmpty {
      texts.append(ParameterText(key: "impliedVolatility", value: implied.joined(separator: ", ")))
    }
    return texts
  }
}

extension DerivedAsset {
  /// Such as "ETH × peg (half-life 521.0 h, volatility 0.0153, 20.1 de-pegs a year)".
  fileprivate var words: String {
    var words = DerivedReading.settlement
    if case .asset(let name) = base { words = name }
    if initialRate != 1 || ratePerYear != 0 {
      words += " × rate \(initialRate)" + (ratePerYear == 0 ? "" : " growing by \(ratePerYear) a year")
    }
    guard let peg else { return words }
    let depegs = peg.depegs.map { ", \($0.intensityPerYear) de-pegs a year" } ?? ""
    return words + " × peg (half-life \(peg.halfLifeHours) h, volatility \(peg.volatility)\(depegs))"
  }
}
