// swift-tools-version: 6.2
import PackageDescription

/// The speed of the engine, against what else one would use and against the machine. A package of its own, so that
/// neither users nor `./check` build it; `Tests/Benchmarks/run` does.
let package = Package(
  name: "plimsoll-benchmarks",
  dependencies: [.package(name: "plimsoll", path: "../..")],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        .product(name: "StressTesting", package: "plimsoll"), .product(name: "TestSupport", package: "plimsoll"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error),
      ])
  ]
)
