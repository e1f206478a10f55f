import Clearing
import Kernels
import Markets
import Testing
import Venues

/// Every model whose rates follow volatility, on the instruments of `SampleVenue.exchange`.
struct SampleModel: CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable (_ terms: DynamicTerms) -> any MarginModel

  /// Residuals with tails that differ: 1 %-steps from −3 to 4.
  static let losses = RescaledLosses(residuals: (0...700).map { -3 + Double($0) / 100 })

  static let all: [SampleModel] = [
    SampleModel(testDescription: "volatility-scaled") { terms in
      VolatilityScaledMargin(
        rates: DynamicRates(
          law: NormalLaw(ratePerVolatility: 2.33 / 365.0.squareRoot()), terms: terms,
          instruments: SampleVenue.exchange))
    },
    SampleModel(testDescription: "volatility-scaled with a confidence of its own for maintenance") { terms in
      VolatilityScaledMargin(
        rates: DynamicRates(
          law: NormalLaw(ratePerVolatility: 2.33 / 365.0.squareRoot()),
          maintenanceLaw: NormalLaw(ratePerVolatility: 1.64 / 365.0.squareRoot()), terms: terms,
          instruments: SampleVenue.exchange))
    },
    SampleModel(testDescription: "fhs-var") { terms in
      HistoricalQuantileMargin(rates: historical(terms, isShortfall: false))
    },
    SampleModel(testDescription: "fhs-es") { terms in
      HistoricalShortfallMargin(rates: historical(terms, isShortfall: true))
    },
    SampleModel(testDescription: "lognormal-es") { terms in
      LognormalShortfallMargin(
        rates: DynamicRates(
          law: LognormalLaw(tailProbability: 0.001, horizonYears: 1.0 / 365), terms: terms,
          instruments: SampleVenue.exchange))
    },
  ]

  /// Rates of implied volatilities of 0.8; `instruments` are those of `SampleVenue.exchange`.
  static func implied(_ terms: DynamicTerms) -> ImpliedVolatilityMargin {
    var terms = terms
    terms.impliedVolatilities = [0.8, 0.8]
    return ImpliedVolatilityMargin(
      rates: DynamicRates(
        law: NormalLaw(ratePerVolatility: 2.33 / 365.0.squareRoot()), terms: terms, instruments: SampleVenue.exchange))
  }

  private static func historical(_ terms: DynamicTerms, isShortfall: Bool) -> DynamicRates<HistoricalLaw> {
    DynamicRates(
      law: HistoricalLaw(
        losses: [losses, losses], confidence: 0.99, isShortfall: isShortfall, rootPeriod: (1 / 365.0).squareRoot()),
      terms: terms, instruments: SampleVenue.exchange)
  }

  /// An exponentially weighted volatility, and a GARCH whose long-run volatility is what it starts from.
  static func recursions(_ volatility: Double, grid: TimeGrid, isGarch: Bool) -> [VolatilityRecursion] {
    let recursion: VolatilityRecursion
    if isGarch {
      let variance = volatility * volatility * grid.stepYears
      recursion = VolatilityRecursion(
        GarchParameters(
          stepHours: grid.stepHours, mean: 0, omega: variance * 0.02, alpha: 0.1, gamma: 0, beta: 0.88,
          degreesOfFreedom: nil, initialVolatility: volatility), horizonSteps: 24 / grid.stepHours)
    } else {
      recursion = VolatilityRecursion(
        ExponentialVolatility(lambda: 0.94, per: .day, grid: grid), initialVolatility: volatility)
    }
    return [recursion, recursion]
  }
}
