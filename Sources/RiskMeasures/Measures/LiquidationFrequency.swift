import Kernels
public import Schema
public import Simulation

/// The chance that an account is liquidated within the horizon: of all accounts, and by group, leverage bucket and asset.
///
/// Accounts of one path share its prices, so paths, not accounts, are the independent observations: errors are clustered
/// by path. A bucket, group or asset without accounts is left out. Single accounts are in `AccountLiquidation`.
public struct LiquidationFrequency: RiskMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "liquidation-frequency",
    summary: "chance that an account is liquidated within the horizon, by group, bucket and asset",
    formula: "Σ over paths of accounts liquidated ÷ (paths × accounts)",
    source: "Wilson (1927) with the effective number of trials of Korn and Graubard (1998)")

  /// What it reports: one id, told apart by the label's part.
  public static let measures = [
    MeasureDescription("liquidation.frequency", .probability, "chance that an account is liquidated within the horizon")
  ]

  /// Creates the family.
  public init() {}

  /// The whole venue first, then its partitions in the table's order.
  public func estimates(of outcomes: VenueOutcomes) -> [Estimate] {
    let whole = Estimate(label(outcomes), wholeVenue(outcomes), confidence: outcomes.settings.confidence)
    let parts = populated(outcomes).map { part in
      Estimate(
        label(outcomes, outcomes.moments.partitions[part]), frequency(outcomes, part: part),
        confidence: outcomes.settings.confidence)
    }
    return [whole] + parts
  }

  /// The same parts, in the same order.
  public func differences(of model: VenueOutcomes, from baseline: VenueOutcomes) -> [PairedDifference] {
    let whole = PairedDifference(
      label(model), wholeVenue(model, from: baseline), confidence: model.settings.confidence)
    let parts = populated(model).map { part in
      PairedDifference(
        label(model, model.moments.partitions[part]), difference(model, from: baseline, part: part),
        confidence: model.settings.confidence)
    }
    return [whole] + parts
  }

  /// The partitions that hold accounts.
  private func populated(_ outcomes: VenueOutcomes) -> [Int] {
    outcomes.moments.partitions.indices.filter { outcomes.moments.partitions[$0].accountCount > 0 }
  }

  /// The label of the whole venue, or of a partition by its axis.
  private func label(_ outcomes: VenueOutcomes, _ partition: AccountPartition? = nil) -> MeasureLabel {
    func name(_ axis: AccountPartition.Axis) -> String? { partition?.axis == axis ? partition?.name : nil }
    return MeasureLabel(
      "liquidation.frequency", venue: outcomes.venueLabel.id, unit: .probability, group: name(.group),
      asset: name(.asset), leverageBucket: name(.leverageBucket))
  }

  /// All accounts, from the number liquidated on each path.
  private func wholeVenue(_ outcomes: VenueOutcomes) -> Measurement {
    let accounts = outcomes.venueLabel.accountCount
    let shares = outcomes[.liquidatedAccounts].filter { !$0.isNaN }.map { $0 / Double(accounts) }
    guard accounts > 0, !shares.isEmpty else { return .undefined(paths: shares.count, because: noAccounts(accounts)) }
    let mean = InfluenceEstimate.mean(of: shares)
    return Proportion(
      value: mean.value, clusteredError: mean.standardError, clusters: shares.count, size: accounts
    )
    .measured(confidence: outcomes.settings.confidence, paths: shares.count)
    .adding(note: exclusionNote(used: shares.count, of: outcomes.table.paths))
  }

  /// The change for all accounts, from the paired numbers of each path.
  private func wholeVenue(_ model: VenueOutcomes, from baseline: VenueOutcomes) -> Measurement {
    let accounts = model.venueLabel.accountCount
    let differences = zip(model[.liquidatedAccounts], baseline[.liquidatedAccounts])
      .map { ($0 - $1) / Double(accounts) }.filter { !$0.isNaN }
    guard accounts > 0, !differences.isEmpty else {
      return .undefined(paths: differences.count, because: noAccounts(accounts))
    }
    return InfluenceEstimate.mean(of: differences).measured(confidence: model.settings.confidence)
      .adding(note: exclusionNote(used: differences.count, of: model.table.paths))
  }

  /// Why there is no frequency.
  private func noAccounts(_ accounts: Int) -> String {
    accounts > 0 ? "no path has a finite value" : "there is no account"
  }

  /// One partition, from the moments of its count per path.
  private func frequency(_ outcomes: VenueOutcomes, part: Int) -> Measurement {
    let accounts = outcomes.moments.partitions[part].accountCount
    let paths = outcomes.table.paths
    guard paths > 0 else { return .undefined(paths: 0, because: noAccounts(accounts)) }
    let moments = outcomes.moments
    let error = pathError(variance(moments, outcomes.model, outcomes.model, part, paths: paths), paths: paths)
    return Proportion(
      value: Double(moments.sums[outcomes.model][part]) / (Double(paths) * Double(accounts)),
      clusteredError: error / Double(accounts), clusters: paths, size: accounts
    )
    .measured(confidence: outcomes.settings.confidence, paths: paths).adding(note: outcomes.countNote)
  }

  /// The difference in one partition: the variance of a difference is the sum of the variances less twice the covariance.
  private func difference(_ model: VenueOutcomes, from baseline: VenueOutcomes, part: Int) -> Measurement {
    let accounts = model.moments.partitions[part].accountCount
    let paths = model.table.paths
    guard paths > 0 else { return .undefined(paths: 0, because: noAccounts(accounts)) }
    let moments = model.moments
    let ofDifference =
      variance(moments, model.model, model.model, part, paths: paths)
      + variance(moments, baseline.model, baseline.model, part, paths: paths)
      - 2 * variance(moments, model.model, baseline.model, part, paths: paths)
    let error = pathError(ofDifference, paths: paths) / Double(accounts)
    let change = moments.sums[model.model][part] - moments.sums[baseline.model][part]
    let value = Double(change) / (Double(paths) * Double(accounts))
    let multiple = studentMultiple(confidence: model.settings.confidence, degreesOfFreedom: Double(paths - 1))
    return Measurement(
      value: value, standardError: error,
      interval: ConfidenceInterval(center: value, halfWidth: error == 0 ? 0 : multiple * error), paths: paths,
      note: joinedNotes([error.isNaN ? onePathNote : nil, model.countNote ?? baseline.countNote]))
  }

  /// The covariance over paths of the counts of two models; of one model with itself the variance. NaN of one path.
  private func variance(_ moments: LiquidationMoments, _ first: Int, _ second: Int, _ part: Int, paths: Int) -> Double {
    guard paths > 1 else { return .nan }
    let n = Double(paths)
    let product = Double(moments.sums[first][part]) * Double(moments.sums[second][part])
    return (Double(moments.products[first][second][part]) - product / n) / (n - 1)
  }

  /// The standard error of a mean over paths.
  private func pathError(_ variance: Double, paths: Int) -> Double {
    variance.isNaN ? .nan : (max(0, variance) / Double(paths)).squareRoot()
  }
}

/// The chance that one account is liquidated within the horizon; rows of the accounts table.
public struct AccountLiquidation: Sendable, Hashable {
  /// Name of the account.
  public let id: String
  /// Name of its group.
  public let group: String
  /// The account at t = 0.
  public let account: AccountLabel
  /// Share of the paths on which it was liquidated.
  public let probability: Double
  /// Standard error of the share.
  public let standardError: Double
  /// Wilson's interval.
  public let interval: ConfidenceInterval
  /// Number of paths.
  public let paths: Int

  /// The rows of one model at one venue, in the venue's order.
  static func rows(of outcomes: VenueOutcomes) -> [AccountLiquidation] {
    let venue = outcomes.venueLabel
    let paths = outcomes.table.paths
    guard paths > 0 else { return [] }
    return zip(zip(venue.accountIDs, venue.accounts), outcomes.liquidationsByAccount).map { account, count in
      let share = Proportion(successes: Int(count), trials: paths)
      return AccountLiquidation(
        id: account.0, group: venue.groups.indices.contains(account.1.group) ? venue.groups[account.1.group] : "",
        account: account.1, probability: share.value, standardError: share.standardError,
        interval: share.interval(confidence: outcomes.settings.confidence), paths: paths)
    }
  }
}
