import BranchyChecksum
import BranchyCommand
import BranchyData
import Foundation
import Synchronization
import TestSupport

/// A published file of 20,002 bytes, and a folder that it is fetched to.
struct SampleDownload {
    static let bytes: [UInt8] = {
        var generator = SplitMix64(seed: 7)
        // The first two are those of every gzip file (RFC 1952, section 2.3.1).
        return [0x1F, 0x8B] + (0..<20_000).map { _ in .random(in: 0...255, using: &generator) }
    }()

    static let file = PublishedFile(
        name: "sample.gz", byteCount: bytes.count, md5: "",
        sha256: Checksum.sha256(bytes),
        folders: [""])

    let folder: String

    var path: String { folder + "/sample.gz" }
    var partPath: String { path + ".part" }

    /// Downloads, and tells what happened meanwhile.
    func run(
        from mirrors: String..., stallTimeout: Duration = .seconds(30),
        shouldStop: @escaping () -> Bool = { false },
        observe: @escaping (FileDownload.Event) -> Void = { _ in },
        now: @escaping () -> ContinuousClock.Instant = { .now }
    ) throws -> String? {
        try FileDownload(
            of: Self.file, to: path, mirrors: mirrors, stallTimeout: stallTimeout,
            shouldStop: shouldStop, observe: observe, now: now
        ).run()
    }

    func leave(part bytes: some Sequence<UInt8>) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: partPath))
    }

    /// The names of the files in the folder.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    static func within<Result>(_ body: (SampleDownload) throws -> Result) throws -> Result {
        try withTemporaryFolder { try body(SampleDownload(folder: $0)) }
    }
}
