import ArgumentParser
import JobFiles
import Reports

/// `plimsoll synthesize`: a book from stated distributions.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Draw a synthetic book from a specification and write it as a portfolio.",
    discussion: """
      Example: plimsoll synthesize Portfolios/perpetual-venue/synthesis.yaml --out Portfolios/perpetual-venue

      The same specification and seed give the same bytes. The portfolio is marked synthetic.
      """)

  @Argument(help: "The specification.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Option(name: .long, help: "Folder of the portfolio to write.")
  var out: String

  @Option(name: .long, help: "Seed, instead of the specification's.")
  var seed: UInt64?

  @OptionGroup var talk: TalkOptions

  func run() throws {
    let console = talk.console
    try reportingFailures(console, "nothing was written") {
      let spec = try SynthesisSpec.load(path: self.spec, seed: seed)
      for warning in spec.warnings { console.warning(warning) }
      let book = try spec.synthesize()
      let files = try spec.write(book, to: out)
      try console.output("\(NumberText.plain(book.comparison.text))\nwrote \(files.joined(separator: ", ")) to \(out)")
    }
  }
}
