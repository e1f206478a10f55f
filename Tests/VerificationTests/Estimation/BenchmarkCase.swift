import Foundation
import Markets

/// The series that GARCH programs are compared by: daily returns of the German mark against the pound, 1984–1991.
///
/// Figures: G. Fiorentini, G. Calzolari, L. Panattoni, "Analytic derivatives and the computation of GARCH estimates",
/// Journal of Applied Econometrics 11 (1996); series of T. Bollerslev, E. Ghysels, JBES 14 (1996).
let benchmarkCase = VerificationCase(
  id: "benchmark", group: .estimation, summary: "GARCH(1,1) on the DM/GBP benchmark = published estimates"
) { setting in
  let file = setting.data + "/bollerslev_ghysels.txt"
  guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
    return [.skipped("DM/GBP", because: "bollerslev_ghysels.txt is not in \(setting.data)")]
  }
  let returns = text.split(whereSeparator: \.isNewline).compactMap { Double($0.trimmingPrefix { $0 == " " }) }
  let fit = try required(
    GarchFit(returns: returns, stepHours: 24, specification: GarchSpecification(innovations: .normal)), "the fit")
  let errors = try required(fit.standardErrors, "the robust errors")
  return [
    .relative("SE of μ, robust", expected: 0.0091893540, obtained: errors.mean, within: 3e-5),
    .relative("SE of ω, robust", expected: 0.006493186, obtained: errors.omega, within: 3e-5),
    .relative("SE of α, robust", expected: 0.053531703, obtained: errors.alpha, within: 3e-5),
    .relative("SE of β, robust", expected: 0.07246145, obtained: errors.beta, within: 3e-5),
    .holds("returns", expected: "1974", obtained: "\(returns.count)", returns.count == 1974),
    .relative("μ", expected: -0.00619041, obtained: fit.parameters.mean, within: 2e-6),
    .relative("ω", expected: 0.0107613, obtained: fit.parameters.omega, within: 1e-5),
    .relative("α", expected: 0.153134, obtained: fit.parameters.alpha, within: 1e-6),
    .relative("β", expected: 0.805974, obtained: fit.parameters.beta, within: 1e-6),
    .relative("log-likelihood", expected: -1106.608, obtained: fit.logLikelihood, within: 5e-7),
  ]
}
