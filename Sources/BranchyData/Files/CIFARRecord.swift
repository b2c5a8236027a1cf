import BranchyCompute

/// A record of CIFAR-10's binary files: the label, then the red, green and blue plane, each row by
/// row.
enum CIFARRecord {
    static var byteCount: Int { 1 + CIFAR10.imageShape.elementCount }
}

extension UnorderedImages {
    /// Takes the records of a file, which has to have a number of them.
    mutating func append(recordsOf contents: [UInt8], count: Int, file: String) throws {
        let size = CIFARRecord.byteCount
        guard contents.count == count * size else {
            let (whole, rest) = contents.count.quotientAndRemainder(dividingBy: size)
            throw DatasetError(
                .malformedFile, file: file, "is not a file of CIFAR-10 records",
                expected: "\(count) records of \(size) bytes, \(count * size) in all",
                found: contents.count > count * size
                    ? "more" : "\(whole) records and \(rest) bytes, \(contents.count) in all",
                remedy: "The file is not complete or another one: fetch it again")
        }
        for start in stride(from: 0, to: contents.count, by: size) {
            let label = contents[start]
            guard Int(label) < CIFAR10.classNames.count else {
                throw DatasetError(
                    .malformedFile, file: file,
                    "record \(start / size), at byte \(start), has a label out of range",
                    expected: "0 to \(CIFAR10.classNames.count - 1)", found: "\(label)")
            }
            append(contents[(start + 1)..<(start + size)], label: label)
        }
    }
}
