import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// Where the model and this page come from, and how to make both again.
struct ProvenanceSection: ReportSection {
    let title = "Provenance"
    private let subject: ReportSubject
    private let findings: ReportFindings
    private let parametersChecksum: String
    /// As it was written; of a network that was imported there is none.
    private let recipe: String?

    /// - Throws: `ModelError` where the model's files cannot be read.
    init(_ subject: ReportSubject, _ findings: ReportFindings) throws {
        (self.subject, self.findings) = (subject, findings)
        parametersChecksum = try CertificateFile(in: subject.folder).parametersChecksum()
        guard subject.trained.provenance.imported == nil else {
            recipe = nil
            return
        }
        let bytes = try ModelFolder(subject.folder).contents(
            of: RunFolder.recipeName, limit: 1 << 20)
        recipe = String(decoding: bytes, as: UTF8.self)
    }

    var body: [Markup] {
        let details = recipe.map { recipe in
            Markup(
                "details", [:],
                [
                    Markup("summary", text: "Recipe (recipe.yaml)"),
                    Markup("pre", [:], [Markup("code", text: recipe)]),
                ])
        }
        return [
            .definitions(entries), Markup("h3", text: "To make it again"),
            Markup("pre", [:], [Markup("code", text: commands.joined(separator: "\n"))]),
        ] + [details].compactMap(\.self)
    }

    private var entries: [(name: String, text: String)] {
        [
            ("program", "branchynet \(Version.number)"),
            ("computed by", subject.computation.description),
            ("network", subject.network.name),
        ] + origin + [
            ("parameters", parametersChecksum),
            (
                "images of this page",
                "\(findings.evaluation.dataset), \(findings.evaluation.split): "
                    + findings.evaluation.dataChecksum
            ),
            ("thresholds", thresholds),
        ]
    }

    /// What made the parameters.
    private var origin: [(name: String, text: String)] {
        let provenance = subject.trained.provenance
        if let file = provenance.imported {
            return [
                ("imported from", "\(file.name), written by \(file.producer)"),
                ("imported file", file.checksum),
            ]
        }
        let epochs = provenance.epochs == 1 ? "1 epoch" : "\(provenance.epochs) epochs"
        return [
            (
                "trained",
                "\(epochs) on \(provenance.dataset), seed \(provenance.seed), "
                    + "\(provenance.engine) engine, \(provenance.precision)"
            ),
            ("began with", provenance.initialChecksum ?? "random parameters"),
            ("training images", provenance.trainingChecksum),
            ("calibration images", provenance.calibrationChecksum),
        ]
    }

    private var thresholds: String {
        let text = "\(findings.policy.policy)"
        switch findings.policy.origin {
        case .model:
            return text + (subject.trained.calibration.map { ", chosen by \($0.objective)" } ?? "")
        case .proposal: return text + ", proposed by this page"
        case .none: return "none"
        }
    }

    /// Its name where it is built in, or else the description that the model keeps.
    private var network: String {
        let isKnown = BranchedNetwork.known.contains { $0.name == subject.network.name }
        return isKnown ? subject.network.name : "network.json"
    }

    private var commands: [String] {
        let provenance = subject.trained.provenance
        let from = provenance.initialChecksum == nil ? "" : " --from PLAIN"
        let calibrate =
            subject.network.exitCount > 1
            ? [
                "branchynet calibrate MODEL"
                    + (subject.trained.calibration.map { "  # \($0.objective)" } ?? "")
            ] : []
        let make =
            provenance.imported.map { file in
                let isONNX = file.name.hasSuffix(".onnx")
                return "branchynet import \(file.name.shellWord)"
                    + (isONNX ? "" : " --network network.json") + " --output MODEL"
            } ?? "branchynet train \(network) --recipe recipe.yaml\(from) --output MODEL"
        return [make] + calibrate + [subject.command]
    }
}
