/// What a lending book's specification asked for, and what was drawn.
struct LendingAggregates {
  /// What was asked for.
  let kind: LendingBook
  /// The borrowers as drawn.
  let borrowers: [Borrower]

  /// All lines, in the order to show.
  var lines: [BookAggregate] { kind.segments.indices.flatMap(segmentLines) + bookLines }

  /// Numbers, sizes and utilisations of one segment against its laws.
  private func segmentLines(_ index: Int) -> [BookAggregate] {
    let segment = kind.segments[index]
    let members = borrowers.filter { $0.segment == index }
    let sizes = SampleStatistics(members.map { value(of: $0.collateral) })
    let used = SampleStatistics(members.map(utilisation))
    let name = segment.name
    return [
      BookAggregate(
        "\(name), accounts", requested: segment.share * Double(kind.accounts), obtained: Double(members.count)),
      BookAggregate(
        "\(name), collateral, median, USD", requested: segment.size.quantile(0.5), obtained: sizes.quantile(0.5)),
      BookAggregate(
        "\(name), collateral, quantile 0.95, USD", requested: segment.size.quantile(0.95),
        obtained: sizes.quantile(0.95)),
      BookAggregate("\(name), collateral, sum, USD", obtained: sizes.sum),
      BookAggregate(
        "\(name), utilisation, mean", requested: kind.largestUtilisation * segment.utilisation.mean, obtained: used.mean
      ),
      BookAggregate("\(name), utilisation, quantile 0.95", obtained: used.quantile(0.95)),
    ] + secondLines(segment, members: members)
  }

  /// How many have a second collateral; no line for a segment without any.
  private func secondLines(_ segment: LendingSegment, members: [Borrower]) -> [BookAggregate] {
    guard let second = segment.second, !members.isEmpty else { return [] }
    let count = members.count { $0.collateral.count > 1 }
    return [
      BookAggregate(
        "\(segment.name), share with a second collateral", requested: second.probability,
        obtained: Double(count) / Double(members.count))
    ]
  }

  /// The pool as a whole.
  private var bookLines: [BookAggregate] {
    let sizes = SampleStatistics(borrowers.map { value(of: $0.collateral) })
    let debt = borrowers.reduce(0) { $0 + value(of: $1.debts) }
    return [
      BookAggregate("collateral, sum, USD", obtained: sizes.sum),
      BookAggregate("collateral of the largest borrower, USD", obtained: sizes.largest),
      BookAggregate("Gini coefficient of collateral", obtained: sizes.gini),
      BookAggregate("debt, sum, USD", obtained: debt),
      BookAggregate("health factor, least", obtained: 1 / SampleStatistics(borrowers.map(utilisation)).largest),
    ] + instrumentLines + [
      BookAggregate("utilisations drawn again", obtained: Double(borrowers.reduce(0) { $0 + $1.redraws }))
    ]
  }

  /// Per instrument: what is held and what is owed, in units of the market's daily volume.
  private var instrumentLines: [BookAggregate] {
    let context = kind.context
    return context.instruments.indices.flatMap { index -> [BookAggregate] in
      guard let terms = context.spotTerms(of: index), let depth = context.depths[terms.asset] else { return [] }
      let held = borrowers.reduce(0) { $0 + value(of: $1.collateral.filter { $0.instrument == index }) }
      let owed = borrowers.reduce(0) { $0 + value(of: $1.debts.filter { $0.instrument == index }) }
      let id = context.instruments[index].id
      return [
        BookAggregate("\(id) held ÷ daily volume", obtained: held / depth.averageDailyVolume),
        BookAggregate("\(id) owed ÷ daily volume", obtained: owed / depth.averageDailyVolume),
      ]
    }
  }

  /// Σ q·price in USD.
  private func value(of holdings: [Holding]) -> Double {
    holdings.reduce(0) { $0 + $1.quantity * kind.context.price(of: $1.instrument) }
  }

  /// Debt ÷ Σ collateral × threshold: one over the health factor; 0 without collateral that counts.
  private func utilisation(of borrower: Borrower) -> Double {
    let agreed = kind.segments[borrower.segment].agreed
    let power = kind.borrowingPower(of: borrower.collateral, agreed: agreed).maintenance
    return power > 0 ? value(of: borrower.debts) / power : 0
  }
}
