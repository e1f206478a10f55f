import Foundation
import Testing

/// `plimsoll run` as it should go: what it writes, where, what it says, and with which exit code.
@Suite("plimsoll run")
struct RunCommandTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test("writes a complete run folder beside the job's folder and says where")
  func complete() throws {
    let outcome = try shop.plimsoll("run", "Jobs/two-accounts.yaml")
    #expect(outcome.status == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
    let run = try shop.run(of: "two-accounts")
    #expect(
      shop.entries(run) == [
        "losses.npy", "manifest.json", "report.html", "report.md", "summary.json", "tables", "tables/accounts.csv",
        "tables/comparisons.csv", "tables/curves.csv", "tables/effective_leverage.csv", "tables/exposure.csv",
        "tables/liquidation_map.csv", "tables/measures.csv",
      ])
    #expect(shop.entries("Results").filter { $0.hasPrefix(".") || $0.contains("/.") }.isEmpty)
    #expect(outcome.output.contains("venue loss, ES 99 %"))
    #expect(outcome.output.hasSuffix("run folder: \(run)\nreport: \(run)/report.html\n"))
    #expect(try shop.read("\(run)/summary.json").contains("\"value\": 1287.19"))
    let name = try #require(run.split(separator: "/").last)
    #expect(name.wholeMatch(of: /[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}/) != nil)
  }

  @Test("finds the job from another folder, by a relative path, an absolute one, and with blanks in names")
  func places() throws {
    let inside = Command(folder: shop.folder + "/Jobs")
    #expect(try inside("run", "two-accounts.yaml").status == 0)
    let first = try shop.run(of: "two-accounts")
    try shop.remove(first)
    let elsewhere = Command(folder: "/")
    #expect(try elsewhere("run", "\(shop.folder)/Jobs/../Jobs/two-accounts.yaml").status == 0)
    _ = try shop.run(of: "two-accounts")
    #expect(try inside("run", "./two-accounts.yaml", "--out", "here and there").status == 0)
    _ = try shop.run(of: "two-accounts", in: "Jobs/here and there")
    #expect(try elsewhere("run", "\(shop.folder)/Jobs/two-accounts.yaml", "--out", "\(shop.folder)/abs").status == 0)
    _ = try shop.run(of: "two-accounts", in: "abs")
  }

  @Test("replays one path alone, and says what happened on it")
  func onePath() throws {
    let outcome = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--path", "0", "--model", "static")
    #expect(outcome.status == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
    #expect(outcome.output.contains("Loss of all venues: 1"), "\(outcome.output)")
    #expect(shop.entries("Results/two-accounts/path-0") == ["trace.html", "trace.json"])
    let beyond = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--path", "1")
    #expect(beyond.status == 64 && beyond.messages.contains("0 to 0"), "\(beyond.messages)")
    let unknown = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--path", "0", "--model", "x")
    #expect(unknown.status == 64 && unknown.messages.contains("allowed: static"), "\(unknown.messages)")
    #expect(try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--model", "static").status == 64)
  }

  @Test("two runs within a second do not overwrite each other")
  func twice() throws {
    for _ in 0..<3 { #expect(try shop.plimsoll("run", "Jobs/two-accounts.yaml").status == 0) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: shop.folder + "/Results/two-accounts").count == 3)
  }

  @Test("writes the formats asked for, and always the record and the losses")
  func formats() throws {
    let outcome = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--set", "output.formats=[markdown]")
    #expect(outcome.status == 0)
    let run = try shop.run(of: "two-accounts")
    #expect(shop.entries(run) == ["losses.npy", "manifest.json", "report.md"])
    #expect(outcome.output.hasSuffix("run folder: \(run)\n"))
  }

  @Test("takes paths, seed and any other value from the command line")
  func overrides() throws {
    let outcome = try shop.plimsoll(
      "run", "Jobs/drawn.yaml", "--paths", "128", "--seed", "9", "--set", "horizon.hours=6", "--workers", "1")
    #expect(outcome.status == 0, "\(outcome.messages)")
    let summary = try shop.read(shop.run(of: "drawn") + "/summary.json")
    for text in ["\"paths\": 128", "\"seed\": 9", "\"steps\": 6"] { #expect(summary.contains(text)) }
  }

  @Test("gives the same summary on one worker and on two")
  func workers() throws {
    for workers in ["1", "2"] {
      #expect(
        try shop.plimsoll("run", "Jobs/drawn.yaml", "--paths", "600", "--workers", workers, "--out", workers).status
          == 0)
    }
    #expect(
      try shop.read(shop.run(of: "drawn", in: "1") + "/summary.json")
        == shop.read(shop.run(of: "drawn", in: "2") + "/summary.json"))
  }

  @Test("a breached limit ends with 2, after everything is written, and is told")
  func breach() throws {
    let limit = "limits=[{ measure: venue.loss.var, level: 0.99, model: static, above: %@ }]"
    let kept = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--set", limit.replacing("%@", with: "1288"))
    #expect(kept.status == 0 && kept.output.contains("  Kept: "))
    let outcome = try shop.plimsoll(
      "run", "Jobs/two-accounts.yaml", "--quiet", "--out", "breach", "--set", limit.replacing("%@", with: "1287"))
    #expect(outcome.status == 2 && outcome.messages.isEmpty)
    #expect(outcome.output.contains("  Breached: venue loss, VaR 99 %"))
    #expect(shop.entries(try shop.run(of: "two-accounts", in: "breach")).contains("report.html"))
  }

  @Test("messages are silent, normal, verbose, or JSON")
  func talk() throws {
    let verbose = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--verbose")
    #expect(verbose.messages.hasPrefix("read 6 files in "))
    let json = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--verbose", "--log-format", "json")
    let lines = json.messages.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
      #expect(
        fields["level"] == "info" && fields["message"]?.isEmpty == false && fields["time"]?.hasSuffix("Z") == true)
    }
    let wrong = try shop.plimsoll("run", "nothing.yaml", "--log-format", "json", "--quiet")
    #expect(
      wrong.status == 74 && wrong.messages.hasPrefix("{\"level\":\"error\",\"message\":\"nothing.yaml: cannot open"))
  }

  @Test("asked to stop by a signal, it ends with 130 and leaves nothing")
  func interrupted() throws {
    let outcome = try shop.plimsoll.run(
      ["run", "Jobs/drawn.yaml", "--verbose", "--paths", "60000", "--set", "horizon.hours=2400"]
    ) { process, messages in
      while process.isRunning, !messages().contains("read ") { usleep(10_000) }
      process.terminate()
    }
    #expect(outcome.status == 130, "\(outcome.messages)")
    #expect(outcome.messages.hasSuffix("error: interrupted; nothing was written\n"))
    #expect(shop.entries("Results").isEmpty)
  }

  @Test("only a terminal gets a progress line, and colour where it may", .enabled(if: Terminal.exists))
  func progress() throws {
    let plain = try shop.plimsoll("run", "Jobs/drawn.yaml")
    #expect(!plain.messages.contains("\u{1B}") && !plain.output.contains("\u{1B}"))
    let coloured = try Terminal.run(shop, environment: [:])
    #expect(coloured.contains("simulating \u{1B}[36m━") && coloured.contains("100 %"))
    let bare = try Terminal.run(shop, environment: ["NO_COLOR": "1"])
    #expect(bare.contains("simulating ━") && !bare.contains("\u{1B}[36m"))
    let dumb = try Terminal.run(shop, environment: ["TERM": "dumb"])
    #expect(!dumb.contains("simulating"))
  }
}

/// A terminal for the program, by `script` of util-linux.
private enum Terminal {
  private static let program = "/usr/bin/script"

  /// Whether a pseudo-terminal can be had: a bare root may have the program without them.
  static let exists: Bool = {
    let probe = Process()
    probe.executableURL = URL(fileURLWithPath: program)
    probe.arguments = ["--quiet", "--return", "--command", "true", "/dev/null"]
    probe.standardInput = FileHandle.nullDevice
    probe.standardOutput = FileHandle.nullDevice
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return false }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }()

  /// What the program shows on it.
  static func run(_ shop: Workshop, environment: [String: String]) throws -> String {
    var command = shop.plimsoll
    command.environment = environment
    let line = try "'\(Command.executable.path)' run Jobs/drawn.yaml"
    return try command.run(
      ["--quiet", "--return", "--command", line, "/dev/null"], program: URL(fileURLWithPath: program)
    ).output
  }
}
