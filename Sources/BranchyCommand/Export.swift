import ArgumentParser
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// `branchynet export`
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model as ONNX files, for ONNX Runtime and others.",
        discussion: """
            Writes files of opset 17 and a manifest.json that says what each reads and gives, how images \
            are prepared, and where they leave. The forms: stages, a file for each stage and branch, \
            between which the caller decides; all-exits, one graph that gives the logits of every exit; \
            nested-if, one graph that decides itself and computes nothing behind the exit, for one image \
            at a time.
            """)

    @OptionGroup var model: ModelArgument

    @Option(help: "What there are files of.")
    var form: ExportForm

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder to write the files to.", valueName: "dir"),
        completion: .directory)
    var output: String

    @Flag(
        name: .customLong("preprocessing"),
        help: ArgumentHelp(
            "Let graphs read bytes, as N x height x width x channels, of images of the network's size.",
            discussion: "Decoding and resizing stay outside."))
    var preparesImages = false

    @Flag(help: "Print the manifest on standard output.")
    var json = false

    func run() throws {
        try OutputFolder.requireEmpty(output)
        let trained = try model.load()
        let certificate = try certificate(for: trained)
        let files = try ExportedFiles(of: trained, as: form, preparesImages: preparesImages)
        let manifest = try ExportManifest(
            files, of: trained, certificate,
            parametersChecksum: CertificateFile(in: model.path).parametersChecksum())
        try files.write(to: output, manifest)
        if json {
            try StandardOutput.write(json: manifest)
        } else {
            try StandardOutput.write(files.table)
            StandardError.write(
                "wrote \(output); next: python3 Examples/ONNX/run_stages.py, or docs/Exporting.md\n"
            )
        }
    }

    /// What the folder's certificate says, where that is of this policy.
    private func certificate(for trained: TrainedModel) throws -> ExportedCertificate? {
        if trained.policy == nil, trained.network.exitCount > 1 {
            StandardError.warn([
                "the model keeps no policy, so nothing says where an image leaves; `branchynet "
                    + "calibrate \(model.path.shellWord)` chooses one"
            ])
        }
        let file = CertificateFile(in: model.path)
        guard let certificate = try file.read(), let policy = trained.policy?.exitPolicy else {
            return nil
        }
        let objection = certificate.objection(
            to: policy, by: certificate.computation,
            parametersChecksum: try file.parametersChecksum())
        guard let objection else { return ExportedCertificate(certificate, of: policy) }
        StandardError.warn(["the certificate is left out: \(objection)"])
        return nil
    }
}

/// What there are files of.
enum ExportForm: String, ExpressibleByArgument, CaseIterable {
    case stages
    case allExits = "all-exits"
    case nestedIf = "nested-if"
}
