/// What the charts of a calibration share.
enum CalibrationCharts {
  /// The paper of a small multiple.
  static let small = ChartFrame(width: 300, height: 210, left: 50, right: 16, top: 10, bottom: 40)

  /// A band in words: `1.2 (0.8 to 1.9)`.
  static func text(_ band: SimulatedBand, _ format: (Double) -> String) -> String {
    "\(format(band.middle)) (\(format(band.low)) to \(format(band.high)))"
  }

  /// Observed and simulated, as the small multiples draw them.
  static let legend = [Figure.Key(series: 0, name: "fitted process"), Figure.Key(series: 1, name: "observed")]
}
