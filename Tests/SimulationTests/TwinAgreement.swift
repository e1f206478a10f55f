import Simulation
import TestSupport
import Testing

extension TwinCase {
  /// Expects the engine to do along one path what the reference's `trace` says: step by step, and in every quantity of the
  /// outcome table, at all venues.
  func expectAgreement(
    with trace: ReferenceTrace, path: Int, of simulator: Simulator, _ table: OutcomeTable, number: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let comparison = TwinComparisonTests()
    let observer = TwinObserver()
    _ = simulator.replay(path: path, model: 0, observer: observer)
    let difference = comparison.firstDifference(observer, trace, self)
    #expect(difference == nil, "case \(number), path \(path)", sourceLocation: sourceLocation)
    for (venue, outcome) in trace.outcomes.enumerated() {
      let differing = comparison.differences(
        table.series(model: 0, venue: venue), path, outcome, self, venue: venue)
      #expect(differing == [], "case \(number), path \(path), venue \(venue)", sourceLocation: sourceLocation)
    }
  }
}
