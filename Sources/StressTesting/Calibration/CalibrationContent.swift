import Foundation
import JobFiles
import Kernels
import Markets
import Reports
import Schema

extension FittedMarket {
  /// The page: figures, diagnostics against simulated histories, data.
  func report(
    of file: MarketFile, process: CalibratedProcess, table: PriceTable
  ) throws(Problems) -> CalibrationReport {
    let slots = returns.values.first?.count ?? 0
    let steps = SimulatedHistories.steps(slots: slots, assets: assets.count)
    let plan = StatisticsPlan(steps: slots, simulated: steps, stepHours: stepHours)
    let observed = HistoryStatistics(returns.values, plan: plan)
    let simulated = try SimulatedHistories(
      file.calibration, process: self.process, steps: steps, history: history, plan: plan)
    let kind = self.process.description
    let outliers = returns.outliers()
    return CalibrationReport(
      process: process.rawValue, formula: kind?.formula ?? "",
      method: (kind.map { ["Source of the process: \($0.source)."] } ?? []) + method,
      warnings: warnings + dataWarnings(outliers), data: facts(table), figures: [volatilityTable] + tables,
      assets: assets.indices.map { diagnostics(of: $0, observed, simulated, plan) }, correlation: correlationErrors,
      tails: assets.count > 1 ? tails(observed, simulated, plan) : nil,
      outliers: outliers.map {
        OutlierNote(
          asset: $0.asset, time: time($0.endHours), logReturn: $0.logReturn, distance: $0.robustDeviations)
      }, gaps: gaps, coverage: coverage, simulation: Self.simulation(steps: steps, slots: slots),
      program: "plimsoll \(ProgramVersion.currentVersion), plimsoll calibrate")
  }

  private static func simulation(steps: Int, slots: Int) -> String {
    let length =
      steps < slots
      ? "of \(NumberText.count(steps)) returns each, fewer than the \(NumberText.count(slots)) observed, which makes bands wider"
      : "as long as the observed one"
    return
      "Model figures on this page come from 256 histories drawn with the figures of the file, \(length), each started at "
      + "the long-run volatility and put through the same statistics (seed \(SimulatedHistories.seed))."
  }

  private func dataWarnings(_ outliers: [ReturnOutlier]) -> [String] {
    var found: [String] = []
    let byAsset = Dictionary(grouping: outliers, by: \.asset)
    for id in history.assetIDs {
      guard let list = byAsset[id], let largest = list.max(by: { abs($0.logReturn) < abs($1.logReturn) }) else {
        continue
      }
      found.append(
        "\(id): \(list.count) return\(list.count == 1 ? "" : "s") further than "
          + "\(rounded(VolatilityEstimate.outlierDistance)) robust standard deviations out, the largest "
          + "\(NumberText.plain(NumberText.percent(largest.logReturn))) at \(time(largest.endHours)); kept")
    }
    let missing = gaps.reduce(0) { $0 + $1.missingSteps }
    if missing > 0 {
      found.append(
        "\(gaps.count) gap\(gaps.count == 1 ? "" : "s") with \(missing) missing steps; nothing is taken across")
    }
    return found
  }

  /// Where the prices came from.
  private func facts(_ table: PriceTable) -> [NamedText] {
    let window = base.calibration.window
    return [
      NamedText("Prices", table.file.label), NamedText("Window", "\(window?.from ?? "") to \(window?.to ?? "")"),
      NamedText("Step", "\(text(stepHours)) h"),
      NamedText("Assets", history.assetIDs.joined(separator: ", ")),
      NamedText("Joint moves", NumberText.count(base.correlationObservations)),
      NamedText("SHA-256 of the prices", table.file.sha256),
    ]
  }

  private var volatilityTable: FittedTable {
    FittedTable(
      title: "Volatility and dependence",
      note: "Of log returns of \(text(stepHours)) h, a year; ± standard errors. ν is the Student-t dependence's.",
      columns: ["volatility", "drift", "ν of the dependence"],
      rows: assets.indices.map { index in
        (
          assets[index].id,
          [
            FittedFigure(
              assets[index].volatility, standardError: records[index].volatilityError),
            FittedFigure(assets[index].drift),
            index == 0
              ? degreesOfFreedom.map { FittedFigure($0, standardError: record.degreesOfFreedomError) } : nil,
          ]
        )
      })
  }

