/// The report's style sheet. Light is the default, dark follows the reader's system, paper is always light.
///
/// The series colours are those of Okabe and Ito ("Color Universal Design", 2008), which remain apart for colour-blind
/// readers, lightened for dark backgrounds; marks and dashes tell the series apart besides.
enum StyleSheet {
  /// The whole sheet.
  static let text = [colours, dark, page, tables, charts, narrowAndPrint].joined(separator: "\n")

  /// Colours on white.
  private static let colours = """
    :root { color-scheme: light dark;
      --paper: #ffffff; --panel: #f6f7f9; --ink: #1c2127; --soft: #57606a; --rule: #d5dae0; --grid: #e6e9ed;
      --good: #00664b; --good-paper: #e6f4ef; --bad: #a4360a; --bad-paper: #fcede5; --open: #6b5200;
      --open-paper: #fbf3da; --link: #0b5cad;
      --s0: #0072b2; --s1: #d55e00; --s2: #00875f; --s3: #b3568a; --s4: #2a8fc4; --s5: #b07d00; }
    """

  /// Colours on dark, for screens only: paper stays white.
  private static let dark = """
    @media screen and (prefers-color-scheme: dark) { :root {
      --paper: #14181c; --panel: #1c2228; --ink: #e6e9ec; --soft: #a3adb8; --rule: #3a434d; --grid: #2a323a;
      --good: #5fd3ab; --good-paper: #12302a; --bad: #ff9d70; --bad-paper: #3a2018; --open: #e8c766;
      --open-paper: #332b12; --link: #7db8f0;
      --s0: #58b0e8; --s1: #f58a42; --s2: #37c795; --s3: #e197c2; --s4: #8fd0f5; --s5: #e6b445; } }
    """

