import BranchyNet

/// A session in a list, which sessions themselves cannot be part of.
final class SessionBox {
    private var session: Predictor.Session

    init(_ session: consuming Predictor.Session) {
        self.session = session
    }

    func predict(_ image: Span<Float>) throws -> ExitObservation {
        try session.predict(image)
    }
}
