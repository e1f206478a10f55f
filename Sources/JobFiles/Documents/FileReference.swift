import Foundation

/// A file or folder that an input names: how it was written, and how it is opened.
struct FileReference: Hashable {
  /// The path as written, relative to the folder of the job.
  let label: String
  /// The path to open, relative to the working folder.
  let path: String

  /// A path given on the command line.
  init(commandLine path: String) {
    label = path
    self.path = path
  }

  private init(label: String, path: String) {
    self.label = label
    self.path = path
  }

  /// What `written`, found inside this file, refers to: relative paths start at this file's folder.
  func sibling(_ written: String) -> FileReference {
    written.hasPrefix("/")
      ? FileReference(label: written, path: written)
      : FileReference(label: written, path: Self.join(Self.folder(of: path), written))
  }

  /// The entry `name` of this folder.
  func child(_ name: String) -> FileReference {
    FileReference(label: Self.join(label, name), path: Self.join(path, name))
  }

  /// The path for messages: as opened, without `x/..` detours.
  var shown: String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// The path from the root of the file system.
  var absolutePath: String { URL(fileURLWithPath: path).standardizedFileURL.path }

  /// The folder part of a path; empty where the path is a name alone.
  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path inside a folder; an empty folder is the working folder.
  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
