import Reports
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
  @Test(
    "money has three digits and a suffix",
    arguments: [
      (0.0, "0"), (0.001, "0"), (-0.001, "0"), (812, "812"), (999.4, "999"), (999.6, "1 k"), (12_345, "12.3 k"),
      (1_234_567, "1.23 M"), (999_600, "1 M"), (-4.561e9, "-4.56 B"), (7.8e12, "7.8 T"), (3.4e15, "3,400 T"),
      (1e300, "1.00e+300"), (.nan, "n/a"), (.infinity, "n/a"),
    ])
  func money(value: Double, text: String) {
    #expect(NumberText.plain(NumberText.money(value)) == text)
  }

  @Test(
    "percentages show more digits near 0 and near 100",
    arguments: [
      (0.0, "0 %"), (0.123, "12.3 %"), (0.0456, "4.56 %"), (0.005, "0.5 %"), (0.00012, "0.012 %"), (1.2e-6, "1.2e-06"),
      (0.99995, "99.995 %"), (1, "100 %"), (30.17, "3,017 %"), (-0.25, "-25 %"), (1e9, "1.00e+11 %"),
      (2.5e-300, "2.5e-300"), (.nan, "n/a"),
    ])
  func percent(value: Double, text: String) {
    #expect(NumberText.plain(NumberText.percent(value)) == text)
  }

  @Test("an estimate keeps its zeros, a stated figure does not")
  func style() {
    #expect(NumberText.plain(NumberText.percent(0.01, .measured)) == "1.00 %")
    #expect(NumberText.plain(NumberText.percent(0.01)) == "1 %")
    #expect(NumberText.plain(NumberText.money(46e6, .measured)) == "46.0 M")
  }

  @Test("counts, sizes and durations")
  func others() {
    #expect(NumberText.count(1_234_567) == "1,234,567")
    #expect(NumberText.count(-1_234) == "-1,234")
    #expect(NumberText.plain(NumberText.bytes(512)) == "512 B")
    #expect(NumberText.plain(NumberText.bytes(612_000_000)) == "584 MiB")
    #expect(NumberText.plain(NumberText.bytes(3_221_225_472)) == "3 GiB")
    #expect(NumberText.plain(NumberText.seconds(84.2)) == "84.2 s")
    #expect(NumberText.plain(NumberText.seconds(725.2)) == "12 min 5 s")
    #expect(NumberText.plain(NumberText.seconds(.infinity)) == "n/a")
    #expect(NumberText.plain(NumberText.hours(36)) == "36 h")
  }

  @Test("a terminal table is aligned and carries no control characters")
  func table() {
    let table = TextTable(
      header: ["measure", "a"], rows: [["VaR", "1.2\u{00A0}M"], ["long name\u{1B}[2J", "\u{2212}7"], ["short"]])
    #expect(
      table.text == """
        measure            a
        -------------  -----
        VaR            1.2 M
        long name [2J     -7
        short

        """)
  }
}

@Suite("Scales")
struct ScaleTests {
  @Test(
    "every value lies inside the axis and ticks lie on it",
    arguments: [
      [0.0], [5], [-3, -3], [1e-12, 2e-12], [-1e9, 3], [0, 1e280], [.nan, 2, 4], [.infinity, 1], [], [0.6, 1.35],
    ])
  func linear(data: [Double]) {
    let scale = Scale(covering: data, from: 0, to: 100)
    for value in data where value.isFinite { #expect(scale.contains(value)) }
    let ticks = scale.ticks()
    #expect((2...12).contains(ticks.count))
    for tick in ticks { #expect((-1e-6...100 + 1e-6).contains(scale.position(tick))) }
    #expect(scale.position(.nan) == 0)
  }

  @Test("the first tick is not lost to rounding")
  func firstTick() {
    let ticks = Scale(covering: [0.75, 1.33], from: 0, to: 1).ticks()
    #expect(ticks.count == 5)
    #expect(abs((ticks.first ?? 0) - 0.6) < 1e-12)
  }

  @Test("decades hold the smallest positive value; zero and less are put at the end")
  func decades() {
    let scale = Scale(decadesCovering: [0.002, 0.5, 0, -1], from: 0, to: 30)
    #expect(abs(scale.domain.lowerBound - 0.001) < 1e-15 && scale.domain.upperBound == 1)
    #expect(abs(scale.position(0.01) - 10) < 1e-9)
    #expect(scale.position(0) == 0)
    #expect(scale.ticks().count == 4)
    #expect(Scale(decadesCovering: [], from: 0, to: 1).ticks().count >= 2)
  }
}
