import BranchyChecksum

/// A name as a file system or an archive has it: bytes, which need not be text.
package struct FileName: Comparable, Sendable {
    /// The name; where it is not UTF-8, with `\xE9` in place of each byte that is not ASCII.
    package let text: String
    /// Whether it is UTF-8, so that a file can be opened by ``text``.
    package let isText: Bool

    /// Takes a name for text, if it is.
    init(_ bytes: some Collection<UInt8>) {
        let text = String(validating: bytes, as: UTF8.self)
        isText = text != nil
        self.text =
            text
            ?? bytes.map { byte in
                byte < 0x80
                    ? String(UnicodeScalar(byte)) : #"\x"# + Checksum.hexadecimal([byte])
            }.joined()
    }

    /// Requires that the name is UTF-8, as names of classes and images have to be: whatever is not
    /// is refused rather than passed over, or taken for another one by what is left of it.
    ///
    /// - Throws: ``DatasetError`` of code `invalidDataset`.
    package func requireText(of path: String) throws {
        guard !isText else { return }
        throw DatasetError(
            .invalidDataset, file: path, "has a name that cannot be read",
            expected: "names in UTF-8", found: text, remedy: "Rename it")
    }

    package static func < (left: FileName, right: FileName) -> Bool { left.text < right.text }
}