  private func diagnostics(
    of asset: Int, _ observed: HistoryStatistics, _ simulated: SimulatedHistories, _ plan: StatisticsPlan
  ) -> AssetDiagnostics {
    let annual = (TimeGrid.hoursPerYear / stepHours).squareRoot()
    let model = modelVolatility.map { HistoryStatistics.stretches(of: $0[asset], steps: plan.stretchSteps) }
    let band = simulated.stretchBand(asset: asset)
    return AssetDiagnostics(
      id: assets[asset].id,
      quantiles: plan.probabilities.indices.map { index in
        AssetDiagnostics.Quantile(
          probability: plan.probabilities[index], observed: observed.quantiles[asset][index],
          simulated: simulated.band { $0.quantiles[asset][index] })
      },
      autocorrelations: (0..<plan.lags).map { lag in
        (observed.autocorrelations[asset][lag], simulated.band { $0.autocorrelations[asset][lag] })
      },
      volatility: observed.stretches[asset].enumerated().map { index, value in
        AssetDiagnostics.Stretch(
          hours: middle(of: index, plan), realised: value * annual,
          model: model.flatMap { index < $0.count && $0[index].isFinite ? $0[index] : nil })
      }.filter { $0.hours.isFinite },
      simulatedVolatility: SimulatedBand(
        low: band.low * annual, middle: band.middle * annual, high: band.high * annual))
  }

  /// The middle of a stretch in hours since 1970; NaN where the stretch is a gap.
  private func middle(of stretch: Int, _ plan: StatisticsPlan) -> Double {
    let slots = returns.endsHours[stretch * plan.stretchSteps..<(stretch + 1) * plan.stretchSteps]
    let present = slots.filter(\.isFinite)
    return present.isEmpty ? .nan : present[present.startIndex + present.count / 2]
  }

  private var correlationErrors: CorrelationDiagnostics? {
    guard assets.count > 1 else { return nil }
    let values = assets.indices.map { row in assets.indices.map { correlation[row, $0] } }
    let errors = CorrelationErrors(correlatedMoves, correlations: values, clusters: !base.correlatesResiduals)
    return CorrelationDiagnostics(assets: assets.map(\.id), values: values, standardErrors: errors.values)
  }

  /// What the correlations are those of.
  private var correlatedMoves: [[Double]] {
    if base.correlatesResiduals {
      return assets.indices.map { index in
        base.assets[index].garch.map {
          FilteredHistorical.residuals(of: returns.values[index], under: $0.parameters)
        } ?? returns.values[index]
      }
    }
    guard base.correlationHours != stepHours, let other = try? history.resampled(toHours: base.correlationHours) else {
      return returns.values
    }
    return other.logReturns().values
  }

  private func tails(
    _ observed: HistoryStatistics, _ simulated: SimulatedHistories, _ plan: StatisticsPlan
  ) -> TailDiagnostics {
    func average(_ values: [Double]) -> Double { values.isEmpty ? .nan : mean(values) }
    var pairs: [TailDiagnostics.Pair] = []
    for second in assets.indices {
      for first in 0..<second {
        let index = pairs.count
        pairs.append(
          TailDiagnostics.Pair(
            assets: (assets[first].id, assets[second].id), observed: observed.falls[plan.pairLevel][index],
            simulated: simulated.band { $0.falls[plan.pairLevel][index] }))
      }
    }
    return TailDiagnostics(
      levels: plan.fallLevels.indices.map { level in
        TailDiagnostics.Level(
          probability: plan.fallLevels[level], observed: average(observed.falls[level]),
          simulated: simulated.band { average($0.falls[level]) })
      }, pairProbability: plan.fallLevels[plan.pairLevel], pairs: pairs)
  }
}

extension FittedMarket {
  /// Holes in the times of the history.
  private var gaps: [GapNote] {
    zip(history.timesHours, history.timesHours.dropFirst()).compactMap { before, after in
      let missing = ((after - before) / stepHours).rounded() - 1
      guard after - before > 1.5 * stepHours, missing < 1e9 else { return nil }
      return GapNote(from: time(before), to: time(after), missingSteps: Int(missing))
    }
  }

  private var coverage: [CoverageNote] {
    let stepsPerYear = TimeGrid.hoursPerYear / stepHours
    return assets.indices.map { index in
      let prices = history.prices[index]
      let rows = prices.indices.filter { !prices[$0].isNaN }
      let first = rows.first ?? 0, last = rows.last ?? 0
      let estimate = base.assets[index].volatility
      let error = estimate.volatility * (stepsPerYear / Double(estimate.observations)).squareRoot()
      return CoverageNote(
        asset: assets[index].id, from: time(history.timesHours[first]), to: time(history.timesHours[last]),
        returns: estimate.observations, blanks: last - first + 1 - rows.count,
        annualMean: FittedFigure(estimate.meanReturn * stepsPerYear, standardError: error))
    }
  }

  /// A time as text: the day, and the hour where the step is shorter than a day.
  private func time(_ hours: Double) -> String {
    guard abs(hours) < 2e7 else { return "\(hours) h" }
    let date = Date(timeIntervalSince1970: hours * 3600)
    let day = date.formatted(.iso8601.year().month().day())
    let isDaily = stepHours.truncatingRemainder(dividingBy: 24) == 0
    return isDaily ? day : day + " " + date.formatted(.iso8601.time(includingFractionalSeconds: false)).prefix(5)
  }
}
