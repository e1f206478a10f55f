import Dispatch
import Synchronization

/// The work was stopped from outside before all blocks were done.
public struct WorkStopped: Error, Sendable, Equatable {
  /// How many blocks had been finished.
  public let blocksDone: Int

  /// Records how far the work got.
  public init(blocksDone: Int) { self.blocksDone = blocksDone }
}

/// Runs independent blocks of work on several threads.
///
/// What comes out never depends on the number of workers as long as a body's result is a function of its block index:
/// blocks are taken in ascending order, results are kept by index, and of several errors the one of the lowest block is
/// thrown (every block below a failing one has been started by then and is waited for).
public struct WorkerPool: Sendable {
  /// The number of threads, at least one.
  public let workers: Int

  /// A pool of `workers` threads; anything below one counts as one.
  public init(workers: Int) { self.workers = max(1, workers) }

  /// Runs `body` once for each block 0 ..< `count`.
  ///
  /// - `shouldStop` is asked before each block; once true, no more is begun and `WorkStopped` is thrown at the end.
  /// - `onBlockDone` gets the number of blocks done so far, ascending, from one thread at a time.
  /// - `makeWorkspace` is called at most once per worker, on its thread, with the worker's number; the workspace is lent
  ///   to every body that runs there and must carry nothing from block to block that shows in results.
  /// - An error thrown by a body stops the handing out of blocks; the error of the lowest block is rethrown.
  public func forEachBlock<Workspace: ~Copyable>(
    count: Int, shouldStop: @Sendable () -> Bool = { false }, onBlockDone: @Sendable (Int) -> Void = { _ in },
    makeWorkspace: @Sendable (Int) throws -> Workspace, body: @Sendable (Int, inout Workspace) throws -> Void
  ) throws {
    let queue = BlockQueue(count: max(0, count))
    let threads = min(workers, max(1, count))
    if threads == 1 {
      queue.drain(0, shouldStop, onBlockDone, makeWorkspace, body)
    } else {
      DispatchQueue.concurrentPerform(iterations: threads) { worker in
        queue.drain(worker, shouldStop, onBlockDone, makeWorkspace, body)
      }
    }
    try queue.rethrow()
  }

  /// Runs `body` once for each block and returns what it gave, in block order; the rest as in `forEachBlock`.
  public func map<Workspace: ~Copyable, Result: Sendable>(
    blocks count: Int, shouldStop: @Sendable () -> Bool = { false },
    onBlockDone: @Sendable (Int) -> Void = { _ in }, makeWorkspace: @Sendable (Int) throws -> Workspace,
    body: @Sendable (Int, inout Workspace) throws -> Result
  ) throws -> [Result] {
    let results = Mutex<[(block: Int, result: Result)]>([])
    try forEachBlock(
      count: count, shouldStop: shouldStop, onBlockDone: onBlockDone, makeWorkspace: makeWorkspace
    ) { block, workspace in
      let result = try body(block, &workspace)
      results.withLock { $0.append((block, result)) }
    }
    return results.withLock { $0.sorted { $0.block < $1.block }.map(\.result) }
  }
}

/// The blocks still to do, and what became of the others.
private final class BlockQueue: Sendable {
  private struct Progress {
    var done = 0
    var failedBlock = Int.max
    var failure: (any Error)?
  }

  private let count: Int
  private let next = Atomic<Int>(0)
  private let halted = Atomic<Bool>(false)
  private let progress = Mutex(Progress())

  init(count: Int) { self.count = count }

  /// One worker's life: takes blocks until none is left or the work is halted.
  func drain<Workspace: ~Copyable>(
    _ worker: Int, _ shouldStop: () -> Bool, _ onBlockDone: (Int) -> Void, _ makeWorkspace: (Int) throws -> Workspace,
    _ body: (Int, inout Workspace) throws -> Void
  ) {
    guard var block = take(shouldStop) else { return }
    do {
      var workspace = try makeWorkspace(worker)
      while true {
        try body(block, &workspace)
        progress.withLock {
          $0.done += 1
          onBlockDone($0.done)
        }
        guard let following = take(shouldStop) else { return }
        block = following
      }
    } catch {
      fail(block, error)
    }
  }

  /// The next block, or nil when there is none or none shall be begun.
  private func take(_ shouldStop: () -> Bool) -> Int? {
    if halted.load(ordering: .acquiring) { return nil }
    if shouldStop() {
      halted.store(true, ordering: .releasing)
      return nil
    }
    let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return block < count ? block : nil
  }

  private func fail(_ block: Int, _ error: any Error) {
    halted.store(true, ordering: .releasing)
    progress.withLock {
      if block < $0.failedBlock { ($0.failedBlock, $0.failure) = (block, error) }
    }
  }

  /// Throws the error of the lowest failing block, or `WorkStopped` where blocks were left undone.
  func rethrow() throws {
    let (failure, done) = progress.withLock { ($0.failure, $0.done) }
    if let failure { throw failure }
    if done < count { throw WorkStopped(blocksDone: done) }
  }
}
