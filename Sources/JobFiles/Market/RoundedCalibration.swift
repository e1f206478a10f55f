import Foundation
import Kernels
import Markets

/// Rounding of estimates to digits that a person reads: far finer than any standard error, and exact from then on, so
/// that a file and what a job reads from it are the same numbers.
enum Rounded {
  /// Seven significant digits.
  static func figure(_ value: Double) -> Double {
    guard value.isFinite else { return value }
    return Double(String(format: "%.7g", value)) ?? value
  }

  /// Rounded weights made a law, which stays as it is when it is made one again.
  static func law(_ probabilities: [Double]) -> [Double] {
    var weights = probabilities.map(figure)
    for _ in 0..<16 {
      let total = weights.reduce(0, +)
      guard total > 0, total != 1 else { break }
      weights = weights.map { $0 / total }
    }
    return weights
  }

  /// Three significant digits, for standard errors.
  static func error(_ value: Double) -> Double { Double(String(format: "%.3g", value)) ?? value }
}

extension MarketCalibration {
  /// The same with estimates rounded to seven significant digits and correlations to six decimals; prices are kept.
  ///
  /// A correlation matrix that is no longer positive definite when rounded is kept as it is.
  var rounded: MarketCalibration {
    MarketCalibration(
      assets: assets.map(\.rounded), correlation: roundedCorrelation, window: window,
      degreesOfFreedom: degreesOfFreedom.map(Rounded.figure), regimes: regimes.map(\.rounded),
      marketJumps: marketJumps.map {
        MarketJumps(
          intensityPerYear: Rounded.figure($0.intensityPerYear), sizeCorrelation: Rounded.figure($0.sizeCorrelation))
      },
      dynamicCorrelation: dynamicCorrelation.map {
        DynamicCorrelationWeights(
          stepHours: $0.stepHours, reaction: Rounded.figure($0.reaction), persistence: Rounded.figure($0.persistence))
      }, meanBlockHours: meanBlockHours.map(Rounded.figure), derived: derived.map(\.rounded))
  }

  private var roundedCorrelation: Matrix {
    var result = correlation
    for row in 0..<result.rows {
      for column in 0..<row {
        let value = (correlation[row, column] * 1e6).rounded() / 1e6
        result[row, column] = value
        result[column, row] = value
      }
      result[row, row] = 1
    }
    return (try? CholeskyFactor(result)) == nil ? correlation : result
  }
}

extension AssetCalibration {
  fileprivate var rounded: AssetCalibration {
    AssetCalibration(
      id: id, price: price, volatility: Rounded.figure(volatility), drift: Rounded.figure(drift),
      garch: garch.map {
        GarchParameters(
          stepHours: $0.stepHours, mean: Rounded.figure($0.mean), omega: Rounded.figure($0.omega),
          alpha: Rounded.figure($0.alpha), gamma: Rounded.figure($0.gamma), beta: Rounded.figure($0.beta),
          degreesOfFreedom: $0.degreesOfFreedom.map(Rounded.figure),
          initialVolatility: Rounded.figure($0.initialVolatility))
      },
      jumps: jumps.map { jumps in
        AssetJumps(
          marketWide: jumps.marketWide.map(\.rounded),
          own: jumps.own.map {
            OwnJumps(intensityPerYear: Rounded.figure($0.intensityPerYear), size: $0.size.rounded)
          })
      },
      heston: heston.map {
        HestonParameters(
          reversionPerYear: Rounded.figure($0.reversionPerYear),
          volatilityOfVariance: Rounded.figure($0.volatilityOfVariance), correlation: Rounded.figure($0.correlation),
          initialVolatility: $0.initialVolatility.map(Rounded.figure))
      })
  }
}

extension DerivedAsset {
  fileprivate var rounded: DerivedAsset {
    var result = self
    result.initialRate = Rounded.figure(initialRate)
    result.ratePerYear = Rounded.figure(ratePerYear)
    result.peg = peg.map { peg in
      PegParameters(
        halfLifeHours: Rounded.figure(peg.halfLifeHours), volatility: Rounded.figure(peg.volatility),
        level: Rounded.figure(peg.level), initial: peg.initial.map(Rounded.figure),
        correlationWithBase: Rounded.figure(peg.correlationWithBase),
        depegs: peg.depegs.map {
          DepegParameters(
            intensityPerYear: Rounded.figure($0.intensityPerYear), size: $0.size.rounded,
            halfLifeHours: $0.halfLifeHours.map(Rounded.figure))
        })
    }
    return result
  }
}

extension JumpSize {
  fileprivate var rounded: JumpSize { JumpSize(mean: Rounded.figure(mean), deviation: Rounded.figure(deviation)) }
}

extension RegimeChain {
  /// The weights of the regimes that follow are rounded and made a law again, as the reader of a file does.
  fileprivate var rounded: RegimeChain {
    let rounded = regimes.map { regime in
      MarketRegime(
        name: regime.name, volatilityMultiple: Rounded.figure(regime.volatilityMultiple),
        correlationBlend: Rounded.figure(regime.correlationBlend),
        meanDurationDays: Rounded.figure(regime.meanDurationDays),
        nextProbabilities: Rounded.law(regime.nextProbabilities))
    }
    return RegimeChain(rounded) ?? self
  }
}
