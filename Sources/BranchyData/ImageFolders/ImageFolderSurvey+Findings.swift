import BranchyCompute
package import BranchyImages

// What a survey comes to, for those who read it.
extension ImageFolderSurvey {
    /// How many images of each class a part has.
    package struct PartCounts: Hashable, Sendable {
        /// `training`, `validation` or `test`.
        package let part: String
        /// The part's folder; empty where images are dealt out.
        package let folder: String
        /// In the order of the classes.
        package let counts: [Int]
    }

    /// Two files that are, or look like, one picture.
    package struct Pair: Hashable, Sendable {
        package let training: String
        package let test: String
    }

    /// The parts, as they would be trained and tested on.
    ///
    /// - Throws: ``DatasetError`` where the folder cannot be trained on.
    package func partCounts(seed: UInt64) throws -> [PartCounts] {
        let parts = try parts(seed: seed)
        let unused = unusedPart.map { part in
            PartCounts(part: "validation", folder: part.folder, counts: counts(of: .validation))
        }
        let testPart: FolderLayout.Part = folders[.test] == nil ? .validation : .test
        return [
            PartCounts(
                part: "training", folder: folders[.training] ?? "", counts: counts(of: parts.train))
        ] + (unused.map { [$0] } ?? []) + [
            PartCounts(
                part: "test", folder: isDivided ? folders[testPart] ?? "" : "",
                counts: counts(of: parts.test))
        ]
    }

    private func counts(of images: [Image]) -> [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for image in images { counts[image.label] += 1 }
        return counts
    }

    /// Files that are in the training and in the test part.
    package func sharedFiles(seed: UInt64) throws -> [Pair] {
        let parts = try parts(seed: seed)
        return sharedFiles(parts.train, parts.test)
    }

    /// Files that are in both of two parts.
    func sharedFiles(_ train: [Image], _ test: [Image]) -> [Pair] {
        let learnt = Dictionary(
            train.map { ($0.inspection.fingerprint, $0.path) },
            uniquingKeysWith: { first, _ in first })
        return test.compactMap { image in
            learnt[image.inspection.fingerprint].map { Pair(training: $0, test: image.path) }
        }
    }

    /// Files of the two parts that look like one picture and are not one file; of those only that were
    /// decoded.
    package func nearDuplicates(seed: UInt64) throws -> [Pair] {
        let parts = try parts(seed: seed)
        let learnt = parts.train.filter { $0.inspection.look != nil }
        let tested = parts.test.filter { $0.inspection.look != nil }
        let pairs = PictureHash.alike(
            tested.compactMap(\.inspection.look), among: learnt.compactMap(\.inspection.look))
        return pairs.compactMap { pair in
            let (test, train) = (tested[pair.picture], learnt[pair.other])
            guard test.inspection.fingerprint != train.inspection.fingerprint else { return nil }
            return Pair(training: train.path, test: test.path)
        }
    }

    /// Files that are there more than once, in two classes: one of their labels is wrong.
    package var contradictions: [[String]] {
        Dictionary(grouping: images, by: \.inspection.fingerprint).values
            .filter { Set($0.map(\.label)).count > 1 }
            .map { $0.map(\.path).sorted() }.sorted { $0[0] < $1[0] }
    }

    /// How many images have each format, the most frequent first.
    package var formats: [(name: String, count: Int)] {
        Dictionary(grouping: images, by: \.inspection.format.name).map { ($0.key, $0.value.count) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    /// The shorter side in pixels, half of the images having a smaller one; `nil` without any image.
    package var medianShorterSide: Int? {
        let sides = images.map { min($0.inspection.header.width, $0.inspection.header.height) }
        return sides.isEmpty ? nil : sides.sorted()[sides.count / 2]
    }

    /// The smallest, the middle and the largest size, by the number of pixels, and how many sizes and
    /// colour types there are; `nil` where there is no image.
    package var sizes:
        (smallest: ImageHeader, median: ImageHeader, largest: ImageHeader, count: Int)?
    {
        let headers = images.map(\.inspection.header).sorted {
            ($0.width * $0.height, $0.width) < ($1.width * $1.height, $1.width)
        }
        guard let first = headers.first, let last = headers.last else { return nil }
        return (first, headers[headers.count / 2], last, Set(headers).count)
    }
}
