public import BranchyCompute

/// One of the four disjoint parts into which labelled data is cut, each with one purpose.
///
/// The four are different types so that a function which chooses thresholds takes a
/// ``CalibrationSplit``, and handing it a ``TestSplit`` does not compile.
///
/// What is prevented: outside this package the images of a split can be read one by one, but the
/// ``ImageDataset`` of a split cannot be taken out, so no expression turns one split into another.
/// What is not prevented: building two splits from one data set that the program holds itself, or
/// copying a split image by image. The types stop mistakes; they do not stop intent.
public protocol DataSplit: Sendable {
    /// What the split is called in records: `training`, `validation`, `calibration`, `test`.
    static var splitName: String { get }

    /// The images, closed to code outside this package.
    var sealed: SealedDataset { get }

    /// Declares images to be for the purpose of the split, and for nothing else.
    init(_ dataset: ImageDataset)
}

/// The data set of a split, which only this package can open.
public struct SealedDataset: Sendable {
    package let dataset: ImageDataset

    init(_ dataset: ImageDataset) {
        self.dataset = dataset
    }
}

extension DataSplit {
    package var dataset: ImageDataset { sealed.dataset }

    /// The number of images.
    public var count: Int { dataset.count }
    /// What the data is called, such as `mnist`.
    public var name: String { dataset.name }
    /// The shape of one image: `[channels, height, width]`.
    public var imageShape: Shape { dataset.imageShape }
    /// What the classes are called; a label is an index into these.
    public var classNames: [String] { dataset.classNames }
    /// SHA-256 over the pixels and then the labels of this split, in hexadecimal.
    public var checksum: String { dataset.checksum }

    /// The pixels of one image, `[C, H, W]` row-major.
    ///
    /// - Throws: ``DatasetError`` where the image is in a file of its own, which is damaged, gone or
    ///   another one by now.
    /// - Precondition: `0 <= index < count`.
    public func pixels(at index: Int) throws -> ArraySlice<UInt8> { try dataset.pixels(at: index) }

    /// The class of one image.
    ///
    /// - Precondition: `0 <= index < count`.
    public func label(at index: Int) -> Int { dataset.label(at: index) }
}

/// What a network learns its parameters from.
public struct TrainingSplit: DataSplit {
    /// `training`.
    public static let splitName = "training"
    /// The images, closed to code outside this package.
    public let sealed: SealedDataset

    /// Declares images to be for training, and for nothing else.
    public init(_ dataset: ImageDataset) { sealed = SealedDataset(dataset) }
}

/// What a recipe, a branch or an epoch is chosen by.
public struct ValidationSplit: DataSplit {
    /// `validation`.
    public static let splitName = "validation"
    /// The images, closed to code outside this package.
    public let sealed: SealedDataset

    /// Declares images to be for validation, and for nothing else.
    public init(_ dataset: ImageDataset) { sealed = SealedDataset(dataset) }
}

/// What exit thresholds are chosen and certified on.
public struct CalibrationSplit: DataSplit {
    /// `calibration`.
    public static let splitName = "calibration"
    /// The images, closed to code outside this package.
    public let sealed: SealedDataset

    /// Declares images to be for calibration, and for nothing else: no parameter was learnt from
    /// them, and no result will be reported on them.
    public init(_ dataset: ImageDataset) { sealed = SealedDataset(dataset) }
}

/// What results are reported on. Nothing is ever chosen by it.
public struct TestSplit: DataSplit {
    /// `test`.
    public static let splitName = "test"
    /// The images, closed to code outside this package.
    public let sealed: SealedDataset

    /// Declares images to be for the test, and for nothing else.
    public init(_ dataset: ImageDataset) { sealed = SealedDataset(dataset) }
}
