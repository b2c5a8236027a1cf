import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An HTTP server on this machine that answers every request as a test says, lies included.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        let path: String
        /// What follows `Range:`.
        let range: String?
    }

    struct Response: Sendable {
        enum Ending: Sendable {
            /// The connection is closed.
            case close
            /// Nothing more is sent, and the connection stays.
            case stall
            /// The body is sent again and again.
            case endless
        }

        /// Status line and headers, without the empty line.
        var head: String
        var body: [UInt8]
        var ending = Ending.close
    }

    private struct State {
        var requests: [Request] = []
        var isStopped = false
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
        var isStopped: Bool { state.withLock { $0.isStopped } }
    }

    private let listener: Int32
    private let shared = Shared()
    /// `http://127.0.0.1:PORT/`
    let url: String

    /// Begins to listen on a port that the system picks.
    init(_ script: @escaping @Sendable (Request) -> Response) throws {
        let listener = socket(AF_INET, Self.stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) != 0 || listen(listener, 16) != 0
                    || getsockname(listener, address, &size) != 0
            }
        }
        guard !failed else { throw POSIXError(.EADDRNOTAVAIL) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/"
        self.listener = listener
        let shared = shared
        Thread.detachNewThread { Self.accept(on: listener, shared, script) }
    }

    deinit {
        shared.state.withLock { $0.isStopped = true }
        // Wakes the thread that accepts, which closes it.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// What was asked for so far.
    var requests: [Request] { shared.state.withLock { $0.requests } }

    #if canImport(Glibc)
    private static let stream = Int32(SOCK_STREAM.rawValue)
    private static let sendFlags = Int32(MSG_NOSIGNAL)
    #else
    private static let stream = SOCK_STREAM
    private static let sendFlags: Int32 = 0
    #endif

    private static func accept(
        on listener: Int32, _ shared: Shared, _ script: @escaping @Sendable (Request) -> Response
    ) {
        defer { close(listener) }
        while !shared.isStopped {
            let connection = systemAccept(listener)
            guard connection >= 0 else { return }
            Thread.detachNewThread {
                defer { close(connection) }
                guard let request = readRequest(from: connection) else { return }
                shared.state.withLock { $0.requests.append(request) }
                answer(script(request), on: connection, shared)
            }
        }
    }

    private static func readRequest(from connection: Int32) -> Request? {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !text.contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let lines = text.components(separatedBy: "\r\n")
        let range = lines.first { $0.lowercased().hasPrefix("range:") }
        return Request(
            path: lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? "",
            range: range?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces))
    }

    private static func answer(_ response: Response, on connection: Int32, _ shared: Shared) {
        guard send(Array("\(response.head)\r\n\r\n".utf8), on: connection) else { return }
        var isOpen = send(response.body, on: connection)
        switch response.ending {
        case .close: break
        case .endless:
            while isOpen, !shared.isStopped { isOpen = send(response.body, on: connection) }
        case .stall:
            // The other side ends it, or the test does.
            var descriptor = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            while !shared.isStopped, poll(&descriptor, 1, 50) == 0 {}
        }
    }

    private static func send(_ bytes: [UInt8], on connection: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                systemSend(connection, $0.baseAddress, $0.count, sendFlags)
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}

extension LoopbackServer.Response {
    /// All of a file, or what a range asks for, as an honest server sends it.
    static func file(_ bytes: [UInt8], for request: LoopbackServer.Request) -> Self {
        let start = request.range.flatMap { Int($0.dropFirst("bytes=".count).dropLast()) }
        guard let start else {
            return Self("200 OK", "Content-Length: \(bytes.count)", body: bytes)
        }
        return Self(
            "206 Partial Content", "Content-Length: \(bytes.count - start)",
            "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)",
            body: Array(bytes[start...]))
    }

    init(
        _ status: String, _ headers: String..., body: [UInt8] = [], ending: Ending = .close
    ) {
        let lines = ["HTTP/1.1 \(status)", "Connection: close"] + headers
        self.init(head: lines.joined(separator: "\r\n"), body: body, ending: ending)
    }
}

/// The C library's functions, which methods of those names hide.
private func systemAccept(_ listener: Int32) -> Int32 {
    accept(listener, nil, nil)
}

private func systemSend(
    _ connection: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32
) -> Int {
    send(connection, bytes, count, flags)
}
