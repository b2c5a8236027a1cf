// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "Classify",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Without traits: the engine that trains, and its system library, stay away.
        .package(name: "BranchyNet", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "Classify",
            dependencies: [
                .product(name: "BranchyNet", package: "BranchyNet"),
                .product(name: "NativeEngine", package: "BranchyNet"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6]
)
