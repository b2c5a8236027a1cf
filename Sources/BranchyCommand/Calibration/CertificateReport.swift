import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What `calibrate --certify` prints for people.
struct CertificateReport {
    private let certificate: Certificate
    private let points: [OperatingPoint]
    private let network: BranchedNetwork

    init(_ result: CertificationResult) {
        (certificate, points, network) = (result.certificate, result.points, result.network)
    }

    var text: String {
        let clauses = certificate.clauses
        let several =
            clauses.count > 1
            ? """
            \(clauses.count) guarantees at once, each tested at an error of \
            \(Format.percent(certificate.level)) (Bonferroni), so that all of them together hold \
            with \(Format.percent(certificate.guarantee.confidence)) confidence. The first is in \
            force; --threshold asks for another.

            """ : ""
        return """
            \(network.name) on \(certificate.dataset): \
            \(clauses.map(\.guarantee.words).joined(separator: "; "))

            \(table)
            proven by \(Format.grouped(certificate.proof.samples)) images, chosen by \
            \(Format.grouped(certificate.tuningSamples)) others (leave early, mean time: \
            in-sample)
            holds for: \(certificate.computation)\(temperatures)
            certificates issued on these images: \(certificate.issuedOnSameData)
            \(several)\(note)
            """
    }

    private var temperatures: String {
        certificate.temperatures.map { "; temperatures: \($0)" } ?? ""
    }

    private var table: String {
        var table = Table([.right, .left, .right, .right, .right, .right, .right])
        table.add([
            "at most", certificate.policy.score.kind.rawValue, "losses", "gains", "proven",
            "leave early", "mean time",
        ])
        for (clause, point) in zip(certificate.clauses, points) {
            table.add([
                Format.percent(clause.guarantee.maximumLoss),
                clause.policy.thresholds.map { "\($0)" }.joined(separator: ", "),
                Format.grouped(clause.proof.losses), Format.grouped(clause.proof.gains),
                Format.percent(clause.upperBound), Format.percent(point.earlyExitRate),
                Format.microseconds(point.cost),
            ])
        }
        return table.text
    }

    private var note: String {
        points[0].earlyExitRate == 0
            ? "Nobody may leave early: no vector of thresholds after that one passed.\n" : ""
    }
}
