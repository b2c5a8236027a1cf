import ArgumentParser
import BranchyChecksum
import BranchyCompute
import BranchyNet
import Foundation

/// `branchynet import`
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a model of a network that was trained elsewhere.",
        discussion: """
            Reads an ONNX file of opset 11 to 21, as PyTorch's exporters write it: a classifier of one \
            image of a fixed size, one output, the batch fixed at 1 or dynamic. Or, with --network, \
            reads a PyTorch state dict as safetensors into a described network, by name. Writes a \
            model folder, which predict, inspect and bench take.
            """)

    @Argument(
        help: ArgumentHelp(
            "An ONNX file, or with --network a safetensors file.", valueName: "file"),
        completion: .file(extensions: ["onnx", "safetensors"]))
    var file: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder to write the model to.", valueName: "dir"),
        completion: .directory)
    var output: String

    @Option(
        help: ArgumentHelp(
            "The network whose parameters the file holds: a name, or a file that describes one.",
            valueName: "network"))
    var network: String?

    @Option(
        help: ArgumentHelp(
            "Names of the classes, one a line; their numbers by default.", valueName: "file"),
        completion: .file())
    var labels: String?

    @OptionGroup var preparation: PreparationOptions

    @Flag(help: "Print what was found as JSON on standard output.")
    var json = false

    func run() throws {
        try refuseModel()
        let imported =
            try network.map { try ImportedModel(stateDictionary: file, network: $0) }
            ?? ImportedModel(onnx: file)
        let shape = imported.network.inputShape
        let preprocessing = try preparation.preprocessing(for: shape)
        let model = TrainedModel(
            network: imported.network, parameters: imported.parameters,
            preprocessing: preprocessing,
            classNames: try labels.map {
                try ClassLabels.read($0, count: imported.network.classCount)
            }
                ?? (0..<imported.network.classCount).map(String.init),
            provenance: try provenance(imported))
        try ModelFolder(output).write(model, digest: Checksum.sha256)
        let report = ImportReport(
            imported, preprocessing, assumption: preparation.assumption(for: shape),
            hasLabels: labels != nil)
        if json {
            try StandardOutput.write(json: report)
        } else {
            try StandardOutput.write(report.text)
            StandardError.write("wrote \(output); next: branchynet inspect \(output.shellWord)\n")
        }
    }

    /// As training does: no model is ever lost to another.
    private func refuseModel() throws {
        guard FileManager.default.fileExists(atPath: output + "/" + ModelFolder.manifestName) else {
            return
        }
        throw ModelError(
            .unwritable, "\(output) already holds a model; choose another --output")
    }

    /// Of no training here: the parameters are those of the file.
    private func provenance(_ imported: ImportedModel) throws -> Provenance {
        Provenance(
            imported: ImportedFile(
                name: file.split(separator: "/").last.map(String.init) ?? file,
                checksum: try ModelFolder.digest(ofFile: file, by: Checksum.sha256),
                producer: imported.producer))
    }
}
