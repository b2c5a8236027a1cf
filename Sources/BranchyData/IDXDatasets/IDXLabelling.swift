import BranchyCompute

/// How IDX files of images and labels become a data set.
package struct IDXLabelling: Sendable {
    /// What the data is called.
    let name: String
    let classNames: [String]
    /// Whether these are names, and not the numbers that files have for labels.
    let namesClasses: Bool
    /// The label of the first class.
    let firstLabel: UInt8
    /// Whether a row of a file is a column of an image.
    let isTransposed: Bool

    /// Describes how labels are named, and counted from what number.
    package init(
        name: String, classNames: [String], namesClasses: Bool = true, firstLabel: UInt8 = 0,
        isTransposed: Bool = false
    ) {
        (self.name, self.classNames, self.namesClasses) = (name, classNames, namesClasses)
        (self.firstLabel, self.isTransposed) = (firstLabel, isTransposed)
    }

    /// The data set of a file of images and one of labels.
    ///
    /// - Parameter isVerified: whether both are known to be the published files; where not, the name
    ///   says so.
    /// - Throws: ``DatasetError`` where a file is of the other kind, the two do not belong together,
    ///   or a label is out of range.
    func dataset(images: IDXFile, labels: IDXFile, isVerified: Bool) throws -> ImageDataset {
        let stack = try images.asImages()
        let classes = try classes(of: labels)
        guard stack.count == classes.count else {
            throw DatasetError(
                .invalidDataset, file: labels.name, "does not belong to \(images.name)",
                expected: "\(stack.count) labels, one for each image", found: "\(classes.count)")
        }
        return try ImageDataset(
            name: name + (isVerified ? "" : " (unverified)"),
            imageShape: isTransposed
                ? [1, stack.imageShape[2], stack.imageShape[1]] : stack.imageShape,
            classNames: classNames, pixels: isTransposed ? stack.transposed() : stack.pixels,
            labels: classes, namesClasses: namesClasses)
    }

    private func classes(of labels: IDXFile) throws -> [UInt8] {
        let found = try labels.asLabels()
        let range = Int(firstLabel)..<Int(firstLabel) + classNames.count
        if let index = found.firstIndex(where: { !range.contains(Int($0)) }) {
            throw DatasetError(
                .malformedFile, file: labels.name, "label \(index) is out of range",
                expected: "\(range.lowerBound) to \(range.upperBound - 1)",
                found: "\(found[index])")
        }
        return firstLabel == 0 ? found : found.map { $0 - firstLabel }
    }
}

extension IDXFile.Images {
    /// The pixels of the images with rows and columns exchanged.
    func transposed() -> [UInt8] {
        let (height, width) = (imageShape[1], imageShape[2])
        let size = height * width
        return [UInt8](unsafeUninitializedCapacity: pixels.count) { turned, initialized in
            for start in stride(from: 0, to: pixels.count, by: size) {
                for row in 0..<height {
                    for column in 0..<width {
                        // Safety: a permutation of the places of one image after the other.
                        turned[start + column * height + row] = pixels[start + row * width + column]
                    }
                }
            }
            initialized = pixels.count
        }
    }
}
