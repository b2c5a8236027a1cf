package import BranchyData
import BranchyNet
import BranchyWorkflow
import Foundation

/// Fetches a published file to its place: from the first mirror that really has it, going on where
/// an earlier run stopped.
///
/// Until the file is complete and has its SHA-256, it is called `.part`. What is not the published
/// file is not kept.
package struct FileDownload {
    /// What is told while it runs.
    package enum Event: Equatable {
        /// So many bytes are there.
        case progress(byteCount: Int)
        /// What was there cannot be gone on with here, for a reason.
        case restarted(String)
        /// The next mirror is tried.
        case failed(MirrorFailure)
    }

    /// How often a server may say that the file is elsewhere.
    private static let redirectionLimit = 5
    private static let pollMilliseconds = 50

    private let file: PublishedFile
    private let destination: String
    private let mirrors: [String]
    private let stallTimeout: Duration
    private let now: () -> ContinuousClock.Instant
    private let shouldStop: () -> Bool
    private let observe: (Event) -> Void

    /// Prepares a download.
    ///
    /// - Parameters:
    ///   - destination: path of the file; its folder has to be there.
    ///   - mirrors: URLs that the file's name follows, with `/` between.
    ///   - stallTimeout: how long a server may send nothing.
    ///   - now: the time; tests hand in one that does not pass by itself.
    package init(
        of file: PublishedFile, to destination: String, mirrors: [String],
        stallTimeout: Duration = .seconds(30),
        shouldStop: @escaping () -> Bool = { false },
        observe: @escaping (Event) -> Void = { _ in },
        now: @escaping () -> ContinuousClock.Instant = { .now }
    ) {
        self.file = file
        self.destination = destination
        self.mirrors = mirrors
        self.stallTimeout = stallTimeout
        self.now = now
        self.shouldStop = shouldStop
        self.observe = observe
    }

    /// Runs it.
    ///
    /// - Returns: the URL that the file's last bytes came from, or `nil` where an earlier run had
    ///   left nothing to fetch.
    /// - Throws: ``DownloadError`` where no mirror has the file, ``Interrupted``, or `ModelError`
    ///   of code `unwritable`.
    package func run() throws -> String? {
        var part = try PartFile.of(destination)
        defer { part.removeIfEmpty() }
        try discardUnusable(&part)
        if try isComplete(&part) {
            try part.publish()
            return nil
        }
        return try fetch(into: &part)
    }

    private func fetch(into part: inout PartFile) throws -> String {
        var failures: [MirrorFailure] = []
        for (index, mirror) in mirrors.enumerated() {
            let url = mirror + (mirror.hasSuffix("/") ? "" : "/") + file.name
            do {
                try fetch(from: url, into: &part)
                try part.publish()
                return url
            } catch let reason as Refusal {
                let failure = MirrorFailure(url: url, reason: reason.text)
                failures.append(failure)
                if index + 1 < mirrors.count { observe(.failed(failure)) }
            } catch is Stop {
                throw Interrupted(description: stopped(part))
            }
        }
        let kept = part.byteCount > 0 ? "\(amount(part)) are kept in \(part.path)" : nil
        throw DownloadError(file: file.name, failures: failures, kept: kept)
    }

    private func stopped(_ part: borrowing PartFile) -> String {
        guard part.byteCount > 0 else { return "stopped before anything of \(file.name) came" }
        return "stopped after \(amount(part)) of \(file.name), kept in \(part.path); the same "
            + "command goes on from there"
    }

    private func amount(_ part: borrowing PartFile) -> String {
        "\(Format.grouped(part.byteCount)) of \(Format.grouped(file.byteCount)) bytes"
    }
}

/// Why a mirror is given up.
private struct Refusal: Error {
    let text: String
}

/// The user wants the program to stop.
private struct Stop: Error {}

// MARK: - One mirror

extension FileDownload {
    private func fetch(from url: String, into part: inout PartFile) throws {
        // The mirror before may have sent everything and then not ended.
        if try isComplete(&part) { return }
        let wasResumed = try receive(from: url, into: &part)
        if try isComplete(&part) { return }
        // What an earlier run or another mirror left may be at fault.
        if wasResumed {
            observe(.restarted("together with what was there before, it is not the published file"))
            _ = try receive(from: url, into: &part)
            if try isComplete(&part) { return }
        }
        throw Refusal(text: "sends a file with another SHA-256 than the published one")
    }

    /// Whether the published file is there; where it is another one of its size, nothing is left.
    private func isComplete(_ part: inout PartFile) throws -> Bool {
        guard part.byteCount == file.byteCount else { return false }
        if part.sha256 == file.sha256 { return true }
        try part.restart()
        return false
    }

    private func discardUnusable(_ part: inout PartFile) throws {
        if part.byteCount > file.byteCount || !hasRightType(part) { try part.restart() }
    }

    /// Whether the first bytes are those of such a file.
    private func hasRightType(_ part: borrowing PartFile) -> Bool {
        let gzip: [UInt8] = file.name.hasSuffix(".gz") ? [0x1F, 0x8B] : []
        return zip(part.head, gzip).allSatisfy { $0 == $1 }
    }

