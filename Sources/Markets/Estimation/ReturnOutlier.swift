import Kernels

/// A return that is far from the others of its asset: worth a look at the data, never removed.
public struct ReturnOutlier: Sendable, Hashable {
  /// The asset.
  public let asset: String
  /// The end of the step, in hours since 1970.
  public let endHours: Double
  /// The log return.
  public let logReturn: Double
  /// Its distance from the median, in robust standard deviations (1.4826 × median absolute deviation), signed.
  public let robustDeviations: Double

  /// The end of the step in words, such as `2020-03-12`.
  public var day: String { calendarDay(hoursSince1970: endHours) }
}

extension LogReturns {
  /// The returns further than `distance` robust standard deviations from the median of their asset, by asset and time.
  ///
  /// Where more than half of an asset's returns are equal the standard deviation takes the place of the robust one.
  public func outliers(beyond distance: Double = VolatilityEstimate.outlierDistance) -> [ReturnOutlier] {
    assetIDs.indices.flatMap { asset -> [ReturnOutlier] in
      let present = values[asset].filter { !$0.isNaN }
      guard let spread = RobustSpread(present) else { return [] }
      return values[asset].indices.compactMap { slot in
        let apart = (values[asset][slot] - spread.center) / spread.deviation
        guard abs(apart) > distance else { return nil }
        return ReturnOutlier(
          asset: assetIDs[asset], endHours: endsHours[slot], logReturn: values[asset][slot], robustDeviations: apart)
      }
    }
  }
}

/// Median and scaled median absolute deviation of a sample.
struct RobustSpread {
  let center: Double
  /// 1.4826 × the median absolute deviation; the standard deviation where that is 0.
  let deviation: Double

  /// Nil with fewer than two values, or if they do not vary.
  init?(_ sample: [Double]) {
    guard sample.count >= 2 else { return nil }
    let center = Self.median(sample)
    let spread = 1.482_602_218_505_602 * Self.median(sample.map { abs($0 - center) })
    let deviation = spread > 0 ? spread : meanAndVariance(sample).variance.squareRoot()
    guard deviation > 0, deviation.isFinite else { return nil }
    self.center = center
    self.deviation = deviation
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = sortedAscending(values)
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle])
  }
}
