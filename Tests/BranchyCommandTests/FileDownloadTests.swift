import BranchyCommand
import BranchyNet
import BranchyWorkflow
import Foundation
import TestSupport
import Testing

/// Downloads that end well, and what they take from earlier ones.
struct FileDownloadTests {
    private let bytes = SampleDownload.bytes

    private func honestServer() throws -> LoopbackServer {
        try LoopbackServer { .file(SampleDownload.bytes, for: $0) }
    }

    private func expectComplete(_ sample: SampleDownload) throws {
        #expect(try sample.files() == ["sample.gz"])
        #expect(try contents(sample.path) == bytes)
    }

    @Test func fetchesAFile() throws {
        let server = try honestServer()
        try SampleDownload.within { sample in
            #expect(try sample.run(from: server.url) == server.url + "sample.gz")
            try expectComplete(sample)
        }
        #expect(server.requests.map(\.path) == ["/sample.gz"])
        #expect(server.requests.map(\.range) == [nil])
    }

    @Test func takesAMirrorWithAndWithoutASlash() throws {
        let server = try honestServer()
        try SampleDownload.within { sample in
            _ = try sample.run(from: server.url + "a/b")
            try expectComplete(sample)
        }
        #expect(server.requests.map(\.path) == ["/a/b/sample.gz"])
    }

    @Test(arguments: [1, 2, 5_000, 20_001])
    func goesOnWhereAnEarlierOneStopped(count: Int) throws {
        let server = try honestServer()
        try SampleDownload.within { sample in
            try sample.leave(part: bytes.prefix(count))
            _ = try sample.run(from: server.url)
            try expectComplete(sample)
        }
        #expect(server.requests.map(\.range) == ["bytes=\(count)-"])
    }

    @Test func needsNoNetworkWhereAllBytesAreThere() throws {
        try SampleDownload.within { sample in
            try sample.leave(part: bytes)
            #expect(try sample.run() == nil)
            try expectComplete(sample)
        }
    }

    @Test func beginsAgainWhereTheServerIgnoresRanges() throws {
        let server = try LoopbackServer { _ in
            .init("200 OK", "Content-Length: 20002", body: SampleDownload.bytes)
        }
        try SampleDownload.within { sample in
            try sample.leave(part: bytes.prefix(5_000))
            var events: [FileDownload.Event] = []
            _ = try sample.run(from: server.url, observe: { events.append($0) })
            #expect(events.first == .restarted("the server sends all of it again"))
            #expect(events.last == .progress(byteCount: 20_002))
            try expectComplete(sample)
        }
        #expect(server.requests.count == 1)
    }

    @Test func beginsAgainWhereWhatWasThereIsCorrupt() throws {
        let server = try honestServer()
        try SampleDownload.within { sample in
            try sample.leave(part: bytes.prefix(4_999) + [bytes[4_999] ^ 1])
            _ = try sample.run(from: server.url)
            try expectComplete(sample)
        }
        #expect(server.requests.map(\.range) == ["bytes=5000-", nil])
    }

    @Test(arguments: [
        Array("<html>".utf8), SampleDownload.bytes + [0],
        Array(SampleDownload.bytes.dropLast()) + [SampleDownload.bytes.last.map { $0 ^ 1 } ?? 0],
    ])
    func discardsWhatCannotBeTheBeginning(part: [UInt8]) throws {
        let server = try honestServer()
        try SampleDownload.within { sample in
            try sample.leave(part: part)
            _ = try sample.run(from: server.url)
            try expectComplete(sample)
        }
        #expect(server.requests.map(\.range) == [nil])
    }

    @Test func triesMirrorsInOrder() throws {
        let (empty, full) = (try LoopbackServer { _ in .init("404 Gone") }, try honestServer())
        try SampleDownload.within { sample in
            var events: [FileDownload.Event] = []
            let url = try sample.run(from: empty.url, full.url, observe: { events.append($0) })
            #expect(url == full.url + "sample.gz")
            guard case .failed(let failure) = events.first else {
                Issue.record("the first mirror did not fail: \(events)")
                return
            }
            #expect(failure.url == empty.url + "sample.gz")
            #expect(failure.reason == "answers 404 (not found)")
            try expectComplete(sample)
        }
    }

