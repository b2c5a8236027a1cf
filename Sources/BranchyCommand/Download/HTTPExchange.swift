import BranchyWorkflow
import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// What a server says before it sends a file.
struct HTTPAnswer: Sendable {
    let status: Int
    /// As people read it, such as `404 (not found)`.
    var statusText: String {
        "\(status) (\(HTTPURLResponse.localizedString(forStatusCode: status).lowercased()))"
    }

    /// How many bytes it announces.
    let contentLength: Int?
    let contentRange: String?
    let contentType: String?
    let contentEncoding: String?
    /// Where it says the file is instead.
    let location: String?

    init(_ response: HTTPURLResponse) {
        status = response.statusCode
        contentLength = response.value(forHTTPHeaderField: "Content-Length").flatMap { Int($0) }
        contentRange = response.value(forHTTPHeaderField: "Content-Range")
        contentType = response.value(forHTTPHeaderField: "Content-Type")
        contentEncoding = response.value(forHTTPHeaderField: "Content-Encoding")
        location = response.value(forHTTPHeaderField: "Location")
    }
}

/// A request for a file, whose answer one thread takes piece by piece.
///
/// Redirections are not followed: they come as answers.
struct HTTPExchange: ~Copyable {
    /// What arrives, in this order: one answer, data, the end.
    enum Event: Sendable {
        case answer(HTTPAnswer)
        case data(Data)
        /// The end, with what went wrong, where something did.
        case end(String?)
    }

    private let arrivals: Arrivals
    private let deliveries = Deliveries()
    private let session: URLSession

    /// Sends the request.
    ///
    /// - Parameters:
    ///   - start: the first byte that is wanted; nothing is said of it where it is 0.
    ///   - byteLimit: how many bytes of data are kept at most.
    init(_ url: URL, from start: Int, byteLimit: Int) {
        arrivals = Arrivals(byteLimit: byteLimit)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        session = URLSession(
            configuration: configuration, delegate: arrivals, delegateQueue: deliveries)
        var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
        // Who waits decides how long, see `next`.
        request.timeoutInterval = 86_400
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        if start > 0 { request.setValue("bytes=\(start)-", forHTTPHeaderField: "Range") }
        session.dataTask(with: request).resume()
    }

    deinit {
        deliveries.close()
        // On a thread of its own: on Linux cancelling waits until the session has read all that is
        // there, which a fast server may never let happen.
        let (session, isCancelled) = (session, DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            session.invalidateAndCancel()
            isCancelled.signal()
        }
        _ = isCancelled.wait(timeout: .now() + .seconds(1))
    }

    /// What arrives next, or `nil` where nothing does in that time.
    func next(within milliseconds: Int) -> Event? {
        arrivals.next(within: milliseconds)
    }
}

/// The queue on which the session tells what it receives.
///
/// On Linux the session reads whatever a server sends, taken or not, so that one that sends without
/// end would fill the memory. Here it has to wait.
private final class Deliveries: OperationQueue, @unchecked Sendable {
    /// Calls that may wait; one brings 16 kB of data or so.
    private static let limit = 64
    private let waiting = Atomic(0)
    private let isClosed = Atomic(false)

    override init() {
        super.init()
        maxConcurrentOperationCount = 1
    }

    /// From now on what there is no room for is dropped.
    func close() {
        isClosed.store(true, ordering: .relaxed)
    }

    override func addOperation(_ block: @escaping @Sendable () -> Void) {
        while waiting.load(ordering: .relaxed) >= Self.limit {
            if isClosed.load(ordering: .relaxed) { return }
            Thread.sleep(forTimeInterval: 0.001)
        }
        waiting.add(1, ordering: .relaxed)
        super.addOperation {
            block()
            self.waiting.subtract(1, ordering: .relaxed)
        }
    }
}

/// Where the session's threads leave what they receive.
private final class Arrivals: NSObject, URLSessionDataDelegate {
    private struct State {
        var events: [HTTPExchange.Event] = []
        var byteCount = 0
    }

    private let byteLimit: Int
    private let state = Mutex(State())
    private let semaphore = DispatchSemaphore(value: 0)

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    func next(within milliseconds: Int) -> HTTPExchange.Event? {
        guard semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else {
            return nil
        }
        return state.withLock { $0.events.removeFirst() }
    }

    private func add(_ event: HTTPExchange.Event) {
        state.withLock { $0.events.append(event) }
        semaphore.signal()
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        // The handler is not called: on Linux that traps where the task is cancelled meanwhile, and
        // cancelling it is all that is still done with this exchange.
        add(.answer(HTTPAnswer(response)))
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        // Provisional answers come before the real one.
        if let response = response as? HTTPURLResponse, response.statusCode >= 200 {
            add(.answer(HTTPAnswer(response)))
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isWithinLimit = state.withLock { state in
            defer { state.byteCount += data.count }
            return state.byteCount <= byteLimit
        }
        // What is beyond is not wanted: whoever takes the data sees that there is too much.
        if isWithinLimit { add(.data(data)) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        // Redirections to nowhere end without having been announced.
        if let response = task.response as? HTTPURLResponse, 300..<400 ~= response.statusCode {
            add(.answer(HTTPAnswer(response)))
        }
        add(.end(error?.localizedDescription))
    }
}
