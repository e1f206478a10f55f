import Venues
import Markets
import Clearing
import Kernels

/// Puts block outcomes together, in any order of arrival, into the same table.
///
/// Path columns go to their places; everything else is integer counts, which add up the same in any order.
struct OutcomeCollector {
  private(set) var table: OutcomeTable
  /// Batches of blocks whose first-passage counts are kept apart, for errors by batch.
  static let batches = 32

  init(simulator: Simulator) {
    let steps = simulator.grid.steps
    let paths = simulator.paths
    var series: [OutcomeSeries] = []
    for model in simulator.models.indices {
      for (venue, plan) in simulator.venues.enumerated() {
        let column = [Double](repeating: 0, count: paths)
        series.append(
          OutcomeSeries(
            model: model, venue: venue,
            pathColumns: [PathColumn](repeating: PathColumn(count: paths), count: PathQuantity.allCases.count),
            bookLoss: [[Double]](repeating: column, count: 1 + plan.venue.book.groups.count),
            liquidationsByAccount: [UInt32](repeating: 0, count: plan.census.ids.count),
            firstPassage: [[UInt32]](
              repeating: [UInt32](repeating: 0, count: steps), count: min(Self.batches, simulator.blockCount)),
            reserveFan: .reserve(points: simulator.grid.points)))
        let origins = simulator.venues.count > 1 ? simulator.venues.count : 0
        series[series.count - 1].contagion = [[Double]](repeating: column, count: origins)
      }
    }
    table = OutcomeTable(
      paths: paths, steps: steps, stepHours: simulator.grid.stepHours, models: simulator.labels,
      venues: simulator.venues.map {
        var label = VenueLabel(
          id: $0.venue.id, initialReserve: $0.rules.reserve.total, groups: $0.venue.book.groups,
          accountIDs: $0.census.ids, accounts: $0.census.labels)
        label.canFail = $0.rules.onExhaustion == .fail
        return label
      }, series: series,
      moments: simulator.venues.map {
        LiquidationMoments(partitions: $0.census.partitions, modelCount: simulator.models.count)
      },
      pathStates: [[Int]](
        repeating: [Int](repeating: 0, count: PathState.allCases.count), count: simulator.models.count),
      priceFans: simulator.fanAssets.map {
        .price(of: simulator.generator.market.assetIDs[$0], points: simulator.grid.points)
      })
  }

  /// Adds one block.
  mutating func add(_ block: BlockOutcome) {
    let first = block.block * pathsPerBlock
    for index in table.series.indices {
      table.series[index].add(block, series: index, firstPath: first)
    }
    for index in table.priceFans.indices { table.priceFans[index].merge(block.priceFans[index]) }
    for index in table.moments.indices { table.moments[index].merge(block.moments[index]) }
    for model in table.pathStates.indices {
      for state in table.pathStates[model].indices { table.pathStates[model][state] += block.states[model][state] }
    }
  }
}

extension OutcomeSeries {
  fileprivate mutating func add(_ block: BlockOutcome, series: Int, firstPath: Int) {
    let places = firstPath..<firstPath + block.count
    for quantity in pathColumns.indices {
      pathColumns[quantity].replace(places, with: block.values[series][quantity][0..<block.count])
    }
    for group in bookLoss.indices {
      bookLoss[group].replaceSubrange(places, with: block.bookLoss[series][group][0..<block.count])
    }
    for origin in contagion.indices {
      contagion[origin].replaceSubrange(places, with: block.contagion[series][origin][0..<block.count])
    }
    for account in block.liquidated[series] { liquidationsByAccount[Int(account)] &+= 1 }
    let batch = block.block % firstPassage.count
    for step in firstPassage[batch].indices { firstPassage[batch][step] &+= block.firstPassage[series][step] }
    reserveFan.merge(block.reserveFans[series])
  }
}
