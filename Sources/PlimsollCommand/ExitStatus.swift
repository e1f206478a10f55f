import ArgumentParser
import JobFiles
import Kernels
import Reports
import Schema
import StressTesting

/// The exit codes of every command.
enum ExitStatus {
  static let limitBreached = ExitCode(2)
  static let badData = ExitCode(65)
  static let internalError = ExitCode(70)
  static let inputOutput = ExitCode(74)
  static let interrupted = ExitCode(130)
}

/// Runs a command's body; what it throws becomes a message on standard error and the right exit code.
///
/// `consequence` is said after the problems of an input, such as that nothing was written.
func reportingFailures(_ console: Console, _ consequence: String? = nil, _ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let usage as ValidationError {
    throw usage
  } catch {
    throw report(error, consequence, console)
  }
}

private func report(_ error: any Error, _ consequence: String?, _ console: Console) -> ExitCode {
  switch error {
  case let problems as Problems:
    for problem in problems.all { console.error("\(problem)") }
    let count = problems.all.count
    let words = ["\(Text.counted(count, "problem")) found", consequence].compactMap(\.self)
    console.error(words.joined(separator: "; "))
    return problems.all.contains { $0.isInputOutput } ? ExitStatus.inputOutput : ExitStatus.badData
  case let failure as IOFailure:
    console.error("\(failure)")
    return ExitStatus.inputOutput
  case let failure as FileError:
    console.error("\(failure)")
    return ExitStatus.inputOutput
  case let tooLarge as RunTooLarge:
    console.error("\(tooLarge)")
    return ExitStatus.badData
  case let empty as NoPathCompleted:
    console.error(["\(empty)", consequence].compactMap(\.self).joined(separator: "; "))
    return ExitStatus.badData
  case is WorkStopped:
    console.error(["interrupted", consequence].compactMap(\.self).joined(separator: "; "))
    return ExitStatus.interrupted
  default:
    console.error("internal error: \(error)")
    return ExitStatus.internalError
  }
}
