import Dispatch
import Foundation
import Synchronization

/// Notices SIGINT, SIGTERM and SIGHUP so that a run ends between two blocks and leaves nothing half written.
final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)
  private let sources = Mutex<[any DispatchSourceSignal]>([])

  /// Starts to listen.
  init() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      sources.withLock { sources in
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { [weak self] in self?.flag.store(true, ordering: .relaxed) }
        source.resume()
        sources.append(source)
      }
    }
  }

  /// Whether a signal came.
  var isRequested: Bool { flag.load(ordering: .relaxed) }
}
