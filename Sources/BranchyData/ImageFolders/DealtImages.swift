import BranchyChecksum

/// Which images of a folder without a test part a run learns from, and which it is tested on.
///
/// A model keeps this: more files may come into the folder, or go, and by its share of the images
/// alone a later command would test on what was learnt from. As text it is a table with the columns
/// `path,label,part,fingerprint`, where the part is `train` or `test`.
public struct DealtImages: Hashable, Sendable {
    /// An image, wherever it lies by now.
    struct Image: Hashable, Sendable {
        let className: String
        let fingerprint: FileFingerprint
    }

    struct Entry: Hashable, Sendable {
        /// From the folder on.
        let path: String
        let isTest: Bool
        let image: Image
    }

    private static let headings = ["path", "label", "part", "fingerprint"]

    let entries: [Entry]

    init(_ entries: [Entry]) { self.entries = entries }

    /// Reads a list.
    ///
    /// - Parameter source: the file, for errors.
    /// - Throws: ``DatasetError`` of code `malformedFile` where it is none.
    package init(parsing bytes: [UInt8], source: String) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DatasetError(
                .malformedFile, file: source, "is not a list of images", expected: "text in UTF-8")
        }
        let lines = try SeparatedText(text, source).lines
        guard lines.first?.fields == Self.headings else {
            throw DatasetError(
                .malformedFile, file: source, "is not a list of images",
                expected: "a first line " + Self.headings.joined(separator: ","))
        }
        entries = try lines.dropFirst().map { line in
            guard let entry = Entry(line.fields) else {
                throw DatasetError(
                    .malformedFile, file: source, "line \(line.number) is not an image",
                    expected: "a path, a class, train or test, and 32 hexadecimal digits")
            }
            return entry
        }
    }

    /// The list as text.
    package var bytes: [UInt8] {
        let lines = entries.map { entry in
            SeparatedText.line([
                entry.path, entry.image.className, entry.isTest ? "test" : "train",
                Checksum.hexadecimal(entry.image.fingerprint.bytes),
            ])
        }
        return Array(([SeparatedText.line(Self.headings)] + lines).joined().utf8)
    }
}

extension DealtImages.Entry {
    fileprivate init?(_ fields: [String]) {
        guard fields.count == 4, ["train", "test"].contains(fields[2]), fields[3].utf8.count == 32,
            fields[3].allSatisfy(\.isHexDigit), let bits = UInt128(fields[3], radix: 16)
        else { return nil }
        self.init(
            path: fields[0], isTest: fields[2] == "test",
            image: .init(className: fields[1], fingerprint: FileFingerprint(bits: bits)))
    }
}
