import Glibc
public import Kernels

/// Jumps of a whole market: how much of every asset's jumps comes at one moment, and how much by itself.
///
/// In three stages (inference functions for margins: H. Joe, *Multivariate Models and Dependence Concepts*, 1997, section
/// 10.1). Each asset's `MertonFit`; from these one intensity λ for all, their median, at which the other figures of each
/// asset are fitted again; then, margins held, the share of jumps that are common, λ_M/λ, and the correlation κ of their
/// sizes, by the likelihood of neighbouring pairs of assets on a ring, added up (a composite likelihood: B. Lindsay,
/// Contemporary Mathematics 80, 1988): in a pair of returns the numbers of common and own jumps are summed over, and given
/// the numbers the returns are jointly normal. All jumps of an asset have one size law, common or own (the common shock
/// model of F. Lindskog and A. McNeil, ASTIN Bulletin 33, 2003), so that the split leaves the margins as they are. One
/// intensity for all is a choice: an asset that jumps more rarely than the others could take no part in most common jumps,
/// which `AssetJumps` does not know. The diffusions' correlations are those of the greatest likelihood, pair by pair.
///
/// Standard errors of λ_M and κ are the sandwich's of the added likelihood, the errors of the margins included; that of
/// the median of the λ is taken as the mean of theirs, which is on the safe side.
public struct MarketJumpFit: Sendable {
  /// The assets, in order.
  public let assetIDs: [String]
  /// Each asset's jump diffusion at the common intensity.
  public let assets: [MertonFit]
  /// Common jumps a year, λ_M; nil where fewer than two assets jump.
  public let intensityPerYear: Estimate?
  /// Correlation κ of the sizes of any two assets in a common jump, in [0, 1]; nil with the intensity.
  public let sizeCorrelation: Estimate?
  /// How each asset jumps, as a calibration takes it.
  public let jumps: [AssetJumps]
  /// Correlation of the diffusions: the calibration's `correlation`.
  public let correlation: Matrix
  /// How far the correlations had to be moved to be possible (Frobenius norm); nil where they were.
  public let repairDistance: Double?
  /// The log-likelihood of the ring's pairs, added up, in units of the assets' standard deviations; nil with the intensity.
  /// It is not that of all returns together.
  public let pairLogLikelihood: Double?
  /// Slots in which every asset has a return.
  public let observations: Int
  /// Whether every search settled.
  public let converged: Bool

  /// The common jumps as a calibration takes them; nil where there are none.
  public var market: MarketJumps? {
    guard let intensityPerYear, intensityPerYear.value > 0, let sizeCorrelation else { return nil }
    return MarketJumps(intensityPerYear: intensityPerYear.value, sizeCorrelation: sizeCorrelation.value)
  }

  /// Fits; nil if an asset has too few returns or none that varies, or if fewer than
  /// `HistoryEstimation.jointMovesPerAsset` slots an asset have all returns.
  public init?(returns: LogReturns) {
    let firsts = returns.values.compactMap { MertonFit(returns: $0, stepHours: returns.stepHours) }
    guard !firsts.isEmpty, firsts.count == returns.values.count else { return nil }
    let slots = returns.values[0].indices.filter { slot in returns.values.allSatisfy { $0[slot].isFinite } }
    guard slots.count >= HistoryEstimation.jointMovesPerAsset * firsts.count else { return nil }
    let joint = JointMoves(values: returns.values, assets: Array(firsts.indices), slots: slots)
    guard joint.assets.count == firsts.count else { return nil }
    let stepYears = returns.stepHours / TimeGrid.hoursPerYear
    let jumpingFirst = firsts.filter { $0.mixture.perStep > 1e-6 }
    let pooled = jumpingFirst.isEmpty ? nil : RobustSpread.median(jumpingFirst.map(\.mixture.perStep))
    let fits = zip(firsts, returns.values).map { first, values in
      guard first.mixture.perStep > 1e-6 else { return first }
      return MertonFit(returns: values, stepHours: returns.stepHours, perStep: pooled) ?? first
    }
    let jumping = fits.indices.filter { firsts[$0].mixture.perStep > 1e-6 }
    let known = jumpingFirst.compactMap(\.intensityPerYear.standardError)
    let pooledError = known.count == jumpingFirst.count && !known.isEmpty ? mean(known) * stepYears : nil
    var ring = JumpRing(fits: fits, assets: jumping, slots: slots, correlation: joint.correlation)
    let common = ring?.fit(pooledError: pooledError)
    assetIDs = returns.assetIDs
    assets = fits
    intensityPerYear = common.map {
      Estimate($0.perStep.value / stepYears, standardError: $0.perStep.standardError.map { $0 / stepYears })
    }
    sizeCorrelation = common?.sizeCorrelation
    let perStep = common?.perStep.value ?? 0
    jumps = fits.indices.map { Self.jumps(of: fits[$0], common: jumping.contains($0) ? perStep / stepYears : 0) }
    let raw = diffusionCorrelations(fits, slots: slots, sample: joint.correlation, found: common)
    if (try? CholeskyFactor(raw)) != nil {
      correlation = raw
      repairDistance = nil
    } else {
      guard let repaired = NearestCorrelation(to: raw) else { return nil }
      correlation = repaired.matrix
      repairDistance = repaired.distance
    }
    pairLogLikelihood = common?.logLikelihood
    observations = slots.count
    converged = fits.allSatisfy(\.converged) && common?.converged ?? true
  }

  private static func jumps(of fit: MertonFit, common: Double) -> AssetJumps {
    let all = fit.jumps
    guard fit.intensityPerYear.value > 0, all.size.meanSquare > 0 else { return AssetJumps() }
    let own = max(0, all.intensityPerYear - common)
    return AssetJumps(
      marketWide: common > 0 ? all.size : nil,
      own: own > 1e-9 * all.intensityPerYear ? OwnJumps(intensityPerYear: own, size: all.size) : nil)
  }
}
