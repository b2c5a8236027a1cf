// swift-tools-version: 6.2

import PackageDescription

/// The libraries that each program needs.
let programs = [
    "classify": ["BranchyClassifier", "BranchyNet", "NativeEngine"],
    "batch": ["BranchyClassifier", "BranchyNet", "NativeEngine"],
    "train": ["BranchyNet", "BranchyTraining", "BranchyWorkflow", "OneDNNEngine"],
    "calibrate": ["BranchyEvaluation", "BranchyNet", "BranchyWorkflow", "NativeEngine"],
    "evaluate": ["BranchyEvaluation", "BranchyNet", "BranchyWorkflow", "NativeEngine"],
]

let package = Package(
    name: "Programs",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Programs that only answer images can leave out the engine that trains, by `traits: []`.
        .package(name: "BranchyNet", path: "../..")
    ],
    targets: programs.map { name, libraries in
        .executableTarget(
            name: name,
            dependencies: libraries.map { .product(name: $0, package: "BranchyNet") },
            swiftSettings: [.treatAllWarnings(as: .error)])
    },
    swiftLanguageModes: [.v6]
)
