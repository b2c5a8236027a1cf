import BranchyData
import BranchyWorkflow

/// Shows a download on standard error.
struct DownloadReporter {
    private var line: ProgressLine
    private let file: PublishedFile
    private let start = ContinuousClock.now
    private var firstByteCount: Int?

    init(isShown: Bool, file: PublishedFile) {
        line = ProgressLine(isShown: isShown)
        self.file = file
    }

    mutating func report(_ event: FileDownload.Event) {
        switch event {
        case .progress(let byteCount):
            let first = firstByteCount ?? byteCount
            firstByteCount = min(first, byteCount)
            let text = text(byteCount, received: byteCount - min(first, byteCount))
            line.update(text)
        case .restarted(let reason):
            firstByteCount = nil
            line.note("\(file.name): beginning again: \(reason)")
        case .failed(let failure):
            line.note("\(failure.url): \(failure.reason); trying the next mirror")
        }
    }

    mutating func end() {
        line.clear()
    }

    private func text(_ byteCount: Int, received: Int) -> String {
        let perSecond = Double(received) / max(start.duration(to: .now).seconds, 1e-9)
        let rest = Double(file.byteCount - byteCount) / max(perSecond, 1)
        return "\(file.name): \(Format.bytes(byteCount)) of \(Format.bytes(file.byteCount)), "
            + "\(Format.bytes(Int(perSecond)))/s, \(Format.duration(.seconds(rest))) left"
    }
}
