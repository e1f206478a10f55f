import Foundation
import Kernels
import Testing

/// The kernels that lay shocks over a tile, against the same formulas in scalar arithmetic.
@Suite("Shock kernels")
struct ShockKernelTests {
  private static let count = pathsPerBlock

  private static func row(_ purpose: UInt32, scale: Double = 1) -> [Double] {
    var row = [Double](repeating: 0, count: count)
    var span = row.mutableSpan
    fillNormals(seed: 3, firstPath: 0, step: purpose, factorCount: 1, purpose: .verification, into: &span)
    return row.map { $0 * scale }
  }

  @Test("blended rows are own·x + weight·common·scale")
  func blend() {
    var tile = Self.row(1) + Self.row(2)
    let before = tile
    let shared = Self.row(3)
    let scales = Self.row(4).map { abs($0) + 0.5 }
    var span = tile.mutableSpan
    blendRows(&span, rows: 2, own: 0.6, shared: shared.span, scales: scales.span, weight: 0.8)
    for index in tile.indices {
      let path = index % Self.count
      let expected = 0.6 * before[index] + 0.8 * shared[path] * scales[path]
      #expect(abs(tile[index] - expected) <= 1e-15 * (1 + abs(expected)))
    }
  }

  @Test("offsets take the excess of the deviation of each log return")
  func deviation() {
    let previous = Self.row(5, scale: 0.1).map { 100 * exp($0) }
    let current = zip(previous, Self.row(6, scale: 0.05)).map { $0 * exp($1) }
    var offsets = Self.row(7, scale: 0.2)
    let before = offsets
    var span = offsets.mutableSpan
    accumulateDeviation(from: previous.span, to: current.span, excess: 1.5, drift: 0.002, offsets: &span)
    for path in offsets.indices {
      let expected = before[path] + 1.5 * (log(current[path] / previous[path]) - 0.002)
      #expect(abs(offsets[path] - expected) <= 1e-15 * (1 + abs(expected)))
    }
  }

  @Test("prices move by their offset and the common shift")
  func shift() {
    var prices = Self.row(8, scale: 0.1).map { 50 * exp($0) }
    let before = prices
    let offsets = Self.row(9, scale: 0.3)
    var span = prices.mutableSpan
    shiftPrices(&span, offsets: offsets.span, shift: -0.4)
    for path in prices.indices {
      let expected = before[path] * exp(offsets[path] - 0.4)
      #expect(abs(prices[path] - expected) <= 4e-16 * expected)
    }
  }
}
