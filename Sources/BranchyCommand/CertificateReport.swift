import BranchyEvaluation
import BranchyNet

/// What `calibrate --certify` prints for people.
struct CertificateReport {
    private let certificate: Certificate
    private let point: OperatingPoint
    private let network: BranchedNetwork

    init(_ certificate: Certificate, _ point: OperatingPoint, _ network: BranchedNetwork) {
        (self.certificate, self.point, self.network) = (certificate, point, network)
    }

    var text: String {
        let proof = certificate.proof
        let thresholds = certificate.policy.thresholds.map { "\($0)" }.joined(separator: ", ")
        let gains = proof.gains > 0 ? " and \(Format.grouped(proof.gains)) gains" : ""
        let note =
            point.earlyExitRate == 0
            ? "Nobody may leave early: no vector of thresholds after that one passed.\n" : ""
        return """
            \(network.name) on \(certificate.dataset): \(certificate.promise.words)
            thresholds: \(thresholds) (\(certificate.policy.score.rawValue))
            proven by: \(Format.grouped(proof.losses)) losses\(gains) in \
            \(Format.grouped(proof.samples)) proof images, so at most \
            \(Format.percent(certificate.upperBound))
            chosen by: \(Format.grouped(certificate.tuningSamples)) tuning images, of which \
            \(Format.percent(point.earlyExitRate)) leave early, \
            \(Format.microseconds(point.cost)) on average (in-sample)
            holds for: \(certificate.computation)
            certificates issued on these images: \(certificate.issuedOnSameData)
            \(note)
            """
    }
}
