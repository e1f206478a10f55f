/// The HTML around a calibration's parts, in Mustache; as in `PageTemplate`, user text stands between tags only.
enum CalibrationTemplate {
  /// The names of the templates and their text; the skeleton and the charts are the report's own.
  static let all = PageTemplate.page(
    of: [("fitted", fitted), ("figures", FigureTemplate.text), ("sources", sources)])

  /// What stands first: warnings and the fitted figures.
  private static let fitted = """
    {{#hasWarnings}}
    <section id="warnings">
    <h2>Warnings</h2>
    <ul class="sentences">
    {{#warnings}}<li>{{.}}</li>
    {{/warnings}}
    </ul>
    </section>
    {{/hasWarnings}}
    <section id="figures">
    <h2>Fitted figures</h2>
    <p><code>{{formula}}</code></p>
    {{#tables}}
    <h3>{{title}}</h3>
    <p class="soft">{{note}}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Fitted figures">{{{table}}}</div>
    {{/tables}}
    </section>
    """

  /// Where everything came from.
  private static let sources = """
    <section id="data">
    <h2>Data</h2>
    <dl>{{#data}}<dt>{{name}}</dt><dd>{{text}}</dd>{{/data}}</dl>
    {{#dataTables}}
    <h3>{{title}}</h3>
    {{#note}}<p class="soft">{{note}}</p>{{/note}}
    <div class="scroll" tabindex="0" role="region" aria-label="Data">{{{table}}}</div>
    {{/dataTables}}
    </section>
    <section id="method">
    <h2>Method</h2>
    <ul class="sentences">
    {{#method}}<li>{{.}}</li>
    {{/method}}
    <li>{{simulation}}</li>
    </ul>
    </section>
    """
}
