import Clearing
import Markets
import Schema
import Testing
import Venues

@Suite("Margin models read from a job")
struct MarginModelReadingTests {
  private let location = SourceLocation(file: "job.yaml", line: 7, keyPath: "marginModels[0]")

  private func mapping(_ entries: [(String, DocumentNode.Content)]) -> DocumentNode {
    DocumentNode(
      .mapping(
        entries.map { .init(key: $0.0, value: DocumentNode($0.1, at: location.appending(key: $0.0))) }),
      at: location)
  }

  private func context(_ instruments: [Instrument], fraction: Double? = 0.5) throws -> MarginContext {
    MarginContext(
      grid: try #require(TimeGrid(steps: 24, stepHours: 1)), venue: SampleVenue.venue(instruments),
      rules: SampleVenue.rules, initialVolatilities: [0.8, 0.5], baselineMaintenanceFraction: fraction)
  }

  private func read<Model: MarginModel>(
    _ type: Model.Type, _ entries: [(String, DocumentNode.Content)], _ context: MarginContext
  ) -> (model: Model?, problems: [Problem]) {
    let collector = ProblemCollector()
    var reader = ParameterReader(mapping(entries), problems: collector)
    let model = Model(reading: &reader, context: context)
    reader.finish()
    return (model, collector.problems)
  }

  @Test("a volatility-scaled model with every figure written, and with defaults")
  func volatilityScaled() throws {
    let volatility = DocumentNode.Content.mapping([
      .init(key: "kind", value: DocumentNode(.scalar("ewma"), at: location)),
      .init(key: "lambda", value: DocumentNode(.scalar("0.97"), at: location)),
      .init(key: "lambdaPer", value: DocumentNode(.scalar("step"), at: location)),
    ])
    let written = read(
      VolatilityScaledMargin.self,
      [
        ("volatility", volatility), ("confidence", .scalar("0.99")), ("marginPeriodHours", .scalar("48")),
        ("multiple", .scalar("1.5")), ("floor", .scalar("0.03")), ("cap", .scalar("0.5")),
        ("updateHours", .scalar("8")), ("maintenanceFraction", .scalar("0.7")),
      ], try context(SampleVenue.exchange))
    let model = try #require(written.model)
    #expect(written.problems.isEmpty)
    let terms = model.rates.terms
    #expect(terms.recursions.map(\.beta) == [0.97, 0.97] && terms.updateSteps == 8 && terms.maintenanceFraction == 0.7)
    #expect(abs(model.rates.law.ratePerVolatility - 1.5 * 2.3263478740408408 * (48.0 / 8760).squareRoot()) < 1e-12)

    let inherited = read(VolatilityScaledMargin.self, [], try context(SampleVenue.exchange))
    #expect(inherited.problems.isEmpty)
    let defaults = try #require(inherited.model).rates.terms
    #expect(defaults.maintenanceFraction == 0.5 && defaults.updateSteps == 1 && defaults.overlays == .none)
  }

  @Test("every problem is recorded at once, with its key")
  func problems() throws {
    let wrong = read(
      VolatilityScaledMargin.self,
      [
        ("floor", .scalar("0.6")), ("cap", .scalar("0.5")), ("updateHours", .scalar("1.5")),
        ("confidance", .scalar("0.99")),
      ], try context(SampleVenue.exchange, fraction: nil))
    #expect(wrong.model == nil)
    let keys = wrong.problems.map(\.location.keyPath).sorted()
    #expect(
      keys == ["confidance", "floor", "maintenanceFraction", "updateHours"].map { "marginModels[0].\($0)" })

    for (key, text) in [("confidence", "1"), ("marginPeriodHours", "0"), ("multiple", "-1"), ("cap", "nan")] {
      let single = read(VolatilityScaledMargin.self, [(key, .scalar(text))], try context(SampleVenue.exchange))
      #expect(single.model == nil && single.problems.count == 1, "\(key): \(text)")
    }
  }

  @Test("a model that cannot margin the venue's instruments says so")
  func instruments() throws {
    #expect(read(LoanToValueMargin.self, [], try context(SampleVenue.exchange)).problems.count == 2)
    #expect(read(VolatilityScaledMargin.self, [], try context(SampleVenue.pool)).problems.count == 1)
    let bare = [Instrument(id: "P", kind: .perpetual(PerpetualTerms(asset: 0, brackets: nil)))]
    #expect(read(TieredMargin.self, [], try context(bare)).problems.count == 1)
    #expect(read(TieredMargin.self, [], try context(SampleVenue.exchange)).problems.isEmpty)
    #expect(read(LoanToValueMargin.self, [], try context(SampleVenue.pool)).problems.isEmpty)
  }

  @Test("built-in models have distinct names")
  func names() {
    #expect(Set(allMarginModels.map { $0.kind.name }).count == allMarginModels.count)
  }
}
