import BranchyCommand
import Foundation
import Testing

/// Servers that send something else than the published file.
struct FileDownloadRefusalTests {
    /// What a server does, what is said of it, and how many bytes are kept to go on from.
    struct Lie: Sendable, CustomTestStringConvertible {
        let reason: String
        let kept: Int
        let response: LoopbackServer.Response

        init(_ reason: String, keeps kept: Int = 0, _ response: LoopbackServer.Response) {
            self.reason = reason
            self.kept = kept
            self.response = response
        }

        var testDescription: String { reason }
    }

    private static let bytes = SampleDownload.bytes
    private static let length = "Content-Length: 20002"
    private static let altered = Array(bytes.dropLast()) + [bytes.last.map { $0 ^ 1 } ?? 0]

    static let lies: [Lie] = [
        Lie("answers 404 (not found)", .init("404 No", "Content-Length: 2", body: [0, 0])),
        Lie(
            "answers 500 (internal server error)", .init("500 Oops", body: bytes, ending: .endless)),
        Lie("answers 206 (partial content)", .init("206 Partial Content", length, body: bytes)),
        Lie(
            "sends a web page (text/html; charset=utf-8) instead of the file",
            .init("200 OK", "Content-Type: text/html; charset=utf-8", length, body: bytes)),
        Lie(
            "sends the file in the encoding gzip, expected none",
            .init("200 OK", "Content-Encoding: gzip", length, body: bytes)),
        Lie(
            "announces 20,003 bytes, expected 20,002",
            .init("200 OK", "Content-Length: 20003", body: bytes + [0])),
        Lie(
            "announces 5 bytes, expected 20,002",
            .init("200 OK", "Content-Length: 5", body: Array(bytes.prefix(5)))),
        Lie(
            "sends a file with another SHA-256 than the published one",
            .init("200 OK", length, body: altered)),
        Lie("sends something else than a gzip file", .init("200 OK", body: Array("<!D".utf8))),
        Lie(
            "sends more than the 20,002 bytes of the published file",
            .init("200 OK", body: bytes + [0])),
        Lie(
            "sends more than the 20,002 bytes of the published file",
            .init("200 OK", body: bytes, ending: .endless)),
        Lie(
            "ends after 7,000 of 20,002 bytes", keeps: 7_000,
            .init("200 OK", length, body: Array(bytes.prefix(7_000)))),
        Lie(
            "ends after 7,000 of 20,002 bytes", keeps: 7_000,
            .init("200 OK", body: Array(bytes.prefix(7_000)))),
        Lie("ends after 0 of 20,002 bytes", .init("200 OK", length)),
        Lie(
            "redirects more than 5 times, at last to http://127.0.0.1:",
            .init("302 Found", "Location: /again", "Content-Length: 0")),
        Lie("redirects to nowhere", .init("302 Found", "Content-Length: 0")),
        Lie(
            "redirects to file:///etc/hostname",
            .init("302 Found", "Location: file:///etc/hostname", "Content-Length: 0")),
        Lie(
            "redirects from http to ftp://127.0.0.1/",
            .init("302 Found", "Location: ftp://127.0.0.1/", "Content-Length: 0")),
        // The rest is the system's wording.
        Lie("", .init(head: "\u{1}\u{2}\u{3}", body: bytes)),
        Lie("", .init("200 OK", "Content-Length: -5", body: bytes)),
        Lie("", .init("200 OK", "X: " + String(repeating: "y", count: 1 << 20), body: bytes)),
    ]

