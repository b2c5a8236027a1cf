/// Where a model's parameters come from, so that a result can be traced and repeated.
///
/// Nothing in it depends on the clock: the same recipe, data and seed give the same bytes.
public struct Provenance: Hashable, Sendable {
    /// The file of another program that the parameters were read from. Nothing is known of their
    /// training then, and all else here is empty; `nil` where they were trained here.
    public var imported: ImportedFile?
    /// The name of the data set.
    public var dataset: String
    /// SHA-256 of the images and labels that were trained on.
    public var trainingChecksum: String
    /// SHA-256 of those that choices were made by.
    public var validationChecksum: String
    /// SHA-256 of those set aside for calibration.
    public var calibrationChecksum: String
    /// The seed of initial parameters, splits, shuffling, augmentation and dropout.
    public var seed: UInt64
    /// How many passes over the training images were made.
    public var epochs: Int
    /// SHA-256 of the parameters that training began from, or `nil` for random ones.
    public var initialChecksum: String?
    /// The engine that trained.
    public var engine: String
    /// The element type of activations in training.
    public var precision: String
    /// Accuracy of each exit on all validation images after the last epoch, 0 ... 1.
    public var validationAccuracy: [Double]

    /// Records where parameters come from.
    public init(
        dataset: String, trainingChecksum: String, validationChecksum: String,
        calibrationChecksum: String, seed: UInt64, epochs: Int, initialChecksum: String?,
        engine: String, precision: String, validationAccuracy: [Double]
    ) {
        self.dataset = dataset
        self.trainingChecksum = trainingChecksum
        self.validationChecksum = validationChecksum
        self.calibrationChecksum = calibrationChecksum
        self.seed = seed
        self.epochs = epochs
        self.initialChecksum = initialChecksum
        self.engine = engine
        self.precision = precision
        self.validationAccuracy = validationAccuracy
    }

    /// Records a file that parameters were read from.
    public init(imported file: ImportedFile) {
        self.init(
            dataset: "", trainingChecksum: "", validationChecksum: "", calibrationChecksum: "",
            seed: 0, epochs: 0, initialChecksum: nil, engine: "", precision: "",
            validationAccuracy: [])
        imported = file
    }
}

/// A file of another program.
public struct ImportedFile: Hashable, Sendable, Codable {
    /// What it was called, without its folder.
    public var name: String
    /// SHA-256 of its bytes; of an ONNX file these need not hold the parameters, which may lie beside it.
    public var checksum: String
    /// The program that wrote it, such as `pytorch 2.13.0`, or the kind of the file.
    public var producer: String

    /// Describes a file.
    public init(name: String, checksum: String, producer: String) {
        self.name = name
        self.checksum = checksum
        self.producer = producer
    }
}

extension Provenance: Codable {
    private enum CodingKeys: CodingKey {
        case imported, dataset, trainingChecksum, validationChecksum, calibrationChecksum, seed
        case epochs, initialChecksum, engine, precision, validationAccuracy
    }

    /// Reads where parameters come from: a file, or a training.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let file = try container.decodeIfPresent(ImportedFile.self, forKey: .imported) {
            self.init(imported: file)
            return
        }
        self.init(
            dataset: try container.decode(String.self, forKey: .dataset),
            trainingChecksum: try container.decode(String.self, forKey: .trainingChecksum),
            validationChecksum: try container.decode(String.self, forKey: .validationChecksum),
            calibrationChecksum: try container.decode(String.self, forKey: .calibrationChecksum),
            seed: try container.decode(UInt64.self, forKey: .seed),
            epochs: try container.decode(Int.self, forKey: .epochs),
            initialChecksum: try container.decodeIfPresent(String.self, forKey: .initialChecksum),
            engine: try container.decode(String.self, forKey: .engine),
            precision: try container.decode(String.self, forKey: .precision),
            validationAccuracy: try container.decode([Double].self, forKey: .validationAccuracy))
    }

    /// Writes what there is to know: of an imported file nothing of a training.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if let imported {
            try container.encode(imported, forKey: .imported)
            return
        }
        try container.encode(dataset, forKey: .dataset)
        try container.encode(trainingChecksum, forKey: .trainingChecksum)
        try container.encode(validationChecksum, forKey: .validationChecksum)
        try container.encode(calibrationChecksum, forKey: .calibrationChecksum)
        try container.encode(seed, forKey: .seed)
        try container.encode(epochs, forKey: .epochs)
        try container.encodeIfPresent(initialChecksum, forKey: .initialChecksum)
        try container.encode(engine, forKey: .engine)
        try container.encode(precision, forKey: .precision)
        try container.encode(validationAccuracy, forKey: .validationAccuracy)
    }
}
