import Clearing
import TestSupport
import Venues

extension TwinCase {
  /// Case `joined`: what other campaigns have one by one, together. One to three venues on one market; every second
  /// exchange lists options and the others inverse and dated contracts; most exchanges are under portfolio margin;
  /// accounts have credit lines and are sub-accounts of one holder; most cases have oracles that are late, average, wait
  /// or stand still; venues fail, and claims on them are traded.
  init?(joined number: Int) throws {
    guard let plain = TwinCase(several: number) else { return nil }
    let listed = plain.venues.indices.filter { ($0 + number) % 2 == 0 }
    self = plain.withContracts(at: plain.venues.indices.filter { !listed.contains($0) })
    var figures = TwinRandomFigures(seed: 7_000_006, case: number)
    if !listed.isEmpty { try listOptions(at: listed, &figures) }
    if figures.flip(0.75) {
      let judged = withOracles()
      venues = judged.venues
      frozenOracles = judged.frozenOracles
    }
    venues = withCredit(at: venues.indices.filter { !venues[$0].isExchange }).venues
    for index in venues.indices where venues[index].isExchange {
      let venue = venues[index].venue
      venues[index].venue = hedged(venue, terms: Self.credited(venue.book, &figures), &figures)
      guard figures.flip(0.85) else { continue }
      venues[index].model = .scenarioGrid(scenarioGrid(venues[index].rules.brackets, &figures))
    }
  }
}
