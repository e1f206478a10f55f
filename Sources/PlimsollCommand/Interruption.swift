import Dispatch
import Foundation
import Synchronization

/// Notices SIGINT, SIGTERM and SIGHUP so that a run ends between two blocks and leaves nothing half written.
///
/// A signal that was ignored when the program started stays ignored: `nohup` and shells that start something in the
/// background rely on it.
final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)
  private let sources = Mutex<[any DispatchSourceSignal]>([])

  /// Starts to listen.
  init() {
    let ignored = Self.ignoredSignals
    for number in [SIGINT, SIGTERM, SIGHUP] where ignored & (1 << UInt64(number - 1)) == 0 {
      signal(number, SIG_IGN)
      sources.withLock { sources in
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { [weak self] in self?.flag.store(true, ordering: .relaxed) }
        source.resume()
        sources.append(source)
      }
    }
  }

  /// The signals that the process ignores, bit n − 1 for signal n; none where the system does not say.
  private static var ignoredSignals: UInt64 {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
    return line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
  }

  /// Whether a signal came.
  var isRequested: Bool { flag.load(ordering: .relaxed) }
}
