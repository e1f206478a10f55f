// swift-tools-version: 6.2
import PackageDescription

// One instruction set for every Swift target: a SIMD value must not cross between modules built for different ones.
// `native` from source; a package for others is built with PLIMSOLL_CPU=x86-64-v3.
let cpu = Context.environment["PLIMSOLL_CPU"] ?? "native"

let common: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-Xcc", "-march=\(cpu)"]),
]
/// Every target but `Kernels`: nothing unsafe compiles.
let safe = common + [.strictMemorySafety()]

/// The replay works on buffers owned by one worker; without the dynamic exclusivity checks of every access to them a
/// path takes a quarter less time. Static checking stays on.
let replay = safe + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

/// The ladder, lowest rung first: a target may import only those above it in this list. SwiftPM refuses cycles, and the
/// build runs with `--explicit-target-dependency-import-check error`, so the direction holds by this manifest.
let ladder: [Target] = [
  .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
  .target(
    name: "Kernels", dependencies: ["COpenBLAS"],
    swiftSettings: common + [.define("PLIMSOLL_CPU_\(cpu.replacing("-", with: "_"))")]),
  .target(name: "Schema", swiftSettings: safe),
  .target(name: "Markets", dependencies: ["Kernels", "Schema"], swiftSettings: safe),
  .target(name: "Venues", dependencies: ["Kernels", "Schema", "Markets"], swiftSettings: safe),
  .target(name: "Clearing", dependencies: ["Kernels", "Schema", "Markets", "Venues"], swiftSettings: replay),
  .target(
    name: "Simulation", dependencies: ["Kernels", "Schema", "Markets", "Venues", "Clearing"], swiftSettings: replay),
  .target(name: "RiskMeasures", dependencies: ["Kernels", "Schema", "Simulation"], swiftSettings: safe),
  .target(
    name: "Reports", dependencies: ["Kernels", "Schema", "Simulation", "RiskMeasures", mustache], swiftSettings: safe),
  .target(
    name: "JobFiles",
    dependencies: [
      "Kernels", "Schema", "Markets", "Venues", "Clearing", "Simulation", "RiskMeasures", "Reports", yams,
    ],
    swiftSettings: safe),
  .target(
    name: "StressTesting",
    dependencies: [
      "Kernels", "Schema", "Markets", "Venues", "Clearing", "Simulation", "RiskMeasures", "Reports", "JobFiles",
    ],
    swiftSettings: safe),
  .executableTarget(
    name: "PlimsollCommand",
    dependencies: [
      "Kernels", "Schema", "Markets", "Venues", "Clearing", "Simulation", "RiskMeasures", "Reports", "JobFiles",
      "StressTesting", argumentParser, logging,
    ],
    swiftSettings: safe),
]

/// Everything a test may see: the whole ladder.
let everything: [Target.Dependency] = [
  "Kernels", "Schema", "Markets", "Venues", "Clearing", "Simulation", "RiskMeasures", "Reports", "JobFiles",
  "StressTesting",
]

/// A test target per rung, the support they share, and the slow statistical verification, which is a program.
let tests: [Target] =
  [
    .target(name: "TestSupport", dependencies: everything, path: "Tests/TestSupport", swiftSettings: safe),
    .executableTarget(
      name: "plimsoll-verify", dependencies: everything + ["TestSupport", argumentParser],
      path: "Tests/VerificationTests", swiftSettings: safe),
  ]
  + [
    "Kernels", "Schema", "Markets", "Venues", "Clearing", "Simulation", "RiskMeasures", "Reports", "JobFiles",
    "StressTesting",
  ].map { .testTarget(name: "\($0)Tests", dependencies: everything + ["TestSupport"], swiftSettings: safe) }
  + [.testTarget(name: "PlimsollCommandTests", dependencies: ["PlimsollCommand"], swiftSettings: safe)]

// The documentation builder is wanted where documentation is built, and nowhere else.
let documentation: [Package.Dependency] =
  Context.environment["PLIMSOLL_DOCUMENTATION"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let package = Package(
  name: "plimsoll",
  products: [
    .executable(name: "plimsoll", targets: ["PlimsollCommand"]),
    .library(name: "StressTesting", targets: ["StressTesting"]),
    // For the package of benchmarks, which measures against the plain implementation.
    .library(name: "TestSupport", targets: ["TestSupport"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ] + documentation,
  targets: ladder + tests
)
