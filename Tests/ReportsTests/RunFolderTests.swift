import Foundation
import Reports
import Testing

@Suite("Run folder")
struct RunFolderTests {
  private let parent = FileManager.default.temporaryDirectory.path + "/run-folder-" + UUID().uuidString
  private let files = [
    OutputFile(name: "summary.json", text: "{}\n"), OutputFile(name: "tables/measures.csv", text: "a\n"),
    OutputFile(name: "empty", bytes: []),
  ]

  private func entries(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test("everything is there under the final name, and nothing else")
  func complete() throws {
    defer { try? FileManager.default.removeItem(atPath: parent) }
    let folder = try RunFolder(parent: parent + "/job", name: "run").write(files)
    #expect(folder == parent + "/job/run")
    #expect(try entries(parent + "/job") == ["run"])
    #expect(try entries(folder) == ["empty", "summary.json", "tables"])
    #expect(try String(contentsOfFile: folder + "/tables/measures.csv", encoding: .utf8) == "a\n")
  }

  @Test("an existing run is never overwritten")
  func numbered() throws {
    defer { try? FileManager.default.removeItem(atPath: parent) }
    let folder = RunFolder(parent: parent + "/", name: "run")
    let paths = try (0..<3).map { _ in try folder.write(files) }
    #expect(paths == ["run", "run-2", "run-3"].map { parent + "/" + $0 })
  }

  @Test("a parent that cannot be made is named with the system's reason")
  func unwritable() throws {
    defer { try? FileManager.default.removeItem(atPath: parent) }
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: parent + "/file"))
    let failure = #expect(throws: IOFailure.self) {
      try RunFolder(parent: parent + "/file/x", name: "run").write(files)
    }
    #expect(failure?.path == parent + "/file/x" && failure?.operation == "create folder")
    #expect(failure?.description.hasSuffix("Not a directory") == true)
  }

  @Test("a failure half-way leaves no folder behind")
  func atomic() throws {
    defer { try? FileManager.default.removeItem(atPath: parent) }
    let clash = files + [OutputFile(name: "summary.json/inside", text: "")]
    let failure = #expect(throws: IOFailure.self) { try RunFolder(parent: parent, name: "run").write(clash) }
    #expect(failure?.path.hasSuffix("summary.json") == true)
    #expect(try entries(parent).isEmpty)
  }

  @Test("the name is start and job")
  func name() {
    #expect(SampleReport.provenance.folderName == "20261121T031500Z-3f9a12bc")
  }
}
