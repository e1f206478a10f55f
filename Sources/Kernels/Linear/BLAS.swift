import COpenBLAS

/// The linear-algebra library this process runs with: how it was built, and how many threads it may use.
public enum BLAS {
  /// How the library makes threads.
  public enum Flavour: Int32, Sendable, CustomStringConvertible {
    /// One thread always.
    case serial = 0
    /// Its own threads; the count set by `useOneThread` holds for every caller.
    case pthread = 1
    /// OpenMP threads; the count holds only for the thread that set it, so `OMP_NUM_THREADS=1` must be in the
    /// environment before the process starts.
    case openMP = 2

    /// The name to show: `serial`, `pthread` or `openMP`.
    public var description: String {
      switch self {
      case .serial: "serial"
      case .pthread: "pthread"
      case .openMP: "openMP"
      }
    }
  }

  /// Makes every call run on its caller's thread. Call it once, before any work: the bits of a factorisation depend on
  /// the number of threads, and the blocks of a run already fill the cores.
  public static func useOneThread() { openblas_set_num_threads(1) }

  /// The library's own account of its build: version, options, kernel family, thread limit.
  public static var configuration: String { openblas_get_config().map { String(cString: $0) } ?? "unknown" }

  /// How the library makes threads; nil for a kind this program does not know.
  public static var flavour: Flavour? { Flavour(rawValue: openblas_get_parallel()) }

  /// The family of processor kernels in use, such as `SkylakeX` or `Haswell`; results differ in the last bits between
  /// families.
  public static var coreName: String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }

  /// The number of threads a call may use at present.
  public static var threadCount: Int { Int(openblas_get_num_threads()) }
}
