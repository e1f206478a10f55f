import Glibc
import Kernels
import Synchronization
import Testing

/// Blocks of work give the same on any number of workers, and fail the same way.
@Suite struct ParallelTests {
  private struct Broken: Error, Equatable { let block: Int }

  /// Workspaces are not copyable, and carry rubbish from block to block on purpose.
  private struct Scratch: ~Copyable {
    var values: [Double]
  }

  @Test(arguments: [1, 2, 3, 4, 9]) func resultsAreInBlockOrderOnAnyNumberOfWorkers(workers: Int) throws {
    let results = try WorkerPool(workers: workers).map(blocks: 40) { _ in
      Scratch(values: [Double](repeating: .nan, count: pathsPerBlock))
    } body: { block, scratch in
      var view = scratch.values.mutableSpan
      fillNormals(
        seed: 3, firstPath: UInt64(block * pathsPerBlock), step: 0, factorCount: 1, purpose: .priceShock, into: &view)
      return pairwiseSum(scratch.values)
    }
    let expected = (0..<40).map { pairwiseSum(normals(firstPath: UInt64($0 * 256), step: 0, factors: 1, seed: 3)) }
    #expect(results == expected)
  }

  @Test(arguments: [1, 4]) func everyBlockRunsOnceWithOneWorkspaceAWorker(workers: Int) throws {
    let runs = Mutex([Int](repeating: 0, count: 100))
    let made = Mutex<[Int]>([])
    let progress = Mutex<[Int]>([])
    try WorkerPool(workers: workers).forEachBlock(
      count: 100, onBlockDone: { done in progress.withLock { $0.append(done) } },
      makeWorkspace: { worker in made.withLock { $0.append(worker) } },
      body: { block, _ in runs.withLock { $0[block] += 1 } })
    #expect(runs.withLock { $0.allSatisfy { $0 == 1 } })
    #expect(made.withLock { $0.count <= workers && Set($0).count == $0.count })
    #expect(progress.withLock { $0 } == Array(1...100))
  }

  /// Several blocks fail; the error thrown is always that of the lowest, and no block far behind is begun.
  @Test(arguments: [1, 2, 4]) func theErrorOfTheLowestBlockIsThrown(workers: Int) {
    for _ in 0..<20 {
      let begun = Atomic<Int>(0)
      #expect(throws: Broken(block: 17)) {
        try WorkerPool(workers: workers).forEachBlock(count: 1_000_000, makeWorkspace: { _ in }) { block, _ in
          begun.wrappingAdd(1, ordering: .relaxed)
          if block >= 17 { throw Broken(block: block) }
        }
      }
      #expect(begun.load(ordering: .relaxed) <= 17 + workers)
    }
  }

  /// Two blocks run side by side, as far as threads allow, and one of them fails a while after the other.
  @Test(arguments: [0, 1]) func theLowestBlockWinsWhicheverFailsLast(late: Int) {
    let begun = Atomic<Int>(0)
    #expect(throws: Broken(block: 0)) {
      try WorkerPool(workers: 2).forEachBlock(count: 2, makeWorkspace: { _ in }) { block, _ in
        begun.wrappingAdd(1, ordering: .acquiringAndReleasing)
        for _ in 0..<200_000 where begun.load(ordering: .acquiring) < 2 { sched_yield() }
        if block == late { for _ in 0..<20_000 { sched_yield() } }
        throw Broken(block: block)
      }
    }
  }

  @Test func anErrorOfTheWorkspaceIsThrown() {
    #expect(throws: Broken(block: -1)) {
      try WorkerPool(workers: 2).forEachBlock(
        count: 5, makeWorkspace: { _ in throw Broken(block: -1) }, body: { (_, _: inout Int) in })
    }
  }

  @Test func workStopsWhenAsked() {
    let done = Atomic<Int>(0)
    #expect(throws: WorkStopped(blocksDone: 3)) {
      try WorkerPool(workers: 1).forEachBlock(
        count: 10, shouldStop: { done.load(ordering: .relaxed) == 3 }, makeWorkspace: { _ in }
      ) { _, _ in done.wrappingAdd(1, ordering: .relaxed) }
    }
  }

  @Test func aRequestToStopAfterTheLastBlockChangesNothing() throws {
    let done = Atomic<Int>(0)
    try WorkerPool(workers: 1).forEachBlock(
      count: 3, shouldStop: { done.load(ordering: .relaxed) == 3 }, makeWorkspace: { _ in }
    ) { _, _ in done.wrappingAdd(1, ordering: .relaxed) }
    #expect(done.load(ordering: .relaxed) == 3)
  }

  @Test func nothingToDoIsDone() throws {
    #expect(try WorkerPool(workers: 4).map(blocks: 0, makeWorkspace: { _ in }) { block, _ in block }.isEmpty)
    try WorkerPool(workers: 4).forEachBlock(count: -3, makeWorkspace: { _ in }) { _, _ in }
    #expect(WorkerPool(workers: -2).workers == 1)
  }
}
