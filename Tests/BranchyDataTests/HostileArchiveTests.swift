import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

/// What an archive of data has no business to hold.
struct HostileArchiveTests {
    private static let image = SampleBytes.png([1, 2], width: 2, height: 1, channels: 1)
    private static let other = SampleBytes.png([3, 4], width: 2, height: 1, channels: 1)

    private func failure(_ bytes: [UInt8]) throws -> String? {
        try withTemporaryFolder { folder in
            let path = try write(bytes, to: "data.tar", in: folder)
            let error = datasetError { _ = try ImageFolder.load(from: path, name: "a") }
            // Nothing is unpacked.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["data.tar"])
            return error?.message.replacing(path, with: "FILE")
        }
    }

    @Test(arguments: ["../train/cat/1.png", "train/../../cat/1.png", "/train/cat/1.png", ".."])
    func refusesPathsOutOfTheArchive(name: String) throws {
        let message = try failure(SampleArchive.tar([name: Self.image]))
        #expect(message?.hasPrefix("FILE: \(name): leads out of the archive;") == true)
    }

    @Test(arguments: ["1", "2", "3", "4", "6"] as [Character])
    func refusesLinksAndDevices(type: Character) throws {
        let message = try failure(
            SampleArchive.tar([
                .init(name: "train/cat/1.png", type: type, link: "/etc/passwd")
            ]))
        #expect(message?.hasPrefix("FILE: train/cat/1.png: is a link or a device;") == true)
    }

    // Eight times 8 GiB would fit the octal field; what it says is refused before it is looked for.
    @Test(arguments: [1 << 27, 1 << 32, (1 << 33) - 1]) func refusesAbsurdSizes(size: Int) throws {
        let message = try failure(
            SampleArchive.tar([
                .init(name: "train/cat/1.png", contents: Self.image, claimedSize: size)
            ]))
        #expect(message?.hasPrefix("FILE: train/cat/1.png: is too large;") == true)
    }

    /// What is unpacked counts, headers and what fills their blocks up: 512 + 1,024 + 512 bytes
    /// before the second 600.
    @Test func refusesSizesThatAddUp() throws {
        let members = ["a", "b"].map {
            SampleArchive.Member(name: $0, contents: [UInt8](repeating: 0, count: 600))
        }
        try withTemporaryFolder { folder in
            let path = try write(SampleArchive.tar(members), to: "data.tar", in: folder)
            for (limit, problem) in [
                (2_647, "\(path): b: is too large; expected at most 2647 bytes in all"),
                (2_648, "\(path): is not a folder of images"),
            ] {
                var limits = ImageFolder.Limits()
                limits.totalByteCount = limit
                let error = datasetError {
                    _ = try ImageFolder.load(from: path, name: "a", limits: limits)
                }
                #expect(error?.message.hasPrefix(problem) == true)
            }
        }
    }

    /// A few bytes that stand for gigabytes: what a header claims is small, where it puts the bytes
    /// is far away. Of some of these, libarchive says that they are sparse, of others it does not.
    private static let sparse: [[SampleArchive.Member]] = [
        [
            SampleArchive.oldSparse(
                "train/cat/1.png", [1, 2, 3, 4], size: 100,
                parts: [((1 << 33) - 1024, 4), ((1 << 33) - 1, 0)])
        ],
        [SampleArchive.oldSparse("train/cat/1.png", [], size: 1000, parts: [(1000, 0)])],
        [SampleArchive.oldSparse("train/cat/1.png", [1], size: 1000, parts: [(999, 1)])],
        [
            SampleArchive.pax([
                "GNU.sparse.size": "2000", "GNU.sparse.numblocks": "1",
                "GNU.sparse.offset": "1996", "GNU.sparse.numbytes": "4",
            ]), .init(name: "train/cat/1.png", contents: [1, 2, 3, 4]),
        ],
        [
            SampleArchive.pax(["GNU.sparse.size": "2000", "GNU.sparse.numblocks": "0"]),
            .init(name: "train/cat/1.png"),
        ],
        [
            SampleArchive.pax([
                "GNU.sparse.size": "2000", "GNU.sparse.numblocks": "1",
                "GNU.sparse.name": "train/cat/1.png", "GNU.sparse.map": "1996,4",
            ]), .init(name: "GNUSparseFile.0/1.png", contents: [1, 2, 3, 4]),
        ],
        [
            SampleArchive.pax([
                "GNU.sparse.major": "1", "GNU.sparse.minor": "0",
                "GNU.sparse.name": "train/cat/1.png", "GNU.sparse.realsize": "2000",
            ]),
            .init(
                name: "GNUSparseFile.0/1.png",
                contents: Array("1\n1996\n4\n".utf8) + [UInt8](repeating: 0, count: 503)
                    + [1, 2, 3, 4]),
        ],
        [
            SampleArchive.pax(["SUN.holesdata": " 0 1996 2000"]),
            .init(name: "train/cat/1.png", contents: [UInt8](repeating: 1, count: 2000)),
        ],
    ]

