import Kernels
import Markets
import TestSupport
import Venues

extension TwinCase {
  /// The same case with perpetuals that pay a funding rate of the market, wild and correlated with prices; the reference
  /// gets the rates that the engine's generator draws under `seed`.
  func withMovingFunding(seed: UInt64) throws -> TwinCase {
    var twin = self
    twin.funding = FundingParameters(
      intervalHours: 8, mean: 0.0005, deviation: 0.01, halfLifeHours: 12, correlationWithPrice: 0.5, limit: 0.02)
    twin.venues = venues.map { input in
      var input = input
      input.venue = Self.takingMarketFunding(input.venue)
      return input
    }
    let generator = PathGenerator(market: try twin.marketModel(), seed: seed)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    let offset = block.offset(of: .fundingRate) ?? 0
    for path in paths.indices {
      let start = block.slab(path).lowerBound + offset
      twin.fundingRates.append(
        paths[path].indices.map { asset in
          (0..<grid.points).map { block.values[start + asset * grid.points + $0] }
        })
    }
    return twin
  }

  private static func takingMarketFunding(_ venue: Venue) -> Venue {
    let instruments = venue.instruments.map { instrument in
      guard case .perpetual(var terms) = instrument.kind else { return instrument }
      terms.takesMarketFunding = true
      return Instrument(id: instrument.id, kind: .perpetual(terms))
    }
    return Venue(
      id: venue.id, summary: venue.summary, settlement: venue.settlement, isSynthetic: venue.isSynthetic,
      depths: venue.depths, instruments: instruments, book: venue.book)
  }
}
