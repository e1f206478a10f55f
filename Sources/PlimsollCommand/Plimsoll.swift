import ArgumentParser
import StressTesting

/// The command line. Data on standard output, progress and messages on standard error.
@main
struct Plimsoll: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plimsoll",
    abstract: "Monte Carlo stress tests of leveraged, cross-collateralised books.",
    discussion: """
      Runs a job file: correlated price paths against a portfolio under several margin models, and writes VaR, \
      liquidation-frequency and reserve-adequacy reports with error bars.

      Example: plimsoll run Jobs/nightly.yaml

      Exit codes: 0 ok, 2 a limit of the job is breached, 64 usage, 65 bad data or a run too large for the machine, \
      70 internal, 74 input or output, 130 interrupted.

      Data goes to standard output, progress and messages to standard error. NO_COLOR takes the colour out of the \
      progress line, which only a terminal gets.
      """,
    version: ProgramVersion.ofThisBuild.summary,
    subcommands: [
      RunCommand.self, ValidateCommand.self, ExplainCommand.self, DescribeCommand.self, SynthesizeCommand.self,
      CalibrateCommand.self, DoctorCommand.self,
    ])
}
