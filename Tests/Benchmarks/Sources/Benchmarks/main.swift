import Foundation
import Kernels

do {
  let session = try Session(Array(CommandLine.arguments.dropFirst()))
  BLAS.useOneThread()
  Row.instructions = "\(Machine.compiledFor), \(Machine.compiledVectorWidthBits) bits"
  if let child = session.child, child == "nightly" || child == "options-venue" {
    try runJobChild(session, job: child)
    exit(0)
  }
  if session.child == "memory" {
    try runMemoryChild(session)
    exit(0)
  }
  say(
    "\(Machine.cpuModel), \(session.workers) workers, compiled for \(Row.instructions), BLAS \(BLAS.coreName); "
      + (session.usesProcessorTime ? "processor seconds a worker" : "seconds by the wall"))
  for name in session.names {
    switch name {
    case "paths": try runPaths(session)
    case "evaluate": try runEvaluate(session)
    case "nightly": try runNightly(session)
    case "startup": try runStartup(session)
    case "read": try runRead(session)
    case "growth": try runGrowth(session)
    case "scaling": try runScaling(session)
    case "memory": try runMemory(session)
    default: try Limits(session, assets: 20, points: 241).report(to: session.table, assets: 20)
    }
  }
  try session.writeJSON()
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