  /// Text, headings, banners, lists.
  private static let page = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
    main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
    header { padding-top: 28px; }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
    h2 { font-size: 1.2rem; margin: 40px 0 12px; padding-bottom: 4px; border-bottom: 1px solid var(--rule);
      overflow-wrap: anywhere; }
    h3 { font-size: 1rem; margin: 0 0 2px; overflow-wrap: anywhere; }
    p { margin: 0 0 10px; overflow-wrap: break-word; }
    a { color: var(--link); }
    .soft { color: var(--soft); }
    .subtitle { color: var(--soft); margin: 0; overflow-wrap: anywhere; }
    nav { margin-top: 10px; font-size: 0.875rem; display: flex; flex-wrap: wrap; gap: 4px 16px; }
    dl + h3, p + h3, ul + h3 { margin-top: 18px; }
    .banner { margin: 16px 0; padding: 8px 14px; border-left: 4px solid var(--open);
      background: var(--open-paper); border-radius: 0 4px 4px 0; }
    .headline { font-size: 1.15rem; font-weight: 600; margin: 20px 0 14px; padding: 12px 16px; border-radius: 6px;
      border-left: 5px solid; }
    .headline.good { background: var(--good-paper); border-color: var(--good); }
    .headline.bad { background: var(--bad-paper); border-color: var(--bad); }
    .headline.neutral { background: var(--open-paper); border-color: var(--open); }
    ul.sentences { list-style: none; margin: 0 0 14px; padding: 0; }
    ul.sentences li { margin: 0 0 8px; padding-left: 26px; position: relative; overflow-wrap: break-word; }
    ul.sentences li::before { position: absolute; left: 2px; font-weight: 700; content: "\\2013"; color: var(--soft); }
    ul.sentences li.good::before { content: "\\2713"; color: var(--good); }
    ul.sentences li.bad::before { content: "\\2717"; color: var(--bad); }
    dl { display: grid; grid-template-columns: minmax(120px, 220px) 1fr; gap: 3px 18px; margin: 0 0 14px; }
    dt { color: var(--soft); overflow-wrap: anywhere; } dd { margin: 0; overflow-wrap: anywhere; }
    code { font: 0.85em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
    footer { margin: 40px auto 32px; padding-top: 12px; color: var(--soft); font-size: 0.85rem; }
    """

  /// Tables, which scroll sideways in their own box and never widen the page.
  private static let tables = """
    .scroll { overflow-x: auto; margin: 0 0 14px; }
    .scroll:focus-visible { outline: 2px solid var(--link); }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; min-width: 100%; }
    th, td { padding: 5px 12px; text-align: right; vertical-align: top; border-bottom: 1px solid var(--grid);
      white-space: nowrap; }
    th { font-weight: 600; } thead th { border-bottom: 2px solid var(--rule); vertical-align: bottom;
      white-space: normal; overflow-wrap: anywhere; min-width: 88px; }
    tbody th { font-weight: 400; }
    th:first-child { text-align: left; padding-left: 0; }
    table.headlines tbody th { white-space: normal; min-width: 130px; }
    table .interval { display: block; color: var(--soft); font-size: 0.88em; }
    table .change { font-size: 0.86em; color: var(--soft); margin-right: 7px; }
    table .change.good { color: var(--good); } table .change.bad { color: var(--bad); }
    th.text, td.text { text-align: left; }
    details { margin: 6px 0 10px; } summary { cursor: pointer; color: var(--link); font-size: 0.875rem; }
    details .scroll { max-height: 420px; overflow: auto; margin-top: 8px; }
    table.numbers { font-size: 0.8rem; } table.numbers th, table.numbers td { padding: 2px 10px; }
    table.numbers thead th { white-space: nowrap; min-width: 0; }
    table.stacked th, table.stacked td, table.stacked thead th { white-space: normal; padding: 3px 6px; }
    table.stacked thead th { overflow-wrap: normal; min-width: 0; }
    table.stacked td span span { white-space: nowrap; } table.stacked td span span.pair { white-space: normal; }
    table.stacked tbody th { min-width: 84px; overflow-wrap: anywhere; }
    details.section > summary { font-size: 1rem; padding: 6px 0; }
    """

  /// Grids of charts and the strokes in them.
  private static let charts = """
    .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 26px 32px; }
    .figures.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 230px), 1fr)); gap: 18px 22px; }
    .figures.small:has(> figure:only-child) { grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); }
    .figures.small + .figures, .figures + .figures.small { margin-top: 26px; }
    figure { margin: 0; min-width: 0; break-inside: avoid; }
    figure.wide { grid-column: 1 / -1; max-width: 760px; }
    figure svg { display: block; width: 100%; height: auto; overflow: visible; }
    figcaption { font-size: 0.85rem; color: var(--soft); margin: 0 0 6px; }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 6px; padding: 0; list-style: none;
      font-size: 0.85rem; }
    .legend li { display: flex; align-items: center; gap: 6px; min-width: 0; overflow-wrap: anywhere; }
    .legend svg { width: 30px; height: 12px; flex: none; }
    .s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); }
    .s3 { --c: var(--s3); } .s4 { --c: var(--s4); } .s5 { --c: var(--s5); }
    .line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
    .line.s1 { stroke-dasharray: 7 3; } .line.s2 { stroke-dasharray: 2 3; } .line.s3 { stroke-dasharray: 9 3 2 3; }
    .line.s4 { stroke-dasharray: 4 4; } .line.s5 { stroke-dasharray: 12 4; }
    .line.again { stroke-width: 3.2; } .line.median { stroke-dasharray: none; }
    .line.ground { stroke-width: 1; stroke-dasharray: none; stroke-opacity: 0.75; }
    .area { fill: var(--c); fill-opacity: 0.17; stroke: none; }
    .bar { fill: var(--c); fill-opacity: 0.85; }
    .mark { fill: var(--c); stroke: var(--paper); stroke-width: 1; }
    .mark.open { fill: var(--paper); stroke: var(--c); stroke-width: 1.8; }
    .whisker { stroke: var(--c); stroke-width: 1.8; } .errorbar { stroke: var(--ink); stroke-width: 1.2; }
    .spot { fill: transparent; pointer-events: all; } .spot:hover { fill: var(--ink); fill-opacity: 0.25; }
    .axis, .tick { stroke: var(--soft); stroke-width: 1; } .grid { stroke: var(--grid); stroke-width: 1; }
    .rule { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 4 3; }
    figure text { font-family: inherit; font-size: 12.5px; fill: var(--ink); paint-order: stroke;
      stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
    figure text.ticklabel { fill: var(--soft); font-size: 12px; } figure text.axistitle { fill: var(--soft); }
    figure text.arrow { fill: var(--c); font-size: 11px; }
    """

  /// Telephones: larger text in drawings, two small charts a row. Paper: what is closed is left out.
  private static let narrowAndPrint = """
    @media (max-width: 560px) { main, header, footer { padding-left: 14px; padding-right: 14px; }
      body { font-size: 15px; } h1 { font-size: 1.4rem; } th, td { padding: 5px 8px; }
      table.stacked, table.stacked tbody, table.stacked tr, table.stacked tbody th { display: block; }
      table.stacked thead { display: none; } table.stacked tr { padding: 6px 0; border-bottom: 1px solid var(--rule); }
      table.stacked tbody th { font-weight: 600; font-size: 0.9rem; border: 0; padding: 0; }
      table.stacked td { display: flex; justify-content: space-between; gap: 12px; border: 0; padding: 1px 0;
        text-align: right; } table.stacked td::before { content: attr(data-title); color: var(--soft); text-align: left; }
      dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 6px; }
      figure text, figure text.ticklabel { font-size: 14px; } figure text.arrow { font-size: 12px; }
      .figures.small { grid-template-columns: 1fr 1fr; gap: 14px 12px; }
      .small figure text, .small figure text.ticklabel { font-size: 17px; } }
    @media print { body { font-size: 10pt; } nav { display: none; } main, header, footer { max-width: none; padding: 0; }
      h2, h3, section > p { break-after: avoid; } .figures { grid-template-columns: 1fr 1fr; gap: 14px 18px; }
      .figures.small { grid-template-columns: repeat(3, 1fr); } details:not([open]), #tables:not(:has(details[open])) { display: none; }
      .scroll { overflow: visible; } table { font-size: 8pt; } th, td { padding: 2px 5px; }
      .headline, .banner, .area, .bar, .mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
    """
}
