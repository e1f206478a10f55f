import ArgumentParser
import Foundation
import JobFiles
import Kernels
import Markets
import TestSupport

/// `plimsoll-verify process-comparison`: which process forecasts a held-out year best.
struct CompareProcesses: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process-comparison", abstract: "Forecast a held-out part of a price table under every process.",
    discussion: """
      Fits to all but the last days of the table, freezes the parameters, and forecasts every held-out day from the returns \
      before it. Prints the mean log score with its difference to gbm, and how often returns fell below the 5 % and 1 % \
      quantiles, with the tests of Kupiec and Christoffersen.
      """)

  @Option(name: .long, help: "Folder of the real data (default: PLIMSOLL_DATA, else ../shared/data).")
  var data: String?

  @Option(name: .long, help: "Table of daily prices, instead of prices_daily.csv of that folder.")
  var prices: String?

  @Option(name: .long, help: "Assets, separated by commas.")
  var assets = "BTC,ETH,SOL,BNB,XRP,ADA,AVAX,LINK,DOGE,LTC,DOT,AAVE"

  @Option(name: .long, help: "First day.")
  var from = "2020-10-15"

  @Option(name: .long, help: "Last day.")
  var to = "2026-03-18"

  @Option(name: .customLong("held-out"), help: "Days that are held out.")
  var heldOut = 365

  @Flag(name: .long, help: "Print the coverage of every asset too.")
  var details = false

  func validate() throws {
    if heldOut < 30 { throw ValidationError("--held-out: found \(heldOut), allowed: 30 days or more") }
  }

  func run() throws {
    BLAS.useOneThread()
    let path = prices ?? (data ?? ProjectFolders.data) + "/prices_daily.csv"
    let names = assets.split(separator: ",").map(String.init)
    let history = try PriceTable.load(path: path, assets: names, from: from, to: to).history
    guard history.prices.allSatisfy({ $0.allSatisfy { !$0.isNaN } }), history.timesHours.count > heldOut + 300 else {
      throw ValidationError("the panel must have a price of every asset on every day, and 300 days before the held-out")
    }
    let panel = try Panel(history, days: heldOut)
    print("\(names.count) assets, \(panel.heldOut.lowerBound) returns to fit, \(heldOut) held out\n")
    let forecasts = try FrozenModels(panel).forecasts()
    ComparisonTable(panel: panel, forecasts: forecasts).printScores()
    if details { for item in forecasts { ComparisonTable.printDetails(item, panel) } }
  }
}

/// The scores and the coverage of all processes, as text.
private struct ComparisonTable {
  let panel: Panel
  let forecasts: [Forecasts]

  func printScores() {
    guard let benchmark = forecasts.first else { return }
    let base = Self.daily(benchmark)
    print(
      Self.line([
        "process", "log score", "less gbm's", "± se", "below 5 %", "± se", "K", "C", "below 1 %", "± se", "K", "C",
      ]))
    for item in forecasts {
      let scores = Self.daily(item)
      let gain = DependentMean(zip(scores, base).map { $0 - $1 })
      var cells = [
        item.name, Self.fixed(mean(scores), 4), Self.fixed(gain.value, 4), Self.fixed(gain.standardError, 4),
      ]
      for probability in [0.05, 0.01] {
        let violations = Self.violations(item, panel, probability)
        let share = DependentMean(
          violations[0].indices.map { day in
            Double(violations.count { $0[day] }) / Double(violations.count)
          })
        let tests = violations.map { CoverageTest(violations: $0, probability: probability) }
        cells += [
          Self.fixed(100 * share.value, 2) + " %", Self.fixed(100 * share.standardError, 2),
          "\(tests.count { $0.unconditional < 0.05 })", "\(tests.count { $0.conditional < 0.05 })",
        ]
      }
      print(Self.line(cells))
    }
    print(
      """

      log score: mean over days and assets of ln(predictive density of the day's log return); its difference to the first row
      is paired by day, se with Bartlett weights. below: share of returns under the forecast quantile, all assets. K, C: number
      of the \(panel.assets.count) assets for which Kupiec's test, or Christoffersen's of conditional coverage, has p < 0.05.
      """)
  }

  static func printDetails(_ item: Forecasts, _ panel: Panel) {
    print(
      "\n\(item.name)\n"
        + line(["asset", "score", "", "", "5 %: hits", "", "K p", "C p", "1 %: hits", "", "K p", "C p"]))
    let found = [0.05, 0.01].map { violations(item, panel, $0) }
    for asset in panel.assets.indices {
      var cells = [panel.assets[asset], fixed(mean(item.scores[asset]), 4), "", ""]
      for (index, probability) in [0.05, 0.01].enumerated() {
        let test = CoverageTest(violations: found[index][asset], probability: probability)
        cells += ["\(test.violations)", "", fixed(test.unconditional, 3), fixed(test.conditional, 3)]
      }
      print(line(cells))
    }
  }

  /// The mean over assets of each day.
  private static func daily(_ item: Forecasts) -> [Double] {
    item.scores[0].indices.map { day in mean(item.scores.map { $0[day] }) }
  }

  private static func violations(_ item: Forecasts, _ panel: Panel, _ probability: Double) -> [[Bool]] {
    panel.returns.indices.map { asset in
      let limits = probability == 0.05 ? item.quantiles[asset].fifth : item.quantiles[asset].hundredth
      return zip(panel.heldOut, limits).map { panel.returns[asset][$0] < $1 }
    }
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  private static func line(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
      let width = index == 0 ? 26 : [2, 1, 3, 5, 6, 7, 9, 10, 11].contains(index) ? 8 : 10
      let blanks = String(repeating: " ", count: max(0, width - cell.count))
      return index == 0 ? cell + blanks : blanks + cell
    }.joined(separator: " ")
  }
}
