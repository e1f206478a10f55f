import JobFiles
import StressTesting
import Testing

/// A run that the machine cannot hold is refused before anything is computed, and the refusal says what would fit.
@Suite("The budget of a run")
struct RunBudgetTests {
  private static let gigabyte = 1_000_000_000

  private func budget(paths: Int, workers: Int = 2, formats: String = "[json, csv]") throws -> RunBudget {
    RunBudget(
      try Embedded.job("nightly", ["paths": "\(paths)", "output.formats": formats]), workers: workers)
  }

  private func refusal(paths: Int, memory: Int? = nil, disk: Int? = nil) throws -> RunTooLarge? {
    let budget = try budget(paths: paths)
    do {
      try budget.check(memory: memory, disk: disk)
      return nil
    } catch {
      return error
    }
  }

  @Test("the nightly job fits into a gigabyte")
  func nightly() throws {
    #expect(try refusal(paths: 20_000, memory: Self.gigabyte, disk: Self.gigabyte) == nil)
  }

  @Test("10^12 paths are refused, and the largest number stated is the largest that passes")
  func largest() throws {
    let refused = try #require(try refusal(paths: 1_000_000_000_000, memory: 16 * Self.gigabyte))
    #expect(refused.resource == .memory && refused.paths == 1_000_000_000_000)
    #expect(refused.neededBytes > 1e14 && refused.availableBytes < 16e9)
    #expect(refused.largestPaths > 1_000_000)
    #expect(try refusal(paths: refused.largestPaths, memory: 16 * Self.gigabyte) == nil)
    #expect(try refusal(paths: refused.largestPaths + 1, memory: 16 * Self.gigabyte) != nil)
    #expect(refused.description.contains("nightly.yaml: paths: 1000000000000 paths need about"))
    #expect(refused.description.hasSuffix("allowed: at most \(refused.largestPaths) paths"))
  }

  @Test("the disk counts, and of two shortages the tighter one is told")
  func tightest() throws {
    let disk = try #require(try refusal(paths: 100_000_000, disk: Self.gigabyte))
    #expect(disk.resource == .disk)
    let both = try #require(
      try refusal(paths: 100_000_000, memory: 1000 * Self.gigabyte, disk: Self.gigabyte))
    #expect(both.resource == .disk && both.largestPaths == disk.largestPaths)
    let memory = try #require(
      try refusal(paths: 1_000_000_000, memory: Self.gigabyte, disk: 10 * Self.gigabyte))
    #expect(memory.resource == .memory)
  }

  @Test("where not even the portfolio fits, no number of paths is offered")
  func nothing() throws {
    let refused = try #require(try refusal(paths: 1, memory: 10_000_000))
    #expect(refused.largestPaths == 0)
    #expect(refused.description.hasSuffix("none, the portfolio and its tables alone need more"))
  }

  @Test("what is unknown is not checked")
  func unknown() throws { #expect(try refusal(paths: 1_000_000_000_000) == nil) }

  @Test("needs grow with paths, workers, models and tables")
  func monotone() throws {
    func bytes(_ budget: RunBudget, _ paths: Int) -> [Double] { budget.needs.map { $0.bytes(paths: paths) } }
    let base = try budget(paths: 20_000)
    #expect(zip(bytes(base, 20_000), bytes(base, 30_000)).allSatisfy { $0 < $1 })
    let wide = try budget(paths: 20_000, workers: 8)
    #expect(base.needs[0].fixed < wide.needs[0].fixed && base.needs[2].fixed == wide.needs[2].fixed)
    let bare = try budget(paths: 20_000, formats: "[json]")
    #expect(bare.needs[2].fixed < base.needs[2].fixed)
    let single = RunBudget(try Embedded.job("lending"), workers: 2)
    #expect(single.needs[0].perPath < base.needs[0].perPath)
  }
}
