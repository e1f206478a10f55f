import Mustache
public import Schema

/// `report.html`: one self-contained page with charts, for a browser or paper; no scripts, nothing fetched.
///
/// `PageView` turns the report into what the templates of `PageTemplate` name; `ChartSections` makes the charts;
/// `StyleSheet` has the colours. To add a chart: a file in `Charts/` that ends in a `Figure`, and a line in
/// `ChartSections`. To add a headline measure: a line in `Headline`, and its words in `MeasureWording`.
public struct ReportHTML: ReportFormat {
  /// What `plimsoll describe formats` prints.
  public static let kind = Kind("html", summary: "report.html: verdict, charts and tables in one self-contained page")

  /// Creates the format.
  public init() {}

  /// `report.html`.
  public func files(for report: StressReport) throws -> [OutputFile] {
    var library = MustacheLibrary()
    for template in PageTemplate.all { try library.register(template.text, named: template.name) }
    let page = try MustacheTemplate(string: "{{>page}}")
    return [OutputFile(name: "report.html", text: page.render(PageView(report), library: library))]
  }
}
