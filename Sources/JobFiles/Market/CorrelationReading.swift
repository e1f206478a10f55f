import Kernels
import Markets
import Reports
import Schema

/// Reads and checks `correlation: { matrix: [[…], …] }`: square, symmetric, unit diagonal, entries in [−1, 1], positive
/// definite.
struct CorrelationReading {
  /// Two mirrored entries may differ by this much: rounding of printed figures.
  static let tolerance = 1e-9

  /// The matrix, made exactly symmetric; nil where it is wrong (recorded) or the assets are not known.
  private(set) var matrix: Matrix?

  /// Reads the section; without one the matrix is the identity, which is right for a single asset. `assets` is nil where
  /// they could not all be read: then only the entries are checked. `request` may ask for a repair; `derivedCount` assets
  /// of the file are derived and have no place in the matrix.
  init(
    _ section: ParameterReader?, assets: [String]?, derivedCount: Int = 0, request: CorrelationRequest?, intake: Intake
  ) {
    let problems = intake.problems
    guard var section else {
      matrix = assets.map { Matrix.identity($0.count) }
      return
    }
    let before = problems.count
    let rows = section.list("matrix", required: true, allowed: "one list of correlations per asset")
    section.finish()
    let place = section.location.appending(key: "matrix")
    if let assets, rows.count != assets.count, !rows.isEmpty {
      problems.record(
        "the matrix has another number of rows than there are assets", at: place, found: "\(rows.count)",
        allowed: "\(assets.count)",
        hint: derivedCount > 0
          ? "derived assets have no row: their price follows from their base's and their peg" : nil)
    }
    let values = rows.map { Self.row($0, count: assets?.count ?? rows.count, problems) }
    guard problems.count == before, let assets else { return }
    guard Self.isCorrelation(values, rows, assets, problems) else { return }
    var result = Matrix.identity(assets.count)
    for i in assets.indices {
      for j in assets.indices where j != i { result[i, j] = (values[i][j] + values[j][i]) / 2 }
    }
    do {
      _ = try CholeskyFactor(result)
      matrix = result
    } catch {
      if let request, request.repairs {
        matrix = Self.repaired(result, request, assets: assets, place: place, intake)
        return
      }
      let index = min(max(error.leadingMinor, 1), assets.count) - 1
      problems.record(Self.contradiction(result, at: index, assets: assets, place: rows[index].location))
    }
  }

  /// The nearest correlation matrix, with a warning that says how far it is; nil, recorded, where it was not found.
  private static func repaired(
    _ matrix: Matrix, _ request: CorrelationRequest, assets: [String], place: SourceLocation, _ intake: Intake
  ) -> Matrix? {
    guard let nearest = NearestCorrelation(to: matrix, smallestEigenvalue: request.smallestEigenvalue) else {
      intake.problems.record(
        "the correlation matrix is not positive definite, and the search for the nearest one did not settle", at: place,
        hint: "correct the figures, or ask for a larger smallestEigenvalue")
      return nil
    }
    let (row, column) = nearest.mostMoved
    intake.warn(
      "the correlation matrix is not positive definite and was replaced by the nearest one: moved by "
        + "\(figure(nearest.distance)) (Frobenius), most in \(assets[column]) and \(assets[row]): "
        + "\(figure(matrix[row, column])) became \(figure(nearest.matrix[row, column]))", at: place)
    return nearest.matrix
  }

  /// One row; entries that are no correlations are recorded and read as 0.
  private static func row(_ node: DocumentNode, count: Int, _ problems: ProblemCollector) -> [Double] {
    guard case .sequence(let items) = node.content else {
      problems.record("a list of correlations is expected here", at: node.location, found: node.shortDescription)
      return []
    }
    if items.count != count {
      problems.record(
        "the row has another number of entries than there are assets", at: node.location, found: "\(items.count)",
        allowed: "\(count)")
    }
    return items.map { item in
      if case .scalar(let text) = item.content, let value = Double(text), Bounds(-1, 1).contains(value) { return value }
      problems.record(
        "the value is not a correlation", at: item.location, found: item.shortDescription,
        allowed: "a number in [-1, 1]")
      return 0
    }
  }

  /// Checks diagonal and symmetry, naming the assets.
  private static func isCorrelation(
    _ values: [[Double]], _ rows: [DocumentNode], _ assets: [String], _ problems: ProblemCollector
  ) -> Bool {
    let before = problems.count
    for i in assets.indices {
      if abs(values[i][i] - 1) > tolerance {
        problems.record(
          "the correlation of \(assets[i]) with itself is not 1", at: rows[i].location.appending(index: i),
          found: "\(values[i][i])", allowed: "1")
      }
      for j in 0..<i where abs(values[i][j] - values[j][i]) > tolerance {
        problems.record(
          "the matrix is not symmetric in \(assets[j]) and \(assets[i])", at: rows[i].location.appending(index: j),
          found: "\(values[i][j]) here, \(values[j][i]) above the diagonal")
      }
    }
    return problems.count == before
  }

  /// Words for a matrix that is not positive definite. Where three assets alone contradict each other they are named with
  /// their figures; otherwise the asset at which the factorisation failed is, with those before it.
  private static func contradiction(
    _ matrix: Matrix, at index: Int, assets: [String], place: SourceLocation
  ) -> Problem {
    for i in 0..<index {
      for j in 0..<i {
        let (a, b, c) = (matrix[i, j], matrix[i, index], matrix[j, index])
        guard 1 + 2 * a * b * c - a * a - b * b - c * c <= 0 else { continue }
        return Problem(
          "the correlation matrix is not positive definite: \(assets[j]), \(assets[i]) and \(assets[index]) contradict "
            + "each other", at: place,
          found:
            "\(assets[j])–\(assets[i]) \(a), \(assets[j])–\(assets[index]) \(c), \(assets[i])–\(assets[index]) \(b)",
          hint: repairHint)
      }
    }
    let earlier = assets[..<index].joined(separator: ", ")
    return Problem(
      "the correlation matrix is not positive definite: \(assets[index]) contradicts its correlations with \(earlier)",
      at: place, hint: repairHint)
  }

  private static let repairHint = "correct the figures, or let the job say market.correlation: { repair: nearest }"
}

/// A figure for a message: three significant digits.
func figure(_ value: Double) -> String { NumberText.plain(NumberText.ratio(value, .measured)) }
