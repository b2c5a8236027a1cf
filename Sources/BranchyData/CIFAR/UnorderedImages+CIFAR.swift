import BranchyCompute

extension UnorderedImages {
    /// Takes the images of a file of CIFAR, which has to have a number of them.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile`, or what ``PickleFile`` throws.
    mutating func append(
        _ contents: [UInt8], as format: CIFARVersion.Format, _ labelling: CIFARLabelling,
        count: Int, file: String
    ) throws {
        switch format {
        case .binary: try append(recordsOf: contents, labelling, count: count, file: file)
        case .python: try append(pickled: contents, labelling, count: count, file: file)
        }
    }

    private mutating func append(
        recordsOf contents: [UInt8], _ labelling: CIFARLabelling, count: Int, file: String
    ) throws {
        let size = labelling.recordByteCount
        guard contents.count == count * size else {
            let (whole, rest) = contents.count.quotientAndRemainder(dividingBy: size)
            throw DatasetError(
                .malformedFile, file: file, "is not a file of \(labelling.title) records",
                expected: "\(count) records of \(size) bytes, \(count * size) in all",
                found: contents.count > count * size
                    ? "more" : "\(whole) records and \(rest) bytes, \(contents.count) in all",
                remedy: "The file is not complete or another one: fetch it again")
        }
        for start in stride(from: 0, to: contents.count, by: size) {
            for (offset, label) in labelling.labels.enumerated() {
                let found = contents[start + offset]
                guard Int(found) < label.classNames.count else {
                    throw outOfRange(
                        "record \(start / size), at byte \(start + offset),", label, "\(found)",
                        file)
                }
            }
            append(
                contents[(start + labelling.labels.count)..<(start + size)],
                label: UInt16(contents[start + labelling.chosen]))
        }
    }

    private mutating func append(
        pickled contents: [UInt8], _ labelling: CIFARLabelling, count: Int, file: String
    ) throws {
        let pickle = try PickleFile(contents, name: file)
        let size = CIFAR10.imageShape.elementCount
        let labels = try pickle.integers(labelling.key)
        guard labels.count == count else {
            throw DatasetError(
                .malformedFile, file: file, "'\(labelling.key)' has another length",
                expected: "\(count) labels", found: "\(labels.count)",
                remedy: "The file is not complete or another one: fetch it again")
        }
        let pixels = try pickle.rows("data", count: count, of: size)
        for (index, found) in labels.enumerated() {
            let label = labelling.labels[labelling.chosen]
            guard label.classNames.indices.contains(found), let byte = UInt8(exactly: found) else {
                throw outOfRange("image \(index)", label, "\(found)", file)
            }
            let start = pixels.startIndex + index * size
            append(pixels[start..<start + size], label: UInt16(byte))
        }
    }

    private func outOfRange(
        _ place: String, _ label: CIFARLabelling.Label, _ found: String, _ file: String
    ) -> DatasetError {
        DatasetError(
            .malformedFile, file: file, "\(place) has a label out of range",
            expected: "0 to \(label.classNames.count - 1)", found: found)
    }
}
