import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What is guaranteed of the thresholds, if anything.
struct CertificateSection: ReportSection {
    let title = "Certificate"
    private let certificate: Certificate?
    private let hasThresholds: Bool
    /// Why it does not hold for what this page shows.
    private let objection: String?

    /// - Throws: `ModelError` where there is a certificate that cannot be read or was edited.
    init(_ subject: ReportSubject, _ findings: ReportFindings) throws {
        let file = CertificateFile(in: subject.folder)
        let certificate = try file.read()
        let checksum = try file.parametersChecksum()
        self.certificate = certificate
        hasThresholds = subject.network.exitCount > 1
        objection = certificate?.objection(
            to: findings.policy.policy, temperatures: subject.trained.temperatures,
            by: subject.computation, parametersChecksum: checksum)
    }

    var body: [Markup] {
        guard let certificate else {
            return [
                .remark(
                    hasThresholds
                        ? "None: nothing is guaranteed of these thresholds. “branchynet calibrate "
                            + "--certify” makes a guarantee and proves it."
                        : "None: the network has one exit, and so no thresholds to guarantee "
                            + "anything of.")
            ]
        }
        let status =
            objection.map {
                Markup.warning(
                    "Not certified: the certificate does not hold for what this page shows, "
                        + "because \($0).")
            }
            ?? .paragraph(
                "Certified: the guarantee holds for the thresholds and the engine of this page.")
        return [status, .definitions(entries(of: certificate))]
    }

    private func entries(of certificate: Certificate) -> [(name: String, text: String)] {
        certificate.clauses.flatMap(entries) + [
            (
                "chosen by",
                "\(Format.grouped(certificate.tuningSamples)) other images of "
                    + "\(certificate.dataset), split seed \(certificate.splitSeed)"
            ),
            ("holds for", certificate.computation.description),
        ] + (certificate.temperatures.map { [("temperatures", "\($0)")] } ?? []) + [
            ("issued on these images", "\(certificate.issuedOnSameData)"),
            ("data", certificate.dataChecksum), ("parameters", certificate.parametersChecksum),
        ]
    }

    private func entries(of clause: Certificate.Clause) -> [(name: String, text: String)] {
        let proof = clause.proof
        let gains = proof.gains > 0 ? " and \(Format.grouped(proof.gains)) gains" : ""
        return [
            ("guarantee", clause.guarantee.words),
            (
                "proof",
                "\(Format.grouped(proof.losses)) losses\(gains) in "
                    + "\(Format.grouped(proof.samples)) images that chose nothing: at most "
                    + Format.percent(clause.upperBound)
            ),
            ("thresholds", "\(clause.policy)"),
        ]
    }
}
