import Kernels
import Schema

/// A beta law on (0, 1), drawn as G_a/(G_a + G_b) of two gamma numbers.
struct BetaLaw: Sendable, Hashable {
  /// First shape.
  let a: Double
  /// Second shape.
  let b: Double

  /// a/(a + b).
  var mean: Double { a / (a + b) }

  /// A number of the law; consumes the factors `factor` and `factor + 1`.
  func draw(_ draws: KeyedDraws, attempt: UInt32, factor: UInt32) -> Double {
    let first = draws.gamma(shape: a, step: attempt, factor: factor)
    let second = draws.gamma(shape: b, step: attempt, factor: factor + 1)
    return first / (first + second)
  }

  /// Reads `kind: beta, a, b` and nothing else; nil, recorded, where something is wrong.
  static func read(_ node: DocumentNode, problems: ProblemCollector) -> BetaLaw? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    _ = reader.read(Keys.kind)
    let a = reader.read(Keys.a)
    let b = reader.read(Keys.b)
    guard let a, let b else { return nil }
    return BetaLaw(a: a, b: b)
  }

  /// The word that names the law in a file.
  private enum Word: String, Sendable, CaseIterable { case beta }

  /// The shapes are kept off zero, where both gamma numbers would underflow.
  private enum Keys {
    static let kind = Parameter<Word>.choice("kind", default: .beta, "the law")
    static let a = Parameter<Double>.number("a", in: Bounds(0.1, 1e6), "first shape")
    static let b = Parameter<Double>.number("b", in: Bounds(0.1, 1e6), "second shape")
  }
}

/// Weights uniform or otherwise over the simplex: a symmetric Dirichlet law, drawn as normalised gamma numbers.
struct DirichletLaw: Sendable, Hashable {
  /// The concentration; 1 is uniform over the simplex, larger is more even.
  let concentration: Double

  /// `count` positive weights that sum to one; consumes as many factors from `factor` on.
  func draw(_ draws: KeyedDraws, count: Int, factor: UInt32) -> [Double] {
    let numbers = (0..<count).map { draws.gamma(shape: concentration, step: 0, factor: factor + UInt32($0)) }
    let sum = numbers.reduce(0, +)
    return numbers.map { $0 / sum }
  }

  /// Reads `kind: dirichlet, concentration` and nothing else; nil, recorded, where something is wrong.
  static func read(_ node: DocumentNode, problems: ProblemCollector) -> DirichletLaw? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    _ = reader.read(Keys.kind)
    return reader.read(Keys.concentration).map(DirichletLaw.init)
  }

  /// The word that names the law in a file.
  private enum Word: String, Sendable, CaseIterable { case dirichlet }

  /// The keys of the law; the concentration is kept off zero for the same reason as the shapes of a beta.
  private enum Keys {
    static let kind = Parameter<Word>.choice("kind", default: .dirichlet, "the law")
    static let concentration = Parameter<Double>.number("concentration", in: Bounds(0.1, 1e6), "evenness of the split")
  }
}