    private func expectRefusal(
        _ lie: Lie, after part: [UInt8] = [], whenAllCame clock: StallClock? = nil
    ) throws {
        let server = try LoopbackServer { _ in lie.response }
        try SampleDownload.within { sample in
            if !part.isEmpty { try sample.leave(part: part) }
            let error = try #require(throws: DownloadError.self) {
                guard let clock else { return try sample.run(from: server.url) }
                return try sample.run(
                    from: server.url, stallTimeout: .seconds(5), observe: clock.notice,
                    now: clock.now)
            }
            let failure = try #require(error.failures.first)
            #expect(error.failures.count == 1)
            #expect(failure.url == server.url + "sample.gz")
            #expect(failure.reason.hasPrefix(lie.reason), "\(failure.reason)")
            #expect(try sample.files() == (lie.kept > 0 ? ["sample.gz.part"] : []))
            if lie.kept > 0 {
                #expect(try contents(sample.partPath) == Array(Self.bytes.prefix(lie.kept)))
                #expect(error.description.hasSuffix("the same command goes on from there"))
            }
        }
    }

    @Test(arguments: lies)
    func refuses(lie: Lie) throws {
        try expectRefusal(lie)
    }

    // The time passes once everything came that the server sends: no machine is too busy for that.
    @Test(arguments: [
        Lie("sends nothing for 5.0 seconds", .init(head: "HTTP/1.1 200 OK", body: [])),
        Lie(
            "sends nothing for 5.0 seconds", keeps: 7_000,
            .init("200 OK", length, body: Array(bytes.prefix(7_000)))),
    ])
    func givesUpAServerThatStalls(lie: Lie) throws {
        var response = lie.response
        response.ending = .stall
        try expectRefusal(
            Lie(lie.reason, keeps: lie.kept, response),
            whenAllCame: StallClock(after: lie.kept))
    }

    @Test func keepsWhatIsCompleteButForItsEnd() throws {
        let lie = Lie(
            "sends nothing for 5.0 seconds", keeps: 20_002,
            .init("200 OK", body: Self.bytes, ending: .stall))
        try expectRefusal(lie, whenAllCame: StallClock(after: lie.kept))
    }

    private static let rest = Array(bytes.dropFirst(5_000))

    @Test(arguments: [
        Lie(
            "sends another part than the one asked for: expected bytes 5000-20001/20002, found "
                + "bytes 0-15001/20002", keeps: 5_000,
            .init(
                "206 Partial Content", "Content-Range: bytes 0-15001/20002",
                "Content-Length: 15002", body: rest)),
        Lie(
            "sends another part than the one asked for: expected bytes 5000-20001/20002, found "
                + "bytes 5000-20001/30000", keeps: 5_000,
            .init(
                "206 Partial Content", "Content-Range: bytes 5000-20001/30000",
                "Content-Length: 15002", body: rest)),
        Lie(
            "sends another part than the one asked for: expected bytes 5000-20001/20002, found "
                + "no Content-Range", keeps: 5_000,
            .init("206 Partial Content", "Content-Length: 15002", body: rest)),
        Lie(
            "announces 20,002 bytes, expected 15,002", keeps: 5_000,
            .init(
                "206 Partial Content", "Content-Range: bytes 5000-20001/20002", length,
                body: bytes)),
        Lie("answers 416 (", keeps: 5_000, .init("416 No", "Content-Range: bytes */20002")),
        Lie(
            "announces 7 bytes, expected 20,002", keeps: 5_000, .init("200 OK", "Content-Length: 7")
        ),
        Lie(
            "ends after 5,010 of 20,002 bytes", keeps: 5_010,
            .init(
                "206 Partial Content", "Content-Range: bytes 5000-20001/20002",
                "Content-Length: 15002", body: Array(rest.prefix(10)))),
        Lie(
            "sends a file with another SHA-256 than the published one",
            .init("200 OK", length, body: altered)),
    ])
    func refusesToGoOnWith(lie: Lie) throws {
        try expectRefusal(lie, after: Array(Self.bytes.prefix(5_000)))
    }

    @Test func saysThatNobodyListens() throws {
        try SampleDownload.within { sample in
            let error = #expect(throws: DownloadError.self) {
                // Where no server may be.
                try sample.run(from: "http://127.0.0.1:1/")
            }
            #expect(
                error?.description.hasPrefix(
                    "sample.gz was not fetched:\n  http://127.0.0.1:1/sample.gz: Failed to connect")
                    == true, "\(String(describing: error))")
            let files = try sample.files()
            #expect(files.isEmpty)
        }
    }
}

/// A clock that stands still until so many bytes have come, and then runs fast.
private final class StallClock {
    private let expected: Int
    private var received = 0
    private var time = ContinuousClock.now

    init(after byteCount: Int) {
        expected = byteCount
    }

    func notice(_ event: FileDownload.Event) {
        if case .progress(let byteCount) = event { received = byteCount }
    }

    func now() -> ContinuousClock.Instant {
        if received >= expected { time += .seconds(2) }
        return time
    }
}
