import CLanes
import Glibc

/// What this process runs on and what it has used, for limits and for the record of a run.
public enum Machine {
  /// The number of cores this process may run on: its affinity, as a batch system or `taskset` sets it, not what the
  /// machine has. One where the system does not say.
  public static var allowedCores: Int {
    guard let list = statusField("Cpus_allowed_list", in: "/proc/self/status") else { return 1 }
    return max(1, countOfRanges(list))
  }

  /// The processor's name, or "unknown".
  public static var cpuModel: String { statusField("model name", in: "/proc/cpuinfo") ?? "unknown" }

  /// Those of the instruction sets that matter here which the processor offers: `avx2`, `fma`, `avx512f`, …
  public static var instructionSets: [String] {
    let known = ["sse4_2", "avx", "avx2", "fma", "avx512f", "avx512dq", "avx512vl", "avx512ifma"]
    let flags = Set((statusField("flags", in: "/proc/cpuinfo") ?? "").split(separator: " ").map(String.init))
    return known.filter(flags.contains)
  }

  /// The processor this program was compiled for: `native` (that of the building machine), a level of the x86-64
  /// architecture, or `other`.
  public static var compiledFor: String {
    #if PLIMSOLL_CPU_native
      "native"
    #elseif PLIMSOLL_CPU_x86_64_v4
      "x86-64-v4"
    #elseif PLIMSOLL_CPU_x86_64_v3
      "x86-64-v3"
    #elseif PLIMSOLL_CPU_x86_64_v2
      "x86-64-v2"
    #elseif PLIMSOLL_CPU_x86_64
      "x86-64"
    #else
      "other"
    #endif
  }

  /// The width in bits of the vector registers the program was compiled for: 512, 256 or 128.
  public static var compiledVectorWidthBits: Int { Int(plimsoll_vector_width_bits()) }

  /// The most memory this process has held so far, in bytes.
  ///
  /// By the status of the process, where the system has it: the figure of `getrusage` includes what the process that
  /// started this one held then.
  public static var peakResidentBytes: Int {
    let kilobytes = statusField("VmHWM", in: "/proc/self/status")?.split(separator: " ").first.flatMap { Int($0) }
    return (kilobytes ?? Int(usage.ru_maxrss)) * 1024
  }

  /// The processor time this process has used, in seconds, all threads together, in user and system mode.
  public static var cpuSeconds: Double { seconds(usage.ru_utime) + seconds(usage.ru_stime) }

  /// Seconds since some fixed moment, never set back; for durations only.
  public static var monotonicSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static var usage: rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
}

/// How many numbers a list such as "0-3,8,10-11" names.
func countOfRanges(_ list: String) -> Int {
  list.split(separator: ",").reduce(0) { total, range in
    let ends = range.split(separator: "-").compactMap { Int($0) }
    guard let first = ends.first, let last = ends.last, last >= first else { return total }
    return total + last - first + 1
  }
}
