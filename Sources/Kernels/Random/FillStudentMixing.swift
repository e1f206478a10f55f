/// Fills a row with the factors that turn normal vectors into unit-variance Student-t vectors.
///
/// - Formula: mixing[p] = √((ν − 2)/W), W chi-square with ν degrees of freedom for path `firstPath + p` at `step`; a
///   normal vector times it is multivariate t with the same covariance. A. McNeil, R. Frey, P. Embrechts, "Quantitative
///   Risk Management", 2nd ed., 2015, section 6.2. W = 2·gamma(ν/2).
/// - Layout: one row of `pathsPerBlock`; every factor of a path takes the same number, which is what makes tails meet.
/// - Units: none. ν must be above 2; at +∞ every factor is one; else the row is filled with NaN.
/// - Cost: about 8 ns a path with AVX-512.
/// - Oracle: E[mixing²] = 1; `KeyedDraws.gamma` for the purpose `chiSquare`, factor 0.
public func fillStudentMixing(
  degreesOfFreedom: Double, seed: UInt64, firstPath: UInt64, step: UInt32, into mixing: inout MutableSpan<Double>
) {
  precondition(firstPath < DrawAddress.pathLimit - UInt64(pathsPerBlock), "too many paths")
  precondition(mixing.count >= pathsPerBlock, "the row is shorter than a block of paths")
  let address = DrawAddress(seed: seed, step: step, purpose: .chiSquare)
  mixing.withUnsafeMutableBufferPointer { buffer in
    guard let row = buffer.baseAddress else { return }
    guard degreesOfFreedom > 2, degreesOfFreedom < .infinity else {
      let constant = degreesOfFreedom == .infinity ? 1 : Double.nan
      for path in 0..<pathsPerBlock { row[path] = constant }
      return
    }
    fillGamma(address, firstPath, degreesOfFreedom / 2, row)
    for path in stride(from: 0, to: pathsPerBlock, by: 8) {
      store(((degreesOfFreedom - 2) / (lanes(row, path) * 2)).root, row, path)
    }
  }
}

/// Fills a row of 256 with gamma draws: a first attempt for all, eight at a time, then the few rejected one by one.
private func fillGamma(
  _ address: DrawAddress, _ firstPath: UInt64, _ shape: Double, _ row: UnsafeMutablePointer<Double>
) {
  for path in stride(from: 0, to: pathsPerBlock, by: 8) {
    let paths = pathLanes(firstPath &+ UInt64(path))
    store(gammaAttempt(address, paths: paths, factor: 0, shape: shape, attempt: 0), row, path)
  }
  for path in 0..<pathsPerBlock where row[path] < 0 {
    row[path] = gammaDraw(address, path: firstPath &+ UInt64(path), factor: 0, shape: shape, from: 1)
  }
}
