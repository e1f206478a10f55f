import Foundation
import Testing

/// `plimsoll calibrate`.
@Suite("Calibrate")
struct CalibrateCommandTests {
  private let shop: Workshop

  init() throws {
    shop = try Workshop()
    var price = 100.0, variance = 1e-4
    var state: UInt64 = 7
    let rows = (0..<800).map { hour -> String in
      // GARCH with innovations that are sums of twelve uniforms.
      let shock = (0..<12).reduce(-6.0) { sum, _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return sum + Double(state >> 11) / 9_007_199_254_740_992
      }
      let move = variance.squareRoot() * shock
      variance = 5e-6 + 0.15 * move * move + 0.8 * variance
      price *= exp(move)
      return "\(hour),\(price)"
    }
    try shop.write("prices.csv", "hours,COIN\n" + rows.joined(separator: "\n") + "\n")
  }

  @Test("the file that it writes is one that a job runs on")
  func runs() throws {
    let outcome = try shop.plimsoll("calibrate", "prices.csv", "--process", "garch", "--out", "fitted.yaml")
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(
      outcome.output.contains("COIN") && outcome.output.hasSuffix("market: fitted.yaml\npage: calibration.html\n"))
    #expect(try shop.read("calibration.html").hasPrefix("<!DOCTYPE html>"))
    try shop.edit("Jobs/drawn.yaml", "../Portfolios/two-accounts/market.yaml", "../fitted.yaml")
    try shop.edit("Jobs/drawn.yaml", "{ kind: gbm }", "{ kind: garch, innovations: student-t }")
    let run = try shop.plimsoll("run", "Jobs/drawn.yaml")
    #expect([0, 2].contains(run.status), "\(run.messages)")
  }

  @Test("nothing that exists is replaced unless asked for")
  func force() throws {
    try shop.write("fitted.yaml", "mine")
    let arguments = ["calibrate", "prices.csv", "--process", "gbm", "--out", "fitted.yaml"]
    let refused = try shop.plimsoll.run(arguments)
    #expect(refused.status == 74 && refused.messages.contains("--force replaces it"))
    #expect(try shop.read("fitted.yaml") == "mine" && !shop.entries("").contains("calibration.html"))
    #expect(try shop.plimsoll.run(arguments + ["--force"]).status == 0)
    #expect(try shop.read("fitted.yaml").hasPrefix("# Written by"))
    let page = try shop.plimsoll("calibrate", "prices.csv", "--process", "gbm", "--out", "other.yaml")
    #expect(page.status == 74 && page.messages.contains("calibration.html"))
  }

  @Test(
    "wrong usage ends with 64, wrong prices with 65, missing files with 74",
    arguments: [
      (["--process", "bates", "--out", "x.yaml"], 64, "bates is simulated but not fitted"),
      (["--process", "gbm", "--peg", "COIN", "--out", "x.yaml"], 64, "TOKEN=BASE"),
      (["--process", "gbm", "--peg", "COIN=settlement", "--out", "x.yaml"], 65, "every column is pegged"),
      (["--process", "gbm", "--peg", "STAKED=COIN", "--out", "x.yaml"], 65, "no such column"),
      (["--process", "hestn", "--out", "x.yaml"], 64, "did you mean 'heston'?"),
      (["--out", "x.yaml"], 64, "--process"),
      (["--process", "gbm"], 64, "--out"),
      (["--process", "gbm", "--out", "x.yaml", "--regimes", "2"], 64, "regime-switching"),
      (["--process", "gbm", "--out", "x.yaml", "--asymmetric"], 64, "belong to garch"),
      (["--process", "regime-switching", "--out", "x.yaml", "--regimes", "7"], 64, "1, 2 or 3"),
      (["--process", "gbm", "--out", "x.yaml", "--step-hours", "9000"], 64, "(0, 8760]"),
      (["--process", "gbm", "--out", "x.yaml", "--step-hours", "1.5"], 65, "whole multiples"),
      (["--process", "gbm", "--out", "x.yaml", "--assets", "ETH"], 65, "no prices of an asset"),
      (["--process", "gbm", "--out", "x.yaml", "--from", "soon"], 65, "--from"),
      (["--process", "garch", "--out", "x.yaml", "--step-hours", "24"], 65, "too few"),
      (["--process", "gbm", "--out", "nowhere/x.yaml"], 74, "folder is missing"),
      (["--process", "gbm", "--out", "Jobs"], 74, "it is a folder"),
    ])
  func refusals(_ arguments: [String], _ status: Int32, _ fragment: String) throws {
    let outcome = try shop.plimsoll.run(["calibrate", "prices.csv"] + arguments)
    #expect(outcome.status == status, "\(outcome.messages)")
    #expect(outcome.messages.contains(fragment), "\(outcome.messages)")
    #expect(!shop.entries("").contains("x.yaml"))
  }
}
