import Glibc

/// A whole file as bytes, mapped into memory: nothing is copied, and only the pages that are read are loaded.
///
/// The file must not be shortened by another process meanwhile; the system ends a process that reads beyond the new end.
public final class MappedFile: Sendable {
  /// The size in bytes.
  public let count: Int
  private nonisolated(unsafe) let address: UnsafeMutableRawPointer?

  /// Maps the file at `path` for reading. Throws with the system's reason where it cannot be opened or is no plain
  /// file. An empty file is fine.
  public init(path: String) throws(FileError) {
    // Without O_NONBLOCK a named pipe would wait for a writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, operation: "examine", code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path, operation: "map", code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    count = Int(status.st_size)
    guard count > 0 else {
      address = nil
      return
    }
    let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else { throw FileError(path: path, operation: "map", code: errno) }
    madvise(mapping, count, MADV_SEQUENTIAL)
    address = mapping
  }

  /// Lends the bytes to `body`; they must not be kept.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = address?.assumingMemoryBound(to: UInt8.self)
    return try body(UnsafeBufferPointer(start: start, count: count).span)
  }

  deinit {
    if let address { munmap(address, count) }
  }
}
