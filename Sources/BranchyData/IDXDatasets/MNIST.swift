import BranchyNet

/// The MNIST handwritten digits: 60,000 training and 10,000 test images of 28 by 28 gray pixels.
///
///     let (train, test) = try MNIST.load(from: "data")
///
/// Nothing is downloaded here. The four files are looked for, plain or with `.gz`, in `mnist`, in
/// `MNIST/raw` (where torchvision puts them) and in the folder itself, and their uncompressed
/// contents have to be the published ones.
///
/// # References
/// Yann LeCun, Corinna Cortes, Christopher J. C. Burges: *The MNIST database of handwritten
/// digits*, 1998.
public enum MNIST {
    /// `0` to `9`.
    public static let classNames = (0...9).map(String.init)

    /// One of the two published parts.
    public enum Part: Sendable, CaseIterable {
        /// 60,000 images.
        case train
        /// 10,000 images of other writers.
        case test
    }

    /// Both parts, from a folder of data.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` with the paths that were tried,
    ///   `checksumMismatch` if a file is not the published one, or what ``IDXFile`` throws.
    public static func load(
        from dataFolder: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        (try load(.train, from: dataFolder), try load(.test, from: dataFolder))
    }

    /// One part, from a folder of data.
    ///
    /// - Throws: ``DatasetError``, see ``load(from:)``.
    public static func load(_ part: Part, from dataFolder: String) throws -> ImageDataset {
        try ImageDataset(
            name: "mnist", classNames: classNames, namesClasses: false,
            images: part.images.load(from: dataFolder), labels: part.labels.load(from: dataFolder))
    }
}

extension MNIST.Part {
    fileprivate var images: PublishedFile {
        switch self {
        case .train: KnownDataset.mnistTrainImages
        case .test: KnownDataset.mnistTestImages
        }
    }

    fileprivate var labels: PublishedFile {
        switch self {
        case .train: KnownDataset.mnistTrainLabels
        case .test: KnownDataset.mnistTestLabels
        }
    }
}

extension PublishedFile {
    fileprivate func load(from dataFolder: String) throws -> IDXFile {
        let path = try find(in: dataFolder)
        return try IDXFile(contents: contents(ofFileAt: path), name: path)
    }

    private func find(in dataFolder: String) throws -> String {
        if let path = path(in: dataFolder) { return path }
        throw MissingFile(dataset: "mnist", title: "MNIST", dataFolder: dataFolder)
            .error(contentsName, expected: candidates(in: dataFolder))
    }
}
