import BranchyCompute
import BranchyNet
import BranchyWorkflow

/// What one of the threads that answer images needs, all of it used again for each image.
struct AnsweringThread: ~Copyable {
    private let turns: Turns
    private let shape: Shape
    private let preprocessing: Preprocessing
    private let ranksClasses: Bool
    private var session: Predictor.Session
    private var reader: PictureReader
    private var image: [Float]
    private var ranking: ClassRanking
    private var answer = Answer()
    /// The file of the answer.
    private var path = ""
    private var lines: AnswerLines
    private var note: String?
    /// What is said of the first answer that is not finite, once of all threads.
    private var warning: String?
    private var lastHandOver = ContinuousClock.now

    /// So many bytes of answers are kept at most, not to hold on to memory.
    private static let keptByteCount = 1 << 16
    /// So long answers are kept at most where they could be printed.
    private static let keptTime = Duration.milliseconds(50)

    init(_ pipeline: PredictionPipeline, _ turns: Turns) throws {
        let model = pipeline.model
        let shape = model.network.inputShape
        let image = [Float](repeating: 0, count: shape.elementCount)
        var session = try pipeline.predictor.makeSession()
        // The first answer reads cold code and memory; nobody's time is measured by it.
        _ = try session.predict(image.span)
        self.turns = turns
        self.shape = shape
        self.session = session
        self.image = image
        preprocessing = model.preprocessing
        ranksClasses = pipeline.lines.needsRanking(of: pipeline.topCount)
        reader = PictureReader(shape: shape)
        ranking = ClassRanking(count: pipeline.topCount)
        lines = pipeline.lines
    }

    /// Answers all images of a piece of work and hands the answers over when it is their turn.
    ///
    /// - Throws: where it fails, when it is its turn; `Turns.Ended` where another piece did before.
    mutating func work(on piece: PieceOfWork) throws {
        note = piece.isFirst ? piece.group?.note : nil
        do {
            try answerAll(of: piece)
        } catch {
            try handOver(piece.number)
            throw error
        }
        try handOver(piece.number)
        turns.pass()
    }

    private mutating func answerAll(of piece: PieceOfWork) throws {
        switch piece.content {
        case .files(let paths, let limit):
            var left = limit
            for (number, path) in paths.enumerated() where number == 0 || left > 0 {
                try answerFile(path, &left, isFirst: number == 0, of: piece)
            }
        case .images(let pixels, let first):
            begin(piece)
            beginFile(piece.group?.path ?? "", of: piece)
            try answer(pixels, first: first, of: piece)
        case .failure(let error):
            begin(piece)
            throw error
        }
    }

    /// Answers a file that is a picture by its name, although it may hold many images.
    private mutating func answerFile(
        _ path: String, _ left: inout Int, isFirst: Bool, of piece: PieceOfWork
    ) throws {
        if let pixels = try reader.read(path) {
            if isFirst { begin(piece) }
            guard left > 0 else { return }
            left -= 1
            beginFile(path, of: piece)
            return try answer(pixels, first: 0, of: piece)
        }
        var file = try ImageFile.open(path, shape: shape, limit: left)
        if isFirst { begin(piece) }
        beginFile(path, of: piece)
        var first = 0
        while case let pixels = try file.next(WorkList.imagesOfAPiece), !pixels.isEmpty {
            try answer(pixels, first: first, of: piece)
            first += pixels.count / shape.elementCount
        }
        left -= first
    }

    private mutating func begin(_ piece: PieceOfWork) {
        guard piece.beginsTable, let group = piece.group else { return }
        lines.appendHeading(
            group.isPicture ? nil : group.path, namesFiles: group.isFolder || group.isPicture)
    }

    private mutating func beginFile(_ path: String, of piece: PieceOfWork) {
        self.path = path
        lines.begin(file: path, column: piece.group?.column(of: path))
    }

    /// Answers some images of the file that was begun.
    private mutating func answer(
        _ pixels: [UInt8], first: Int, of piece: PieceOfWork
    ) throws {
        let size = shape.elementCount
        for place in 0..<pixels.count / size {
            let index = first + place
            guard !Interrupt.isRequested else {
                throw Interrupted(description: "stopped in \(path) after \(index) images")
            }
            prepare(pixels.span.extracting(place * size..<(place + 1) * size))
            let end = try answer(index)
            if lines.bytes.count > Self.keptByteCount
                || end - lastHandOver > Self.keptTime && turns.isTurn(of: piece.number)
            {
                try handOver(piece.number)
                lastHandOver = end
            }
        }
    }

    private mutating func prepare(_ pixels: Span<UInt8>) {
        let preprocessing = preprocessing
        var values = image.mutableSpan
        preprocessing.prepare(pixels, into: &values)
    }

    /// Answers the image that was prepared.
    ///
    /// - Returns: when that was done.
    private mutating func answer(_ index: Int) throws -> ContinuousClock.Instant {
        let image = image
        let start = ContinuousClock.now
        let observation = try session.predict(image.span)
        let end = ContinuousClock.now
        answer.image = index
        answer.take(observation)
        answer.latencyMicroseconds = start.duration(to: end).seconds * 1e6
        if ranksClasses {
            Self.rank(session, observation, by: &ranking, into: &answer.top)
        }
        if !answer.isFinite { warn() }
        lines.append(answer)
        return end
    }

    /// Where one answer is not finite, most are not, and each is marked.
    private mutating func warn() {
        guard warning == nil else { return }
        warning =
            "warning: \(path): the logits of exit \(answer.exit + 1) are NaN or infinite for image "
            + "\(answer.image), so this answer means nothing, nor does any other that is marked as "
            + "not finite; were the model's parameters damaged?\n"
    }

    private static func rank(
        _ session: borrowing Predictor.Session, _ observation: ExitObservation,
        by ranking: inout ClassRanking, into top: inout [ClassProbability]
    ) {
        session.withLogits(ofExit: observation.exit) {
            ranking.rank($0, seenBy: observation, into: &top)
        }
    }

    /// Prints what was made so far, when it is its turn.
    private mutating func handOver(_ number: Int) throws {
        try turns.wait(for: number)
        if let note = note.take() { StandardError.write(note) }
        if let warning, turns.isFirstWarning() { StandardError.write(warning) }
        try StandardOutput.write(escaped: lines.bytes)
        lines.bytes.removeAll(keepingCapacity: true)
    }
}
