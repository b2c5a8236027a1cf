import Foundation
import Fuzzing

/// What all inputs of a process go to.
struct Session {
    /// Chosen by the environment: the arguments are libFuzzer's.
    nonisolated(unsafe) static let shared = Session()

    let target: FuzzTarget
    let folder: ScratchFolder

    private init() {
        let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name), let folder = try? ScratchFolder() else {
            let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            fatalError("FUZZ_TARGET is '\(name)', expected one of \(known)")
        }
        (self.target, self.folder) = (target, folder)
    }
}