    /// Receives what is missing, or everything where the server does not go on from the middle.
    ///
    /// - Returns: whether what was there before was gone on with.
    private func receive(from address: String, into part: inout PartFile) throws -> Bool {
        guard var url = URL(string: address) else { throw Refusal(text: "is not a URL") }
        for _ in 0...Self.redirectionLimit {
            let exchange = HTTPExchange(url, from: part.byteCount, byteLimit: file.byteCount)
            let answer = try answer(of: exchange)
            if let target = try answer.redirection(from: url) {
                url = target
                continue
            }
            let wasResumed = try accept(answer, into: &part)
            try receiveData(exchange, into: &part)
            return wasResumed
        }
        throw Refusal(text: "redirects more than \(Self.redirectionLimit) times, at last to \(url)")
    }

    private func answer(of exchange: borrowing HTTPExchange) throws -> HTTPAnswer {
        switch try next(of: exchange) {
        case .answer(let answer): return answer
        case .data: throw Refusal(text: "sends data without an answer")
        case .end(let reason): throw Refusal(text: reason ?? "gives no answer")
        }
    }

    /// Checks what a server announces, before anything that is there is touched.
    private func accept(_ answer: HTTPAnswer, into part: inout PartFile) throws -> Bool {
        let wasResumed = part.byteCount > 0 && answer.status == 206
        if wasResumed { try check(answer.contentRange, from: part.byteCount) }
        guard wasResumed || answer.status == 200 else {
            throw Refusal(text: "answers \(answer.statusText)")
        }
        try answer.checkKind()
        let expected = file.byteCount - (wasResumed ? part.byteCount : 0)
        if let found = answer.contentLength, found != expected {
            throw Refusal(
                text: "announces \(Format.grouped(found)) bytes, expected "
                    + Format.grouped(expected))
        }
        if part.byteCount > 0 && !wasResumed {
            observe(.restarted("the server sends all of it again"))
            try part.restart()
        }
        return wasResumed
    }

    private func check(_ range: String?, from start: Int) throws {
        let expected = "bytes \(start)-\(file.byteCount - 1)/"
        guard let range = range?.lowercased(),
            range == "\(expected)\(file.byteCount)" || range == "\(expected)*"
        else {
            throw Refusal(
                text: "sends another part than the one asked for: expected \(expected)"
                    + "\(file.byteCount), found \(range ?? "no Content-Range")")
        }
    }

    private func receiveData(_ exchange: borrowing HTTPExchange, into part: inout PartFile) throws {
        while true {
            switch try next(of: exchange) {
            case .answer: continue
            case .data(let data): try take(Array(data), into: &part)
            case .end(let reason):
                if part.byteCount == file.byteCount { return }
                let problem = reason.map { " (\($0))" } ?? ""
                throw Refusal(text: "ends after \(amount(part))\(problem)")
            }
        }
    }

    private func take(_ bytes: [UInt8], into part: inout PartFile) throws {
        guard bytes.count <= file.byteCount - part.byteCount else {
            try part.restart()
            throw Refusal(
                text: "sends more than the \(Format.grouped(file.byteCount)) bytes of the "
                    + "published file")
        }
        try part.append(bytes)
        guard hasRightType(part) else {
            try part.restart()
            throw Refusal(text: "sends something else than a gzip file")
        }
        observe(.progress(byteCount: part.byteCount))
    }

    private func next(of exchange: borrowing HTTPExchange) throws -> HTTPExchange.Event {
        let start = now()
        repeat {
            if shouldStop() { throw Stop() }
            if let event = exchange.next(within: Self.pollMilliseconds) { return event }
        } while start.duration(to: now()) < stallTimeout
        throw Refusal(text: "sends nothing for \(stallTimeout)")
    }
}

extension HTTPAnswer {
    /// Where the server says the file is instead, if it does.
    fileprivate func redirection(from url: URL) throws -> URL? {
        guard [301, 302, 303, 307, 308].contains(status) else { return nil }
        let target = location.flatMap { URL(string: $0, relativeTo: url)?.absoluteURL }
        guard let target, let scheme = target.scheme?.lowercased(), target.host != nil else {
            throw Refusal(text: "redirects to \(location ?? "nowhere")")
        }
        guard scheme == "https" || scheme == "http" && url.scheme?.lowercased() == "http" else {
            throw Refusal(text: "redirects from \(url.scheme ?? "") to \(target)")
        }
        return target
    }

    /// A web page is an apology, and what is compressed once more has another checksum.
    fileprivate func checkKind() throws {
        if let contentType, contentType.lowercased().hasPrefix("text/html") {
            throw Refusal(text: "sends a web page (\(contentType)) instead of the file")
        }
        if let contentEncoding, contentEncoding.lowercased() != "identity" {
            throw Refusal(text: "sends the file in the encoding \(contentEncoding), expected none")
        }
    }
}
