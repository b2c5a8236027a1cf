// What keeps a folder from being trained on.
extension ImageFolderSurvey {
    private static let listedCount = 5

    /// Requires that the folder can be trained on as it is.
    ///
    /// - Throws: ``DatasetError`` with what is in the way.
    package func requireTrainable(seed: UInt64) throws {
        try requireWhole()
        let parts = try parts(seed: seed)
        try requireDistinct(parts.train, parts.test)
        guard classNames.count > 1 else {
            throw DatasetError(
                .invalidDataset, file: path, "has one class only",
                expected: "two or more, of which one can be told from another",
                found: classNames.joined())
        }
    }

    /// Requires that every image can be read.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` with how many cannot, and some of them.
    package func requireWhole() throws {
        guard !damaged.isEmpty else { return }
        let lines = damaged.prefix(Self.listedCount).map { "\($0.path) \($0.reason)" }
        let rest =
            damaged.count > Self.listedCount ? " and \(damaged.count - Self.listedCount) more" : ""
        throw DatasetError(
            .malformedFile, file: path,
            "\(damaged.count) of \(damaged.count + images.count) images cannot be read: "
                + lines.joined(separator: "; ") + rest,
            remedy: "Mend or remove them; " + ImageFolder.damageRemedy)
    }

    /// Requires that no file is in both parts.
    func requireDistinct(_ train: [Image], _ test: [Image]) throws {
        let pairs = sharedFiles(train, test).map { "\($0.training) is \($0.test)" }
        guard !pairs.isEmpty else { return }
        let rest =
            pairs.count > Self.listedCount ? " and \(pairs.count - Self.listedCount) more" : ""
        throw DatasetError(
            .invalidSplit, file: path,
            "\(pairs.count) images are in the training and in the test part: "
                + pairs.prefix(Self.listedCount).joined(separator: "; ") + rest,
            expected: "test images that nothing is learnt from",
            remedy: "Remove them from one part, or pass --allow-duplicates")
    }

    /// Requires that there are classes, each of them with an image.
    func requireClasses() throws {
        guard !classNames.isEmpty else { throw nothingThere }
        try requireFilled()
    }

    private func requireFilled() throws {
        guard !emptyClasses.isEmpty else { return }
        throw DatasetError(
            .invalidDataset, file: path,
            "there is no image in "
                + emptyClasses.prefix(Self.listedCount).joined(separator: ", ")
                + (emptyClasses.count > Self.listedCount
                    ? " and \(emptyClasses.count - Self.listedCount) more" : ""),
            expected: "one image or more in each class")
    }

    /// Requires that two parts have the same classes.
    func requireSameClasses(
        _ train: FolderLayout.Part, _ test: FolderLayout.Part, _ testFolder: String
    ) throws {
        guard !classNames.isEmpty else { throw nothingThere }
        try requireFilled()
        let (learnt, tested) = (counts(of: train), counts(of: test))
        let lone = classNames.indices.filter { (learnt[$0] == 0) != (tested[$0] == 0) }
        guard lone.isEmpty else {
            throw DatasetError(
                .invalidDataset, file: path,
                "\(folders[train] ?? "") and \(testFolder) have different classes",
                expected: "the same folders in both",
                found: lone.prefix(Self.listedCount).map { classNames[$0] }.joined(separator: ", ")
                    + (lone.count > Self.listedCount
                        ? " and \(lone.count - Self.listedCount) more" : "")
                    + " in one of them only")
        }
    }

    private var nothingThere: DatasetError {
        guard !isNamed else {
            return DatasetError(
                .invalidDataset, file: path, "names no image that can be used",
                expected: "rows of a path and a label", found: "\(damaged.count) others")
        }
        return DatasetError(
            .invalidDataset, file: path, "is not a folder of images in classes",
            expected: "CLASS/IMAGE, or train/CLASS/IMAGE and test/CLASS/IMAGE (or val/CLASS/IMAGE)",
            found: passedOver.isEmpty
                ? "no image" : "\(passedOver.count) files that are none or lie in no class")
    }
}