    @Test(arguments: sparse.indices) func refusesSparseFiles(index: Int) throws {
        let archive = SampleArchive.tar(Self.sparse[index])
        for bytes in [archive, SampleBytes.gzip(archive)] {
            let message = try failure(bytes)
            #expect(
                message?.hasPrefix("FILE: train/cat/1.png: is a sparse file;") == true,
                "\(message ?? "nothing")")
        }
    }

    @Test func takesAFileInOnePieceForNone() throws {
        let whole = SampleArchive.oldSparse(
            "train/cat/1.png", Self.image, size: Self.image.count,
            parts: [(0, Self.image.count)])
        #expect(try failure(SampleArchive.tar([whole])) == nil)
    }

    @Test(arguments: ["-1", "9223372036854775807", "99999999999999999999"])
    func refusesSizesThatAreNone(size: String) throws {
        let message = try failure(
            SampleArchive.tar([
                SampleArchive.pax(["size": size]),
                .init(name: "train/cat/1.png", contents: Self.image),
            ]))
        #expect(message?.hasPrefix("FILE: ") == true)
    }

    @Test func refusesNamesWithoutMeasure() throws {
        for (length, isAllowed) in [(4096, true), (4097, false), (1 << 16 - 600, false)] {
            let name = "train/" + String(repeating: "a", count: length - 6)
            let message = try failure(
                SampleArchive.tar([SampleArchive.pax(["path": name]), .init(name: "x")]))
            #expect(message?.contains("has a path that is too long") == !isAllowed)
            #expect(message?.utf8.count ?? 0 < 5000)
        }
    }

    /// 0xE9 and 0xE8 would be taken for one class, if they were taken for text.
    @Test func refusesNamesThatAreNoText() throws {
        let members = [[0xE9], [0xE8]].map { (name: [UInt8]) in
            SampleArchive.Member(
                name: "", contents: Self.image,
                rawName: Array("train/caf".utf8) + name + Array("/1.png".utf8))
        }
        #expect(
            try failure(SampleArchive.tar(members)) == #"""
                FILE: train/caf\xe9/1.png: has a name that cannot be read; expected names in \#
                UTF-8; found caf\xe9. Rename it
                """#)
    }

    /// An empty member is a header: 512 bytes.
    @Test func countsMembersOfNothing() throws {
        let archive = SampleArchive.tar((0..<50).map { .init(name: "a\($0)") })
        try withTemporaryFolder { folder in
            let path = try write(SampleBytes.gzip(archive), to: "data.tar.gz", in: folder)
            for (limit, problem) in [
                (20 * 512, "\(path): a20: is too large; expected at most 10240 bytes in all"),
                (50 * 512, "\(path): is not a folder of images"),
            ] {
                var limits = ImageFolder.Limits()
                limits.totalByteCount = limit
                let error = datasetError {
                    _ = try ImageFolder.load(from: path, name: "a", limits: limits)
                }
                #expect(error?.message.hasPrefix(problem) == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test func unpacksOnce() throws {
        let archive = SampleArchive.tar(["train/cat/1.png": Self.image])
        let message = try failure(SampleBytes.gzip(SampleBytes.gzip(archive)))
        #expect(message?.hasPrefix("FILE: cannot be read (") == true)
    }

    @Test func refusesAnArchiveThatWasCutBetweenMembers() throws {
        let archive = SampleArchive.tar([
            "train/cat/1.png": Self.image, "test/cat/1.png": Self.other,
        ])
        for count in [1024, 2048] {
            let message = try failure(Array(archive[..<count]))
            #expect(message?.hasPrefix("FILE: ends without the mark") == true)
        }
        #expect(try failure(Array(archive[..<2560])) == nil)
    }

    @Test func refusesOtherKindsOfFiles() throws {
        for bytes in [Array("PK\u{3}\u{4}and so on".utf8), Self.image, [], [0, 0, 8, 3]] {
            let message = try failure(bytes)
            #expect(message?.hasPrefix("FILE: cannot be read (") == true, "\(message ?? "")")
        }
    }

    @Test func survivesEveryBitFlipOfAHeader() throws {
        let archive = SampleArchive.tar([
            "train/cat/1.png": Self.image, "test/cat/1.png": Self.image,
        ])
        try withTemporaryFolder { folder in
            try forEachBitFlip(of: Array(archive[..<512])) { flipped in
                let path = try write(flipped + archive[512...], to: "data.tar", in: folder)
                do {
                    _ = try ImageFolder.load(from: path, name: "a")
                } catch {
                    #expect(error is DatasetError)
                }
            }
        }
    }

    // MARK: - Zip archives

    @Test(arguments: ["../a/1.png", "a/../../1.png", "/a/1.png", ".."])
    func refusesPathsOutOfAZipArchive(name: String) throws {
        let message = try failure(SampleZip.zip([.init(name: name, contents: Self.image)]))
        #expect(message?.hasPrefix("FILE: \(name): leads out of the archive;") == true)
    }

    @Test(arguments: [0o120777, 0o020644, 0o060644] as [UInt32])
    func refusesLinksAndDevicesInAZipArchive(mode: UInt32) throws {
        let message = try failure(
            SampleZip.zip([.init(name: "a/1.png", contents: Self.image, mode: mode)]))
        #expect(message?.hasPrefix("FILE: a/1.png: is a link or a device;") == true)
    }

    @Test func countsWhatAZipArchiveLists() throws {
        let members = (0..<4).map { number in
            SampleZip.Member(name: "a/\(number)", contents: [UInt8](repeating: 0, count: 600))
        }
        try withTemporaryFolder { folder in
            let path = try write(SampleZip.zip(members), to: "data.zip", in: folder)
            var limits = ImageFolder.Limits()
            limits.totalByteCount = 2_399
            let error = datasetError {
                _ = try ImageFolderSurvey(of: path, limits: limits)
            }
            #expect(
                error?.message.hasPrefix("\(path): a/3: is too large; expected at most 2399 bytes")
                    == true, "\(error?.message ?? "")")
            limits.totalByteCount = 2_400
            #expect(try ImageFolderSurvey(of: path, limits: limits).passedOver.count == 4)
        }
    }

    @Test func aMemberOfAZipArchiveThatWasSpoiltIsFound() throws {
        let archive = SampleZip.zip([
            .init(name: "a/1.png", contents: Self.image),
            .init(name: "b/1.png", contents: Self.other),
        ])
        // In the middle of the first picture, behind a header of 30 bytes and its name.
        var spoilt = archive
        spoilt[30 + 7 + 40] ^= 1
        let message = try failure(spoilt)
        #expect(message?.hasPrefix("FILE: cannot be read (") == true, "\(message ?? "")")
        #expect(try failure(archive) == nil)
        for count in stride(from: 5, to: archive.count, by: 13) {
            #expect(try failure(Array(archive[..<count])) != nil, "\(count) bytes")
        }
    }

    @Test func survivesEveryBitFlipOfAZipArchive() throws {
        let archive = SampleZip.zip([.init(name: "a/1.png", contents: Self.image)])
        try withTemporaryFolder { folder in
            try forEachBitFlip(of: archive) { flipped in
                let path = try write(flipped, to: "data.zip", in: folder)
                do {
                    _ = try ImageFolder.load(from: path, name: "a")
                } catch {
                    #expect(error is DatasetError)
                }
            }
        }
    }
}
