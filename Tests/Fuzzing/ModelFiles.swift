import BranchyChecksum
import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation

/// A model folder in which one file is an input, and the others are right.
enum ModelFiles {
    private static let network = BranchedNetwork(
        "tiny", inputShape: [1, 2, 2], classCount: 2
    ) {
        Branch("early") {
            Flatten()
            Linear("linear", inputFeatures: 4, outputFeatures: 2)
        }
        Flatten()
        Linear("linear", inputFeatures: 4, outputFeatures: 2)
    }

    /// The files of a whole model, by name.
    private static let files = Result {
        let folder = try ScratchFolder()
        let model = TrainedModel(
            network: network, parameters: try .initial(for: network, seed: 1),
            preprocessing: Preprocessing(mean: [0.5], standardDeviation: [0.25]),
            classNames: ["yes", "no"], policy: .thresholds(ThresholdPolicy(thresholds: [0.3])),
            provenance: Provenance(
                dataset: "digits", trainingChecksum: "", validationChecksum: "",
                calibrationChecksum: "", seed: 1, epochs: 0, initialChecksum: nil, engine: "none",
                precision: "float32", validationAccuracy: []))
        try ModelFolder(folder.path).write(model, digest: Checksum.sha256)
        return try Dictionary(
            uniqueKeysWithValues: ["network.json", "parameters.safetensors", detailsName].map {
                ($0, try AtomicFile.read(folder.path + "/" + $0, limit: 1 << 20))
            })
    }

    private static let detailsName = "model.json"

    static func read(manifest: [UInt8], in folder: ScratchFolder) throws {
        try prepare(folder)
        try read(folder, manifest: manifest)
    }

    static func read(details: [UInt8], in folder: ScratchFolder) throws {
        try prepare(folder)
        _ = try folder.write(details, detailsName)
        var sizes = try files.get().mapValues(\.count)
        sizes[detailsName] = details.count
        let entries = sizes.map { #""\#($0.key)":{"bytes":\#($0.value),"sha256":""}"# }
        let files = entries.joined(separator: ",")
        let manifest = #"{"format":"branchynet-model","version":1,"files":{\#(files)}}"#
        try read(folder, manifest: Array(manifest.utf8))
    }

    private static func read(_ folder: ScratchFolder, manifest: [UInt8]) throws {
        _ = try folder.write(manifest, ModelFolder.manifestName)
        let model = try ModelFolder(folder.path).read()
        try FuzzFinding.require(model.network == network, "another network than is there")
    }

    private static func prepare(_ folder: ScratchFolder) throws {
        guard !FileManager.default.fileExists(atPath: folder.path + "/" + detailsName) else {
            return
        }
        for (name, bytes) in try files.get() { _ = try folder.write(bytes, name) }
    }
}
