/// How a model's policy was chosen: kept with the model, so that the choice can be traced.
public struct CalibrationRecord: Hashable, Sendable, Codable {
    /// What was asked for, in words.
    public var objective: String
    /// What thresholds are compared with, those of the front too.
    public var score: ExitScore.Kind
    /// How many exits in a row have to repeat an answer, where patience was chosen and no
    /// thresholds; `nil` where thresholds were.
    public var patience: Int?
    /// The point that was chosen, scored on the calibration images: its figures are in-sample. It
    /// has no thresholds where patience was chosen.
    public var chosen: OperatingPoint
    /// The points that no other one beat in both accuracy and mean time, fastest first.
    public var front: [OperatingPoint]
    /// The measured time to leave at each exit, branches on the way included, in microseconds.
    public var microsecondsToExit: [Double]
    /// The name of the file that these times came from; `nil` where they were measured on the spot.
    public var costFile: String?
    /// How many images were calibrated on.
    public var samples: Int
    /// The name of the data set.
    public var dataset: String
    /// SHA-256 of the calibration images and labels.
    public var dataChecksum: String
    /// The engine that recorded the exits' answers and whose time was measured.
    public var engine: String
    /// The element type of activations.
    public var precision: String

    /// Files of the first version call the objective a wish.
    private enum CodingKeys: String, CodingKey {
        case objective = "wish"
        case score, patience, chosen, front, microsecondsToExit, costFile, samples, dataset
        case dataChecksum, engine, precision
    }

    /// Records a choice.
    public init(
        objective: String, score: ExitScore.Kind, patience: Int? = nil, chosen: OperatingPoint,
        front: [OperatingPoint],
        microsecondsToExit: [Double], costFile: String? = nil, samples: Int, dataset: String,
        dataChecksum: String, engine: String, precision: String
    ) {
        self.objective = objective
        self.score = score
        self.patience = patience
        self.chosen = chosen
        self.front = front
        self.microsecondsToExit = microsecondsToExit
        self.costFile = costFile
        self.samples = samples
        self.dataset = dataset
        self.dataChecksum = dataChecksum
        self.engine = engine
        self.precision = precision
    }
}
