import Kernels
import RiskMeasures
import Testing

@Suite("Quantiles and their errors")
struct QuantileTests {
  /// A fixed irregular sample: ((37 i) mod 101)^1.5 / 10 for i = 1…100.
  static let irregular = sortedAscending(
    (1...100).map { i in
      let base = Double((i * 37) % 101)
      return base * base.squareRoot() / 10
    })

  @Test("the rank is ⌈nα⌉ and the tail n(1−α), whatever binary fractions make of the product")
  func ranks() {
    #expect(TailRank(level: 0.07, count: 100).rank == 7)
    #expect(TailRank(level: 0.07, count: 100).tailMass == 93)
    #expect(TailRank(level: 0.99, count: 20_000).rank == 19_800)
    #expect(TailRank(level: 0.99, count: 20_000).tailMass == 200)
    #expect(TailRank(level: 0.999, count: 100_000).tailMass == 100)
    #expect(TailRank(level: 0.5, count: 5).rank == 3)
    #expect(TailRank(level: 0.99, count: 1).rank == 1)
    #expect(TailRank(level: 1e-9, count: 4).rank == 1)
    #expect(TailRank(level: .nan, count: 4).rank == 4)
    #expect(TailRank(level: 1.5, count: 4).tailMass.isNaN)
  }

  /// Oracle: `scipy.stats.binom.cdf`, the largest l with P(B ≤ l−1) ≤ (1−c)/2 and the smallest u with P(B ≤ u−1) ≥
  /// (1+c)/2; for n = 1000 also `scipy.stats.quantile_test(range(1, 1001), q=990, p=0.99).confidence_interval(0.95)`.
  @Test(
    "the interval's order statistics are those of the binomial law",
    arguments: [
      (1000, 0.99, 0.95, 983, 997), (500, 0.95, 0.95, 465, 485), (100, 0.5, 0.95, 40, 61), (20, 0.5, 0.9, 6, 15),
      (10_000, 0.999, 0.95, 9983, 9997),
    ])
  func intervalRanks(count: Int, level: Double, confidence: Double, low: Int, high: Int) {
    let quantile = Quantile(sorted: (1...count).map(Double.init), level: level)
    let (interval, note) = quantile.interval(confidence: confidence)
    #expect(interval == ConfidenceInterval(low: Double(low), high: Double(high)))
    #expect(note == nil)
  }

  @Test("where an order statistic is missing the interval is the widest there is, and says what it covers")
  func missingOrderStatistic() {
    let short = Quantile(sorted: (1...100).map(Double.init), level: 0.99).interval(confidence: 0.95)
    #expect(short.interval == ConfidenceInterval(low: 97, high: 100))
    #expect(short.note?.contains("the upper end") == true)
    #expect(short.note?.contains("61.559 %") == true)
    let both = Quantile(sorted: [1, 2, 3, 4, 5], level: 0.5).interval(confidence: 0.95)
    #expect(both.interval == ConfidenceInterval(low: 1, high: 5))
    #expect(both.note?.contains("both ends") == true)
    #expect(both.note?.contains("93.75 %") == true)
  }

  /// Oracle: `scipy.stats.mstats.mjci(x, prob=[.25, .5, .9])` on the sample, scipy 1.17. Scipy takes the shapes
  /// (m − 1, n − m), m = ⌊np + ½⌋, of Wilcox's book.
  @Test(
    "with scipy's shapes the deviation is scipy's",
    arguments: [
      (24.0, 75.0, 3.2315585902752897), (49.0, 50.0, 5.3087954097772885), (89.0, 10.0, 4.298279747405631),
    ])
  func scipyShapes(a: Double, b: Double, expected: Double) {
    let deviation = orderStatisticDeviation(sorted: Self.irregular, shapes: (a, b))
    #expect(abs(deviation / expected - 1) < 1e-9)
  }

  /// Oracle: `W = np.diff(scipy.stats.beta.cdf(np.arange(101)/100, r, 101-r)); m = W @ s; np.sqrt(W @ (s-m)**2)`.
  @Test(
    "the error takes the shapes of the order statistic itself",
    arguments: [(0.25, 3.253743294858195), (0.5, 5.257246712569043), (0.9, 4.380156901194543)])
  func ownShapes(level: Double, expected: Double) {
    let error = Quantile(sorted: Self.irregular, level: level).maritzJarrettError()
    #expect(abs(error / expected - 1) < 1e-9)
  }

  @Test("over 400 seeds the interval covers as often as the binomial law says, within 4 standard errors")
  func coverage() {
    let truth = 2.995732273553991  // the 0.95 quantile of the unit exponential: ln 20
    var hits = 0
    for seed in 0..<400 {
      let sorted = sortedAscending(Draw.exponentials(500, seed: UInt64(seed)))
      let interval = Quantile(sorted: sorted, level: 0.95).interval(confidence: 0.95).interval
      hits += interval.excludes(truth) ? 0 : 1
    }
    // scipy.stats.binom.cdf(484, 500, .95) - binom.cdf(464, 500, .95)
    #expect(abs(deviation(hits: hits, of: 400, probability: 0.960498735515962)) < 4)
  }

  @Test("over 400 seeds the Maritz–Jarrett error is the spread of the quantile, within 15 %")
  func errorIsSpread() {
    var values: [Double] = []
    var squares: [Double] = []
    for seed in 0..<400 {
      let quantile = Quantile(sorted: sortedAscending(Draw.normals(1000, seed: UInt64(seed))), level: 0.95)
      values.append(quantile.value)
      squares.append(quantile.maritzJarrettError() * quantile.maritzJarrettError())
    }
    // 400 values leave 3.5 % on a standard deviation; 15 % are four of that and the estimator's own bias.
    let spread = meanAndVariance(values.span).variance.squareRoot()
    let claimed = (squares.reduce(0, +) / 400).squareRoot()
    #expect(abs(claimed / spread - 1) < 0.15)
    // The limit √(α(1−α)/n)/φ(z): scipy: sqrt(.95*.05/1000)/norm.pdf(norm.ppf(.95)).
    #expect(abs(spread / 0.06682485657684357 - 1) < 0.15)
  }

  @Test("ties, one value and infinite values")
  func edges() {
    let ties = Quantile(sorted: [Double](repeating: 3, count: 50), level: 0.9)
    #expect(ties.value == 3)
    #expect(ties.maritzJarrettError() == 0)
    #expect(Quantile(sorted: [5], level: 0.99).value == 5)
    #expect(Quantile(sorted: [5], level: 0.99).maritzJarrettError().isNaN)
    let infinite = Quantile(sorted: [1, 2, .infinity, .infinity], level: 0.9)
    #expect(infinite.interval(confidence: 0.5).interval.high.isNaN)
  }

  @Test("a tail worth less than a path has no error")
  func noTail() {
    #expect(Quantile(sorted: Self.irregular, level: 0.999).maritzJarrettError().isNaN)
    #expect(!Quantile(sorted: Self.irregular, level: 0.99).maritzJarrettError().isNaN)
  }
}
