/// The HTML around the report's parts, in Mustache.
///
/// Two braces escape text. Three braces take markup that `MarkupElement` made. User text stands between tags only, never
/// inside an attribute: the library escapes by `Character`, so a quote with a combining mark would end an attribute.
enum PageTemplate {
  /// The names of the templates and their text.
  static let all = page(
    of: [("summary", SummaryTemplate.text), ("figures", FigureTemplate.text), ("details", DetailTemplate.text)])

  /// A page that holds `parts` in their order, as templates by name; it is itself the one called `page`.
  static func page(of parts: [(name: String, text: String)]) -> [(name: String, text: String)] {
    [("page", head + parts.map { "{{>\($0.name)}}\n" }.joined() + foot)] + parts
  }

  /// The skeleton up to the parts.
  private static let head = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="generator" content="plimsoll">
    <title>{{title}}</title>
    <style>
    {{{style}}}
    </style>
    </head>
    <body>
    <header>
    <h1>{{title}}</h1>
    <p class="subtitle">{{subtitle}}</p>
    <nav>{{#sections}}<a href="#{{id}}">{{name}}</a>{{/sections}}</nav>
    </header>
    <main>

    """

  /// The skeleton after the parts.
  private static let foot = """
    </main>
    <footer>{{footer}}</footer>
    </body>
    </html>

    """
}

/// What stands first: banner, verdict, limits, warnings, headline.
enum SummaryTemplate {
  /// The template; its names are those of `PageView`.
  static let text = """
    {{#banner}}<p class="banner" role="note">{{text}}</p>{{/banner}}
    <section id="verdict">
    <h2>Verdict</h2>
    <p class="headline {{tone}}">{{headline}}</p>
    <ul class="sentences">
    {{#sentences}}<li class="{{tone}}">{{text}}</li>
    {{/sentences}}
    </ul>
    {{#hasLimits}}
    <h3>Limits of the job</h3>
    <ul class="sentences">
    {{#limits}}<li class="{{tone}}">{{text}}</li>
    {{/limits}}
    </ul>
    {{/hasLimits}}
    {{#hasWarnings}}
    <h3>Warnings</h3>
    <ul class="sentences">
    {{#warnings}}<li>{{.}}</li>
    {{/warnings}}
    </ul>
    {{/hasWarnings}}
    </section>
    <section id="headline">
    <h2>Headline figures</h2>
    <p class="soft">{{headlineNote}}</p>
    {{#headlines}}
    <h3>{{venue}}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Headline figures">{{{table}}}</div>
    {{/headlines}}
    </section>
    {{#scenarios}}
    <section id="scenarios">
    <h2>Scenarios</h2>
    <p class="soft">{{note}}</p>
    {{#tables}}
    <h3>{{title}}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Scenarios">{{{table}}}</div>
    {{/tables}}
    <dl>{{#pairs}}<dt>{{name}}</dt><dd>{{text}}</dd>{{/pairs}}</dl>
    </section>
    {{/scenarios}}
    {{#hasContagion}}
    <section id="contagion">
    <h2>Causes and contagion</h2>
    {{#contagion}}
    <h3>{{title}}</h3>
    <p class="soft">{{note}}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Causes and contagion">{{{table}}}</div>
    {{/contagion}}
    </section>
    {{/hasContagion}}
    """
}

/// The charts, one heading a section.
enum FigureTemplate {
  /// The template; its names are those of `PageView`.
  static let text = """
    {{#chartSections}}
    <section id="{{id}}">
    <h2>{{heading}}</h2>
    {{#note}}<p class="soft">{{note}}</p>{{/note}}
    <div class="figures{{#isSmall}} small{{/isSmall}}">
    {{#figures}}
    <figure{{#isWide}} class="wide"{{/isWide}}>
    <h3>{{title}}</h3>
    <figcaption>{{caption}}</figcaption>
    {{#hasLegend}}<ul class="legend">{{#legend}}<li>{{{swatch}}}<span>{{name}}</span></li>{{/legend}}</ul>{{/hasLegend}}
    {{{drawing}}}
    <details><summary>Numbers plotted</summary><div class="scroll">{{{table}}}</div></details>
    </figure>
    {{/figures}}
    </div>
    {{#tables}}
    <h3>{{title}}</h3>
    {{#note}}<p class="soft">{{note}}</p>{{/note}}
    <div class="scroll" tabindex="0" role="region" aria-label="Table">{{{table}}}</div>
    {{/tables}}
    </section>
    {{/chartSections}}
    """
}

/// What is looked up: full tables, method and data, provenance.
enum DetailTemplate {
  /// The template; its names are those of `PageView`.
  static let text = """
    <section id="tables">
    <h2>Full tables</h2>
    {{#tables}}
    <details class="section"><summary>{{title}}</summary>
    {{#note}}<p class="soft">{{note}}</p>{{/note}}
    <div class="scroll">{{{table}}}</div></details>
    {{/tables}}
    </section>
    <section id="method">
    <h2>Method and data</h2>
    {{#banner}}<p class="banner" role="note">{{text}}</p>{{/banner}}
    {{#method}}
    <h3>{{title}}</h3>
    {{#text}}<p>{{text}}</p>{{/text}}
    <dl>{{#pairs}}<dt>{{name}}</dt><dd>{{text}}</dd>{{/pairs}}</dl>
    {{/method}}
    </section>
    <section id="provenance">
    <h2>Provenance</h2>
    <dl>{{#provenance}}<dt>{{name}}</dt><dd>{{text}}</dd>{{/provenance}}</dl>
    <details class="section"><summary>Input files</summary>
    <div class="scroll">{{{inputs}}}</div></details>
    </section>
    """
}
