public import Schema

/// `losses.npy`: the venue's loss on every path under every model, for numpy and whatever reads its format.
///
/// Version 1.0 of the format (NumPy Enhancement Proposal 1), little-endian doubles, shape (rows, paths) in C order, which
/// `numpy.load(…, mmap_mode="r")` maps without reading. A row is one model at one venue, model-major; `manifest.json`
/// lists them.
public struct LossArray: ReportFormat {
  /// What `plimsoll describe formats` prints.
  public static let kind = Kind(
    "npy", summary: "losses.npy: the venue's loss per model and path, as a numpy array; always written",
    source: "NumPy Enhancement Proposal 1, format version 1.0")

  /// It is.
  public static let isAlwaysWritten = true

  /// Creates the format.
  public init() {}

  /// `losses.npy`; none if the report keeps no losses or rows of different lengths.
  public func files(for report: StressReport) throws -> [OutputFile] {
    guard let first = report.losses.first, report.losses.allSatisfy({ $0.values.count == first.values.count }) else {
      return []
    }
    var bytes = Self.header(rows: report.losses.count, columns: first.values.count)
    bytes.reserveCapacity(bytes.count + 8 * report.losses.count * first.values.count)
    for row in report.losses { for value in row.values { Self.append(value, to: &bytes) } }
    return [OutputFile(name: "losses.npy", bytes: bytes)]
  }

  /// Magic, version, length and description, filled with blanks to a multiple of 64 bytes and ended by a line feed.
  static func header(rows: Int, columns: Int) -> [UInt8] {
    let description = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    let unpadded = 10 + description.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let length = UInt16(description.utf8.count + padding + 1)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(description.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }

  /// The eight bytes of a number, lowest first.
  private static func append(_ value: Double, to bytes: inout [UInt8]) {
    var bits = value.bitPattern
    for _ in 0..<8 {
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
    }
  }
}
