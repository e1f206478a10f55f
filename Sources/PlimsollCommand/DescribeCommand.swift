import ArgumentParser
import Clearing
import Foundation
import Markets
import Reports
import RiskMeasures
import Schema
import Venues

/// `plimsoll describe`: what exists, from the very declarations that jobs are read by.
struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "List margin models, price processes, shocks, measures, formats and books, or explain one.",
    discussion: """
      Examples: plimsoll describe
                plimsoll describe models volatility-scaled
      """)

  @Argument(help: "models, processes, shocks, measures, formats or books; everything if absent.")
  var family: Family?

  @Argument(help: "One of the family, by name.")
  var name: String?

  enum Family: String, ExpressibleByArgument, CaseIterable {
    case models
    case processes
    case shocks
    case measures
    case formats
    case books

    /// The kinds of the family, in the order of its list.
    var kinds: [Kind] {
      switch self {
      case .models: allMarginModels.map { $0.kind }
      case .processes: allPriceProcesses.map { $0.kind }
      case .shocks: allMarketShocks.map { $0.kind }
      case .measures: allRiskMeasures.map { $0.kind }
      case .formats: allReportFormats.map { $0.kind }
      case .books: allBookKinds.map { $0.kind }
      }
    }
  }

  func validate() throws {
    guard let family, let name, kind == nil else { return }
    let names = family.kinds.map(\.name)
    let hint = nearestWord(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
    throw ValidationError(
      "there is no \(quotedForMessage(name)) among \(family.rawValue); allowed: \(names.joined(separator: ", "))\(hint)"
    )
  }

  func run() throws {
    let console = Console()
    try reportingFailures(console) {
      if let family, let kind {
        try console.output(explanation(of: kind, family))
      } else {
        try console.output((family.map { [$0] } ?? Family.allCases).map(overview).joined(separator: "\n\n"))
      }
    }
  }

  /// The one kind asked for.
  private var kind: Kind? { family?.kinds.first { $0.name == name } }

  private func overview(_ family: Family) -> String {
    let width = family.kinds.map(\.name.count).max() ?? 0
    let rows = family.kinds.map {
      "  \($0.name.padding(toLength: width, withPad: " ", startingAt: 0))  \($0.summary)"
    }
    return ([family.rawValue] + rows).joined(separator: "\n")
  }

  private func explanation(of kind: Kind, _ family: Family) -> String {
    var lines = ["\(kind.name): \(kind.summary)"]
    if !kind.formula.isEmpty { lines.append("  formula  \(kind.formula)") }
    if !kind.source.isEmpty { lines.append("  source   \(kind.source)") }
    for parameter in kind.parameters {
      let unit = parameter.unit.isEmpty ? "" : " (\(parameter.unit))"
      let fallback = parameter.defaultText.map { "default \($0)" } ?? (parameter.isRequired ? "required" : "optional")
      lines.append("  \(parameter.key)\(unit): \(parameter.summary)")
      lines.append("      \(parameter.allowed); \(fallback)")
    }
    if family == .measures { lines += reported(by: kind) }
    return lines.joined(separator: "\n")
  }

  /// The ids that a family of measures reports.
  private func reported(by kind: Kind) -> [String] {
    allRiskMeasures.filter { $0.kind == kind }.flatMap { $0.measures }.map { "  \($0.id): \($0.summary)" }
  }
}
