import Glibc
import Kernels

/// Joint standardised moves of several assets over the slots in which all of them have one.
struct JointMoves {
  /// Indices, in the full list of assets, of those that move at all.
  let assets: [Int]
  /// Moves of zero mean and unit sample variance, [moving asset][common slot].
  let moves: [[Double]]
  /// Number of common slots.
  let observations: Int

  /// Takes the moves of `assets` in `slots` of `values` and standardises them; an asset without variance drops out.
  init(values: [[Double]], assets: [Int], slots: [Int]) {
    var kept: [Int] = []
    var rows: [[Double]] = []
    for asset in assets {
      let row = slots.map { values[asset][$0] }
      let (mean, variance) = meanAndVariance(row.span)
      guard variance > 0 else { continue }
      let deviation = variance.squareRoot()
      kept.append(asset)
      rows.append(row.map { ($0 - mean) / deviation })
    }
    self.assets = kept
    moves = rows
    observations = slots.count
  }

  /// The sample correlation of the moving assets.
  var correlation: Matrix {
    var result = Matrix.identity(assets.count)
    for row in assets.indices {
      for column in 0..<row {
        let products = moves[row].indices.map { moves[row][$0] * moves[column][$0] }
        let value = pairwiseSum(products) / Double(observations - 1)
        result[row, column] = min(1, max(-1, value))
        result[column, row] = result[row, column]
      }
    }
    return result
  }

  /// Σw·zzᵀ/Σw over the slots.
  func weightedScatter(_ weights: [Double]) -> Matrix {
    let total = pairwiseSum(weights)
    var result = Matrix(rows: assets.count, columns: assets.count, repeating: 0)
    for row in assets.indices {
      let weighted = zip(moves[row], weights).map { $0 * $1 / total }
      for column in 0...row {
        result[row, column] = pairwiseSum(zip(weighted, moves[column]).map { $0 * $1 })
        result[column, row] = result[row, column]
      }
    }
    return result
  }

  /// zᵀR⁻¹z of every slot, by forward substitution with the factor of R.
  func squaredDistances(_ factor: CholeskyFactor) -> [Double] {
    var whitened = [Double](repeating: 0, count: assets.count)
    return (0..<observations).map { slot in
      var sum = 0.0
      for row in assets.indices {
        var value = moves[row][slot]
        for column in 0..<row { value -= factor.lower[row, column] * whitened[column] }
        whitened[row] = value / factor.lower[row, row]
        sum += whitened[row] * whitened[row]
      }
      return sum
    }
  }
}

/// A correlation matrix over all `count` assets: that of the moving ones, and 0 with those that never move.
func widened(_ correlation: Matrix, of assets: [Int], count: Int) -> Matrix {
  var result = Matrix.identity(count)
  for (row, asset) in assets.enumerated() {
    for (column, other) in assets.enumerated() { result[asset, other] = correlation[row, column] }
  }
  return result
}
