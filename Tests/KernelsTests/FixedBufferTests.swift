import Kernels
import Testing

@Suite("Fixed buffers")
struct FixedBufferTests {
  @Test("elements are those of the array, of a copy, or what was set last")
  func elements() {
    var buffer = FixedBuffer([1.0, 2, 3])
    #expect(buffer.elements == [1, 2, 3] && buffer.count == 3 && buffer.indices == 0..<3)
    buffer[1] = 7
    var other = FixedBuffer(repeating: 0.0, count: 3)
    other.copy(buffer)
    buffer[0] = -1
    #expect(other.elements == [1, 7, 3] && buffer[0] == -1)
    other.copy([4, 5, 6])
    #expect(other.elements == [4, 5, 6])
    let none = FixedBuffer<Bool>([])
    #expect(none.count == 0 && none.elements.isEmpty)
  }

  @Test("an index that is no element's stops the program")
  func bounds() async {
    await #expect(processExitsWith: .failure) { _ = FixedBuffer([1.0])[1] }
    await #expect(processExitsWith: .failure) { _ = FixedBuffer([1.0])[-1] }
  }
}
