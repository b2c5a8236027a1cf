import BranchyCompute

/// Where the images of an edition of CIFAR-10 stand, and how.
package struct CIFAR10Source {
    package enum Layout: Sendable {
        /// The files of a version, in their archive or unpacked.
        case files(CIFARFiles)
        /// An archive of `SPLIT/CLASS/NUMBER.jpg`.
        case imageArchive(String)
    }

    let layout: Layout

    package init(_ layout: Layout) {
        self.layout = layout
    }

    /// The archive or folder.
    var path: String {
        switch layout {
        case .files(let files): files.path
        case .imageArchive(let path): path
        }
    }

    /// The first place in a folder of data that has the images.
    static func find(_ edition: CIFAR10.Edition, in dataFolder: String) throws -> CIFAR10Source {
        // Only the published edition can be fetched.
        try CIFARPlaces(name: edition.rawValue, isFetched: edition == .published, dataFolder)
            .first(of: candidates(of: edition, in: dataFolder), at: \.landmark)
    }

    private static func candidates(
        of edition: CIFAR10.Edition, in dataFolder: String
    ) -> [CIFAR10Source] {
        let binary = CIFARPlaces.candidates(
            .binary10, .ten, own: edition.rawValue, in: dataFolder)
        switch edition {
        case .published:
            let python = CIFARPlaces.candidates(
                .python10, .ten, own: edition.rawValue, in: dataFolder)
            return (binary + python).map { CIFAR10Source(.files($0)) }
        case .jpegCopy:
            let name = "cifar10-jpeg.tar.gz"
            return [edition.rawValue + "/", ""].map {
                CIFAR10Source(.imageArchive("\(dataFolder)/\($0)\(name)"))
            } + binary.filter { !$0.isArchive }.map { CIFAR10Source(.files($0)) }
        }
    }

    /// The file by which the place is known.
    private var landmark: String {
        switch layout {
        case .files(let files): files.landmark
        case .imageArchive(let path): path
        }
    }

    /// Both parts; which images they really are, is still to be checked.
    package func read(
        as edition: CIFAR10.Edition
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        switch layout {
        case .imageArchive(let path):
            var request = ImageFolder.Request()
            // Whether they are the published images, their checksum tells.
            (request.limits, request.allowsDuplicates) = (Self.imageArchiveLimits, true)
            return try ImageFolder.load(
                ImageFolderSurvey(of: path, limits: request.limits), name: edition.rawValue, request
            )
        case .files(let files):
            // The copy has checksums of its own, by pixels.
            let isVerified = files.isVerified || edition == .jpegCopy
            return try files.read(name: edition.rawValue + (isVerified ? "" : " (unverified)"))
        }
    }

    /// Whoever makes such an archive, only pixels tell whether it is the right one, and these only
    /// once they are decoded. So it may not be much larger than it can be: 60,000 images of 3 KiB,
    /// each with a header.
    private static var imageArchiveLimits: ImageFolder.Limits {
        var limits = ImageFolder.Limits()
        limits.pixelCount = 32 * 32
        limits.fileByteCount = 1 << 16
        limits.totalByteCount = 1 << 28
        return limits
    }
}
