import JobFiles
import Markets
import Reports
import Schema

/// A column of the prices that stands for something else: its price over that is fitted as a peg.
public struct PegRequest: Sendable, Hashable {
  /// The column.
  public var token: String
  /// The column that it stands for; nil for the settlement currency.
  public var base: String?

  /// A request for `token` over `base`.
  public init(token: String, base: String?) {
    self.token = token
    self.base = base
  }

  /// The word that means the settlement currency, in options and in files.
  public static let settlement = "settlement"
}

extension PriceTable {
  /// The columns that no peg is asked of, in the rows where any of them has a price.
  func withoutTokens(_ pegs: [PegRequest]) throws(Problems) -> PriceHistory {
    let problems = ProblemCollector()
    var seen: Set<String> = []
    for peg in pegs {
      for name in [peg.token, peg.base].compactMap(\.self) where !history.assetIDs.contains(name) {
        problems.record(
          "the prices have no such column", at: history.source, found: quotedForMessage(name),
          allowed: history.assetIDs.joined(separator: ", "),
          hint: nearestWord(to: name, among: history.assetIDs).map { "did you mean '\($0)'?" })
      }
      if !seen.insert(peg.token).inserted {
        problems.record("a peg is asked for twice", at: history.source, found: quotedForMessage(peg.token))
      }
      if let base = peg.base, pegs.contains(where: { $0.token == base }) {
        problems.record(
          "a peg stands for what is pegged itself", at: history.source, found: "\(peg.token) over \(base)",
          hint: "fit it over what that stands for, or over it in a run of its own")
      }
    }
    let own = history.assetIDs.filter { !seen.contains($0) }
    if own.isEmpty {
      problems.record(
        "every column is pegged: a market needs an asset with a price of its own", at: history.source,
        hint: "name more columns in --assets")
    }
    try problems.throwIfAny()
    return pegs.isEmpty ? history : try history.selecting(own).trimmed
  }
}

extension FittedMarket {
  /// The pegs asked for, as derived assets; what did not settle is a problem.
  mutating func fitPegs(_ pegs: [PegRequest], of table: PriceTable) throws(Problems) {
    guard !pegs.isEmpty else { return }
    let prices = try table.history.resampled(toHours: stepHours)
    let problems = ProblemCollector()
    var fits: [(request: PegRequest, fit: PegFit)] = []
    for peg in pegs {
      guard let fit = PegFit(ratios: prices.ratios(peg), stepHours: stepHours), fit.converged, fit.isUsable else {
        problems.record(
          failure(
            "the peg of \(peg.token) could not be fitted", found: "ratios to \(peg.base ?? PegRequest.settlement)",
            hint:
              "it needs 250 steps or more with both prices, and a ratio that moves and comes back; daily ones are best "
              + "(--step-hours 24)"))
        continue
      }
      fits.append((peg, fit))
    }
    try problems.throwIfAny()
    for (peg, fit) in fits { take(fit, of: peg) }
    describe(fits)
  }

  private mutating func take(_ fit: PegFit, of peg: PegRequest) {
    derived.append(
      DerivedAsset(id: peg.token, base: peg.base.map { .asset($0) } ?? .settlement, peg: fit.parameters))
    record.pegs.append(
      PegRecord(
        peg: FitRecord(
          standardErrors: [
            ("halfLifeHours", fit.halfLifeHours.standardError), ("volatility", fit.volatility.standardError),
            ("level", fit.level.standardError),
          ]),
        depegs: FitRecord(
          standardErrors: [
            ("intensityPerYear", fit.depegIntensityPerYear.standardError), ("mean", fit.depegMean.standardError),
            ("deviation", fit.depegDeviation.standardError),
          ])))
    if fit.isAtBorder {
      warnings.append(
        "\(peg.token): a figure of its peg lies at its border (no reversion, or no de-pegs); no standard errors")
    }
    if fit.isIntensityBound {
      warnings.append(
        "\(peg.token): its de-pegs ran to the limit of \(rounded(fit.depegIntensityPerYear.value)) a year: the noise of two "
          + "prices reads as small ones\(stepHours < 24 ? "; a coarser step sees less of it (--step-hours 24)" : "")")
    }
  }

  private mutating func describe(_ fits: [(request: PegRequest, fit: PegFit)]) {
    tables.append(
      FittedTable(
        title: "Pegs",
        note:
          "Of the price over what it stands for: half-life of a deviation in hours, volatility of the ratio a year, where "
          + "it reverts to, de-pegs a year, mean and deviation of one in log price, log-likelihood. ± standard errors.",
        columns: ["half-life", "volatility", "level", "de-pegs", "mean", "deviation", "log-likelihood"],
        rows: fits.map { peg, fit in
          (
            peg.token,
            [
              fit.halfLifeHours, fit.volatility, fit.level, fit.depegIntensityPerYear, fit.depegMean,
              fit.depegDeviation,
            ].map(Self.figure) + [FittedFigure(fit.logLikelihood)]
          )
        }))
    let names = fits.map { "\($0.request.token) over \($0.request.base ?? PegRequest.settlement)" }
    method.append(
      "Pegs (\(names.joined(separator: ", "))) by maximum likelihood of an autoregression of the log ratio with Poisson jumps. "
        + "Their correlation with the base is not fitted and is 0.")
  }
}

extension PriceHistory {
  /// Token over base, a step after the other; a hole of any length is one NaN, since only neighbours are compared.
  fileprivate func ratios(_ peg: PegRequest) -> [Double] {
    guard let token = assetIDs.firstIndex(of: peg.token) else { return [] }
    let base = peg.base.flatMap { name in assetIDs.firstIndex(of: name) }
    var found: [Double] = []
    for row in timesHours.indices {
      if row > 0, abs(timesHours[row] - timesHours[row - 1] - intervalHours) > 1e-6 * intervalHours {
        found.append(.nan)
      }
      found.append(prices[token][row] / (base.map { prices[$0][row] } ?? 1))
    }
    return found
  }
}

extension PegFit {
  /// Whether a market file takes the figures.
  fileprivate var isUsable: Bool {
    let all = [halfLifeHours, volatility, level, depegIntensityPerYear, depegMean, depegDeviation].map(\.value)
    return all.allSatisfy(\.isFinite) && halfLifeHours.value <= 1e7 && volatility.value <= 100
      && abs(depegMean.value) <= 3 && depegDeviation.value <= 3
  }
}