    @Test func goesOnAtTheNextMirror() throws {
        let short = try LoopbackServer { _ in
            .init(
                "200 OK", "Content-Length: 20002", body: Array(SampleDownload.bytes.prefix(7_000)))
        }
        let full = try honestServer()
        try SampleDownload.within { sample in
            _ = try sample.run(from: short.url, full.url)
            try expectComplete(sample)
        }
        #expect(full.requests.map(\.range) == ["bytes=7000-"])
    }

    @Test func recoversWhereTheLastMirrorsBytesWereWrong() throws {
        let wrong = try LoopbackServer { _ in
            .init(
                "200 OK", "Content-Length: 20002",
                body: [0x1F, 0x8B] + .init(repeating: 0, count: 9))
        }
        let full = try honestServer()
        try SampleDownload.within { sample in
            _ = try sample.run(from: wrong.url, full.url)
            try expectComplete(sample)
        }
        #expect(full.requests.map(\.range) == ["bytes=11-", nil])
    }

    @Test(arguments: ["/there/sample.gz", "there/sample.gz", "//HOST/there/sample.gz"])
    func followsARedirection(location: String) throws {
        let full = try honestServer()
        let host = full.url.dropFirst("http://".count).dropLast()
        let location = location.replacing("HOST", with: host)
        let server = try LoopbackServer { request in
            request.path.hasPrefix("/there")
                ? .file(SampleDownload.bytes, for: request)
                : .init("302 Found", "Location: \(location)", "Content-Length: 0")
        }
        try SampleDownload.within { sample in
            try sample.leave(part: bytes.prefix(100))
            _ = try sample.run(from: server.url)
            try expectComplete(sample)
        }
        let asked = server.requests + full.requests
        #expect(asked.map(\.range) == ["bytes=100-", "bytes=100-"])
    }

    @Test func stopsWhenTheUserWantsItToAndGoesOn() throws {
        let slow = try LoopbackServer { _ in
            .init(
                "200 OK", "Content-Length: 20002", body: Array(SampleDownload.bytes.prefix(3_000)),
                ending: .stall)
        }
        let full = try honestServer()
        try SampleDownload.within { sample in
            var count = 0
            let error = #expect(throws: Interrupted.self) {
                try sample.run(from: slow.url) {
                    count == 3_000
                } observe: {
                    if case .progress(let byteCount) = $0 { count = byteCount }
                }
            }
            #expect(
                error?.description == "stopped after 3,000 of 20,002 bytes of sample.gz, kept in "
                    + "\(sample.partPath); the same command goes on from there")
            #expect(try contents(sample.partPath) == Array(bytes.prefix(3_000)))
            _ = try sample.run(from: full.url)
            try expectComplete(sample)
        }
        #expect(full.requests.map(\.range) == ["bytes=3000-"])
    }

    @Test func leavesNothingWhereItStopsBeforeAnythingCame() throws {
        let server = try LoopbackServer { _ in .init("200 OK", ending: .stall) }
        try SampleDownload.within { sample in
            let error = #expect(throws: Interrupted.self) {
                try sample.run(from: server.url) { !server.requests.isEmpty }
            }
            #expect(error?.description == "stopped before anything of sample.gz came")
            let files = try sample.files()
            #expect(files.isEmpty)
        }
    }

    @Test func refusesToFetchAFileTwiceAtATime() throws {
        let server = try honestServer()
        try SampleDownload.within { sample in
            var errors: [ModelError] = []
            _ = try sample.run(
                from: server.url,
                observe: { _ in
                    let error = #expect(throws: ModelError.self) {
                        try sample.run(from: server.url)
                    }
                    if let error { errors.append(error) }
                })
            #expect(errors.first?.code == .unwritable)
            #expect(
                errors.first?.message.hasSuffix("another process is fetching this file") == true)
            try expectComplete(sample)
        }
    }

    @Test func saysWhereItCannotWrite() throws {
        try withTemporaryFolder { folder in
            let sample = SampleDownload(folder: folder + "/none")
            let error = #expect(throws: ModelError.self) { try sample.run() }
            #expect(error?.code == .unwritable)
            #expect(
                error?.message
                    == "\(sample.partPath): not written: open: No such file or directory")
        }
    }
}
