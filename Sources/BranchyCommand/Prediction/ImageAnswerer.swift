import BranchyCompute
import BranchyNet
import BranchyWorkflow

/// Answers one image after the other as lines, in memory that is used again.
struct ImageAnswerer: ~Copyable {
    private let preprocessing: Preprocessing
    private let ranksClasses: Bool
    private let asksEveryExit: Bool
    private let leastProbability: Float?
    private var session: Predictor.Session
    private var image: [Float]
    private var ranking: ClassRanking
    private var answer = Answer()
    /// Whether the last image has no answer that is sure enough.
    var isUnsure: Bool { answer.isUnsure }
    /// The exit whose logits of the last image were not finite, if any were.
    private(set) var exitNotFinite: Int?

    init(_ pipeline: PredictionPipeline) throws {
        let model = pipeline.model
        let image = [Float](repeating: 0, count: model.network.inputShape.elementCount)
        var session = try pipeline.predictor.makeSession()
        // The first answer reads cold code and memory; nobody's time is measured by it.
        _ = try session.predict(image.span)
        self.session = session
        self.image = image
        preprocessing = model.preprocessing
        ranksClasses = pipeline.lines.needsRanking(of: pipeline.topCount)
        asksEveryExit = pipeline.asksEveryExit
        leastProbability = pipeline.leastProbability
        ranking = ClassRanking(count: pipeline.topCount)
    }

    /// Answers an image.
    ///
    /// - Parameter index: which image of its file it is.
    /// - Returns: when that was done.
    mutating func answer(
        _ pixels: Span<UInt8>, _ index: Int, to lines: inout AnswerLines
    ) throws -> ContinuousClock.Instant {
        prepare(pixels)
        answer.image = index
        exitNotFinite = nil
        guard !asksEveryExit else { return try askEveryExit(lines: &lines) }
        let image = image
        let start = ContinuousClock.now
        let observation = try session.predict(image.span)
        let end = ContinuousClock.now
        answer.take(observation)
        answer.latencyMicroseconds = start.duration(to: end).seconds * 1e6
        if let leastProbability {
            // What is not finite is not sure either.
            answer.isUnsure = !(answer.probability >= leastProbability)
        }
        if ranksClasses {
            Self.rank(session, observation, by: &ranking, into: &answer.top)
        }
        if !answer.isFinite { exitNotFinite = answer.exit }
        lines.append(answer)
        return end
    }

    private mutating func prepare(_ pixels: Span<UInt8>) {
        let preprocessing = preprocessing
        var values = image.mutableSpan
        preprocessing.prepare(pixels, into: &values)
    }

    private static func rank(
        _ session: borrowing Predictor.Session, _ observation: ExitObservation,
        by ranking: inout ClassRanking, into top: inout [ClassProbability]
    ) {
        session.withLogits(of: observation) {
            ranking.rank($0, seenBy: observation, into: &top)
        }
    }

    /// Says what every exit says, whatever the policy.
    private mutating func askEveryExit(
        lines: inout AnswerLines
    ) throws -> ContinuousClock.Instant {
        let image = image
        var (answer, ranking, notFinite) = (answer, ranking, exitNotFinite)
        lines.beginExits()
        try session.forEachExit(of: image.span) { observation, logits in
            answer.take(observation)
            answer.logits = logits.indices.map { logits[$0] }
            ranking.rank(logits, seenBy: observation, into: &answer.top)
            if !answer.isFinite { notFinite = notFinite ?? answer.exit }
            lines.append(exit: answer)
        }
        lines.endExits(ofImage: answer.image)
        exitNotFinite = notFinite
        return .now
    }
}
