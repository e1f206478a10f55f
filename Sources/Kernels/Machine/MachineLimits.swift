import Glibc

extension Machine {
  /// The memory a run may still take, in bytes: what the system calls available, or what the process's control group
  /// leaves where that is less. Nil where the system does not say.
  public static var availableMemoryBytes: Int? {
    let system = statusField("MemAvailable", in: "/proc/meminfo").flatMap { Int($0.prefix { $0.isNumber }) }
    let candidates = [system.map { $0 * 1024 }, controlGroupHeadroomBytes].compactMap(\.self)
    return candidates.min()
  }

  /// The free space for ordinary users on the disk that holds `path`, in bytes; nil where the path does not exist.
  public static func freeDiskBytes(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  /// The least that any control group above this process leaves of its memory limit, version 2 or 1.
  private static var controlGroupHeadroomBytes: Int? {
    let groups = readText("/proc/self/cgroup")?.split(separator: "\n") ?? []
    return groups.flatMap { line -> [Int] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[1].isEmpty {
        return headrooms(root: "/sys/fs/cgroup", group: fields[2], limit: "memory.max", usage: "memory.current")
      }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return headrooms(
        root: "/sys/fs/cgroup/memory", group: fields[2], limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes")
    }.min()
  }

  /// Limit less usage of a group and of each of its parents, where both are given.
  private static func headrooms(root: String, group: Substring, limit: String, usage: String) -> [Int] {
    var parts = group.split(separator: "/")
    var found: [Int] = []
    while true {
      let folder = ([root] + parts.map(String.init)).joined(separator: "/")
      if let most = readNumber("\(folder)/\(limit)"), let used = readNumber("\(folder)/\(usage)") {
        found.append(max(0, most - used))
      }
      guard parts.popLast() != nil else { return found }
    }
  }

  private static func readNumber(_ path: String) -> Int? { readText(path).flatMap { Int($0.prefix { $0.isNumber }) } }
}

/// The value behind `name:` on the first such line of a system file, without surrounding blanks.
func statusField(_ name: String, in path: String) -> String? {
  for line in readText(path)?.split(separator: "\n") ?? [] {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0].filter({ $0 != "\t" }).trimmed == name else { continue }
    return parts[1].trimmed
  }
  return nil
}

/// The text of a small system file; nil where it cannot be read. Such files have no size, so they are read to the end.
func readText(_ path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let got = read(descriptor, &buffer, buffer.count)
    guard got >= 0 else { return nil }
    if got == 0 { return String(decoding: bytes, as: UTF8.self) }
    bytes += buffer[..<got]
  }
}

extension StringProtocol {
  /// Without blanks and tabs at either end.
  fileprivate var trimmed: String {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let head = drop(while: blank)
    return String(head.reversed().drop(while: blank).reversed())
  }
}
