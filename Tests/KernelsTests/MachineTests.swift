import Kernels
import Testing

/// What the machine says of itself, as far as it must hold anywhere.
@Suite struct MachineTests {
  @Test func theCountsMakeSense() throws {
    #expect(Machine.allowedCores >= 1)
    #expect(!Machine.cpuModel.isEmpty)
    #expect(["native", "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "other"].contains(Machine.compiledFor))
    #expect([128, 256, 512].contains(Machine.compiledVectorWidthBits))
    #expect(try #require(Machine.availableMemoryBytes) > 1 << 20)
    #expect(try #require(Machine.freeDiskBytes(at: "/")) >= 0)
    #expect(Machine.freeDiskBytes(at: "/nowhere/at/all") == nil)
  }

  /// Work shows in the processor time, memory in the peak, and neither clock runs backwards.
  @Test func usageGrows() {
    let (cpu, clock) = (Machine.cpuSeconds, Machine.monotonicSeconds)
    let bytes = [UInt8](repeating: 1, count: 64 << 20)
    let digest = SHA256.hexDigest(of: bytes)
    #expect(digest.count == 64)
    #expect(Machine.cpuSeconds > cpu && Machine.monotonicSeconds > clock)
    #expect(Machine.peakResidentBytes >= 64 << 20)
  }
}
