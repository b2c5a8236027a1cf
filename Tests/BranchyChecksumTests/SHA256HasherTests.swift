import BranchyChecksum
import Testing

struct SHA256HasherTests {
    /// Examples of NIST for SHA-256: the empty message, one block, two blocks, and a million bytes.
    @Test(arguments: [
        ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "a", 1_000_000,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func publishedExamples(message: String, count: Int, expected: String) {
        let bytes = Array(String(repeating: message, count: count).utf8)
        #expect(Checksum.sha256(bytes) == expected)
    }

    @Test(arguments: [1, 3, 63, 64, 65, 127])
    func piecesCountAsIfTheyStoodTogether(size: Int) {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: size) {
            hasher.update(bytes[start..<min(start + size, bytes.count)])
        }
        hasher.update([])
        #expect(hasher.hexadecimal == Checksum.sha256(bytes))
    }

    @Test
    func bytesWithoutStorageAreRead() {
        var hasher = SHA256Hasher()
        hasher.update((0..<100).lazy.map { UInt8($0) })
        #expect(hasher.hexadecimal == Checksum.sha256((0..<100).map { UInt8($0) }))
    }

    @Test
    func aDigestLeavesTheHasherAsItIs() {
        var hasher = SHA256Hasher()
        hasher.update(Array("a".utf8))
        #expect(hasher.digest == hasher.digest)
        hasher.update(Array("bc".utf8))
        #expect(hasher.hexadecimal == Checksum.sha256(Array("abc".utf8)))
    }

    @Test
    func copiesGoOnByThemselves() {
        var first = SHA256Hasher()
        first.update(Array("ab".utf8))
        var second = first
        second.update(Array("c".utf8))
        #expect(first.hexadecimal == Checksum.sha256(Array("ab".utf8)))
        #expect(second.hexadecimal == Checksum.sha256(Array("abc".utf8)))
    }

    @Test
    func everyByteHasTwoDigits() {
        #expect(Checksum.hexadecimal([0, 9, 10, 15, 16, 255]) == "00090a0f10ff")
    }
}
