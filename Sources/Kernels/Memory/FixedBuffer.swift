/// A fixed number of elements that one owner changes in place.
///
/// What an array is for values that are handed around, this is for a worker's state: no count of references and no copy on
/// write, so that reading or setting an element is one access to memory and one check of the index. It cannot be copied;
/// lend it, or take its `elements`.
@frozen
public struct FixedBuffer<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// Number of elements.
  public let count: Int

  /// So many elements, all alike.
  @inlinable
  public init(repeating element: Element, count: Int) {
    precondition(count >= 0, "a buffer has no negative number of elements")
    self.count = count
    base = .allocate(capacity: count)
    base.initialize(repeating: element, count: count)
  }

  /// The elements of an array.
  @inlinable
  public init(_ elements: [Element]) {
    count = elements.count
    base = .allocate(capacity: elements.count)
    for index in elements.indices { (base + index).initialize(to: elements[index]) }
  }

  @inlinable
  deinit { base.deallocate() }

  /// Its indices, from 0.
  @inlinable public var indices: Range<Int> { 0..<count }

  /// The element at an index, which must be one of `indices`.
  @inlinable public subscript(index: Int) -> Element {
    get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no element has this index")
      return base[index]
    }
    set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no element has this index")
      base[index] = newValue
    }
  }

  /// A copy of all elements.
  public var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Takes the elements of a buffer of the same size.
  @inlinable
  public mutating func copy(_ other: borrowing FixedBuffer<Element>) {
    precondition(count == other.count, "both buffers are of one size")
    base.update(from: other.base, count: count)
  }

  /// Takes the elements of an array of the same size.
  @inlinable
  public mutating func copy(_ other: [Element]) {
    precondition(count == other.count, "the array is of the buffer's size")
    for index in 0..<count { base[index] = other[index] }
  }
}
