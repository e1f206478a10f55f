import Foundation
import Kernels

/// What the command line asked for, and where results go.
struct Session {
  var root = "."
  var python = ""
  /// The command-line program.
  var program = ""
  var names: [String] = []
  var json: String?
  var svg: String?
  var workers = Machine.allowedCores
  var usesProcessorTime = false
  var nightlyPaths = 20_000
  /// Paths and accounts of the runs whose memory is measured.
  var memoryPaths = 1_000_000
  var memoryAccounts = 10_000
  var asksPeers = true
  /// Set in a process that this one starts to measure one thing by itself.
  var child: String?
  let table = RowTable()

  static let all = ["paths", "evaluate", "nightly", "startup", "read"]
  static let usage =
    "run [paths|evaluate|nightly|startup|read|growth|scaling|memory|limits …] [--json FILE] [--svg FILE] [--workers N]"
    + " [--clock wall|cpu] [--nightly-paths N] [--memory-paths N] [--no-peers]"

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      func value() throws -> String {
        guard let value = rest.popFirst() else { throw Failure("\(word) needs a value\n\(Self.usage)") }
        return value
      }
      func number() throws -> Int {
        let text = try value()
        guard let number = Int(text), number > 0 else { throw Failure("\(word) needs a number above 0, not \(text)") }
        return number
      }
      switch word {
      case "--root": root = try value()
      case "--python": python = try value()
      case "--program": program = try value()
      case "--json": json = try value()
      case "--svg": svg = try value()
      case "--workers": workers = try number()
      case "--nightly-paths": nightlyPaths = try number()
      case "--memory-paths": memoryPaths = try number()
      case "--memory-accounts": memoryAccounts = try number()
      case "--no-peers": asksPeers = false
      case "--child": child = try value()
      case "--clock":
        let clock = try value()
        guard clock == "wall" || clock == "cpu" else { throw Failure("--clock is wall or cpu, not \(clock)") }
        usesProcessorTime = clock == "cpu"
      case "paths", "evaluate", "nightly", "startup", "read", "growth", "scaling", "memory", "limits":
        names.append(word)
      default: throw Failure("there is no \(word)\n\(Self.usage)")
      }
    }
    if names.isEmpty { names = Self.all }
  }

  /// The least seconds of `rounds` rounds of `work` after one that warms up: by the clock on the wall, or, where asked
  /// for because others use the machine, processor seconds divided by `threads`.
  func seconds(rounds: Int = 3, threads: Int, _ work: () throws -> Void) rethrows -> Double {
    try work()
    var best = Double.infinity
    for _ in 0..<rounds {
      let (wall, processor) = (Machine.monotonicSeconds, Machine.cpuSeconds)
      try work()
      let took =
        usesProcessorTime ? (Machine.cpuSeconds - processor) / Double(threads) : Machine.monotonicSeconds - wall
      best = min(best, took)
    }
    return best
  }

  /// The seconds and the result that the Python script needs for `task`, by the clock in use; nil, said loudly on
  /// standard error, if it cannot run.
  func peer(_ task: String, _ arguments: [String]) -> (seconds: Double, result: Double)? {
    guard asksPeers else { return nil }
    let script = "\(root)/Tests/Benchmarks/peers/peers.py"
    let interpreter =
      task == "read-csv" && !FileManager.default.isExecutableFile(atPath: python)
      ? "/usr/bin/python3" : python
    guard let output = try? output(of: interpreter, [script, task, "--threads", "\(workers)"] + arguments),
      let found = try? JSONDecoder().decode(PeerAnswer.self, from: output)
    else {
      FileHandle.standardError.write(Data("THE COMPARISON \(task) COULD NOT RUN: its row stays empty.\n".utf8))
      return nil
    }
    return (usesProcessorTime ? found.cpuSeconds : found.wallSeconds, found.result)
  }

  private struct PeerAnswer: Decodable {
    var wallSeconds: Double
    var cpuSeconds: Double
    var result: Double
  }

  /// What a program writes to standard output; throws if it fails.
  func output(of program: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure("\(program) ended with \(process.terminationStatus)") }
    return output
  }

  /// Writes the table's rows to the file asked for.
  func writeJSON() throws {
    guard let json else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(table.rows).write(to: URL(fileURLWithPath: json))
  }
}

/// Something that went wrong, in words.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
