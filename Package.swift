// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "BranchyNet",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "BranchyCompute", targets: ["BranchyCompute"]),
        .library(name: "BranchyNet", targets: ["BranchyNet"]),
        .library(name: "BranchyClassifier", targets: ["BranchyClassifier"]),
        .library(name: "BranchyTraining", targets: ["BranchyTraining"]),
        .library(name: "BranchyEvaluation", targets: ["BranchyEvaluation"]),
        .library(name: "NativeEngine", targets: ["NativeEngine"]),
        .library(name: "OneDNNEngine", targets: ["OneDNNEngine"]),
        .library(name: "BranchyData", targets: ["BranchyData"]),
        .library(name: "BranchyImages", targets: ["BranchyImages"]),
        .library(name: "BranchyWorkflow", targets: ["BranchyWorkflow"]),
        .library(name: "BranchyReport", targets: ["BranchyReport"]),
        .library(name: "BranchyONNX", targets: ["BranchyONNX"]),
        .library(name: "BranchyChecksum", targets: ["BranchyChecksum"]),
        .executable(name: "branchynet", targets: ["BranchyCommand"]),
    ],
    traits: [
        .default(enabledTraits: ["OneDNN", "ONNX"]),
        .trait(
            name: "OneDNN",
            description: "The engine that trains, on the system's oneDNN library."
        ),
        .trait(
            name: "ONNX",
            description: "The importer of networks from ONNX files, on swift-protobuf."
        ),
    ],
    dependencies: [
        // From the oldest version that the tests pass with, so that the package stands beside others.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Floor 1: programs of operations, and the engine boundary. Knows no exits.
        .target(name: "BranchyCompute"),
        .target(name: "CInferenceKernels"),
        .target(name: "CTrainingKernels"),
        .target(name: "CImageKernels"),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(
            name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
        .target(name: "BranchyChecksum", dependencies: ["CNettle"]),
        .systemLibrary(
            name: "CImageCodecs",
            providers: [
                .apt(["libpng-dev", "libturbojpeg0-dev", "libwebp-dev", "zlib1g-dev"])
            ]),

        // Floor 2: what a network with exits is, images in, and engines.
        .target(
            name: "BranchyNet",
            dependencies: [
                "BranchyCompute", .product(name: "RealModule", package: "swift-numerics"),
            ]),
        // It knows networks by how their pictures have to be, no more.
        .target(
            name: "BranchyImages",
            dependencies: ["BranchyNet", "BranchyCompute", "CImageCodecs", "CImageKernels"]),
        .target(
            name: "BranchyData",
            dependencies: [
                "BranchyChecksum", "BranchyCompute", "BranchyImages", "BranchyNet", "CArchive",
                .product(name: "RealModule", package: "swift-numerics"),
            ]),
        .target(name: "NativeEngine", dependencies: ["BranchyCompute", "CInferenceKernels"]),
        .target(
            name: "OneDNNEngine",
            dependencies: [
                "BranchyCompute", .target(name: "COneDNN", condition: .when(traits: ["OneDNN"])),
                .target(name: "CTrainingKernels", condition: .when(traits: ["OneDNN"])),
            ]),

        // Floor 3: from an image's bytes to the answer; how a network is made, and what it is worth.
        .target(
            name: "BranchyClassifier",
            dependencies: ["BranchyNet", "BranchyImages", "BranchyChecksum", "BranchyCompute"]),
        .target(
            name: "BranchyTraining",
            dependencies: [
                "BranchyNet", "BranchyData", "BranchyCompute",
                .product(name: "RealModule", package: "swift-numerics"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "BranchyEvaluation",
            dependencies: [
                "BranchyNet", "BranchyData", "BranchyCompute",
                .product(name: "RealModule", package: "swift-numerics"),
            ]),

        .target(
            name: "BranchyONNX",
            dependencies: [
                "BranchyNet", "BranchyCompute",
                .product(
                    name: "SwiftProtobuf", package: "swift-protobuf",
                    condition: .when(traits: ["ONNX"])),
            ], exclude: ["Protobuf"]),

        // Floor 4: what one does with a model.
        .target(
            name: "BranchyWorkflow",
            dependencies: [
                "BranchyTraining", "BranchyEvaluation", "BranchyNet", "BranchyData",
                "BranchyChecksum", "BranchyCompute",
            ]),

        // Floor 5: figures and the page.
        .target(
            name: "BranchyReport",
            dependencies: [
                "BranchyWorkflow", "BranchyTraining", "BranchyEvaluation", "BranchyNet",
                "BranchyData", "BranchyImages", "BranchyCompute",
            ]),

        // Floor 6: people.
        .executableTarget(
            name: "BranchyCommand",
            dependencies: [
                "BranchyReport", "BranchyWorkflow", "BranchyTraining", "BranchyEvaluation",
                "BranchyNet", "BranchyData", "BranchyImages",
                "BranchyChecksum", "BranchyCompute", "NativeEngine",
                .target(name: "OneDNNEngine", condition: .when(traits: ["OneDNN"])),
                .target(name: "BranchyONNX", condition: .when(traits: ["ONNX"])),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .target(
            name: "TestSupport",
            dependencies: [
                "BranchyCompute", .product(name: "RealModule", package: "swift-numerics"),
            ],
            path: "Tests/TestSupport"),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(name: "BranchyComputeTests", dependencies: ["BranchyCompute", "TestSupport"]),
        .testTarget(
            name: "NativeEngineTests",
            dependencies: [
                "NativeEngine", "BranchyNet", "BranchyCompute", "TestSupport", "CAllocationCounter",
            ]),
        .testTarget(
            name: "OneDNNEngineTests",
            dependencies: [
                "BranchyNet", "BranchyCompute", "TestSupport",
                .target(name: "OneDNNEngine", condition: .when(traits: ["OneDNN"])),
                .target(name: "CTrainingKernels", condition: .when(traits: ["OneDNN"])),
            ]),
        .testTarget(
            name: "BranchyTrainingTests",
            dependencies: [
                "BranchyTraining", "BranchyNet", "BranchyData", "BranchyChecksum", "BranchyCompute",
                "TestSupport",
            ]),
        .testTarget(
            name: "BranchyEvaluationTests",
            dependencies: [
                "BranchyEvaluation", "BranchyNet", "BranchyData", "BranchyCompute", "NativeEngine",
                "TestSupport",
            ]),
        .testTarget(
            name: "BranchyCommandTests",
            dependencies: [
                "BranchyCommand", "TestSupport", "BranchyReport", "BranchyWorkflow",
                "BranchyTraining",
                "BranchyEvaluation", "BranchyNet",
                "BranchyData", "BranchyChecksum", "BranchyCompute", "NativeEngine",
                .target(name: "OneDNNEngine", condition: .when(traits: ["OneDNN"])),
            ]),
        .testTarget(
            name: "BranchyReportTests", dependencies: ["BranchyReport"], exclude: ["Golden"]),
        .testTarget(
            name: "BranchyWorkflowTests",
            dependencies: [
                "TestSupport", "BranchyReport", "BranchyWorkflow", "BranchyTraining",
                "BranchyEvaluation",
                "BranchyNet", "BranchyData", "BranchyChecksum", "BranchyCompute", "NativeEngine",
                .target(name: "OneDNNEngine", condition: .when(traits: ["OneDNN"])),
            ]),
        .testTarget(
            name: "BranchyONNXTests",
            dependencies: [
                "BranchyNet", "BranchyCompute", "TestSupport",
                .target(name: "BranchyONNX", condition: .when(traits: ["ONNX"])),
            ], exclude: ["Fixtures"]),
        .testTarget(name: "BranchyChecksumTests", dependencies: ["BranchyChecksum"]),
        .testTarget(
            name: "BranchyNetTests",
            dependencies: ["BranchyChecksum", "BranchyNet", "BranchyCompute", "TestSupport"]),
        .target(
            name: "Fuzzing",
            dependencies: [
                "BranchyTraining", "BranchyEvaluation", "BranchyNet", "BranchyData",
                "BranchyImages", "BranchyChecksum", "BranchyCompute",
                .target(name: "BranchyONNX", condition: .when(traits: ["ONNX"])),
            ],
            path: "Tests/Fuzzing", exclude: ["Corpus", "make-corpus.py"]),
        .testTarget(name: "FuzzingTests", dependencies: ["Fuzzing"]),
        .testTarget(
            name: "BranchyDataTests",
            dependencies: [
                "BranchyChecksum", "BranchyData", "BranchyNet", "BranchyCompute", "TestSupport",
            ], exclude: ["Fixtures"]),
        .testTarget(
            name: "ReadmeTests",
            dependencies: ["BranchyClassifier", "BranchyNet", "BranchyCompute", "NativeEngine"]),
        .testTarget(
            name: "BranchyClassifierTests",
            dependencies: [
                "BranchyClassifier", "BranchyImages", "BranchyNet", "BranchyCompute",
                "NativeEngine", "TestSupport",
            ]),
        .testTarget(
            name: "BranchyImagesTests",
            dependencies: [
                "BranchyImages", "BranchyNet", "BranchyCompute", "CImageCodecs", "CImageKernels",
                "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// Its `main` is libFuzzer's, so only Scripts/fuzz, which brings that, can link it.
if Context.environment["BRANCHYNET_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "Fuzzer", dependencies: ["Fuzzing"], path: "Tests/Fuzzer"))
}

// What makes the documentation, for `make doc`.
if Context.environment["BRANCHYNET_DOC"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}

// The programs of Examples/Programs, which ./test builds with everything else.
if Context.environment["BRANCHYNET_EXAMPLES"] != nil {
    for program in ["batch", "calibrate", "classify", "evaluate", "train"] {
        package.targets.append(
            .executableTarget(
                name: "example-\(program)",
                dependencies: [
                    "BranchyClassifier", "BranchyNet", "BranchyTraining", "BranchyEvaluation",
                    "BranchyWorkflow", "NativeEngine",
                    .target(name: "OneDNNEngine", condition: .when(traits: ["OneDNN"])),
                ], path: "Examples/Programs/Sources/\(program)"))
    }
}

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

// Optimizing what is run once costs more time than it saves; the engines' tests are loops.
for target in package.targets
where target.type == .test && !["NativeEngineTests", "OneDNNEngineTests"].contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-Onone"]))
}
