/// What is wrong with given figures, in words; empty where they can be simulated. Files are checked more closely, with
/// their lines, where they are read.
extension DerivedAsset {
  var flaws: [String] {
    var found: [String] = []
    if !(initialRate > 0 && initialRate.isFinite) { found.append("the initial rate of \(id) is not a positive number") }
    if !ratePerYear.isFinite { found.append("the rate of \(id) is not a number") }
    return found + (peg?.flaws.map { "the peg of \(id) \($0)" } ?? [])
  }
}

extension PegParameters {
  var flaws: [String] {
    var found: [String] = []
    if !isPositive(halfLifeHours) { found.append("has no positive half-life") }
    if !(volatility >= 0 && volatility.isFinite) { found.append("has no volatility of 0 or more") }
    if !isPositive(level) || !isPositive(initial ?? 1) { found.append("has no positive level") }
    if !(abs(correlationWithBase) <= 1) { found.append("has a correlation beyond 1") }
    guard let depegs else { return found }
    if !(0...DepegParameters.greatestIntensity ~= depegs.intensityPerYear) {
      found.append("has de-pegs outside 0 to \(DepegParameters.greatestIntensity) a year")
    }
    if !(depegs.size.deviation >= 0 && depegs.size.meanSquare.isFinite) {
      found.append("has de-pegs whose size is no law")
    }
    if !isPositive(depegs.halfLifeHours ?? 1) { found.append("has de-pegs without a positive half-life") }
    return found
  }
}

extension FundingParameters {
  var flaws: [String] {
    var found: [String] = []
    if !isPositive(intervalHours) || !isPositive(halfLifeHours) {
      found.append("has no positive interval or half-life")
    }
    if !(deviation >= 0 && deviation.isFinite) { found.append("has no deviation of 0 or more") }
    if !mean.isFinite || !(initial ?? 0).isFinite { found.append("has no finite mean") }
    if !(abs(correlationWithPrice) <= 1) { found.append("has a correlation beyond 1") }
    if !isPositive(limit) { found.append("has no positive limit") }
    return found
  }
}

extension ImpliedVolatilityParameters {
  var flaws: [String] {
    var found: [String] = []
    if !isPositive(initial) || !isPositive(longRun) { found.append("has no positive level") }
    if !isPositive(halfLifeHours) { found.append("has no positive half-life") }
    if !(volatilityOfVolatility >= 0 && volatilityOfVolatility.isFinite) {
      found.append("has no volatility of volatility of 0 or more")
    }
    if !(abs(correlationWithPrice) <= 1) { found.append("has a correlation beyond 1") }
    return found
  }
}

private func isPositive(_ value: Double) -> Bool { value > 0 && value.isFinite }
