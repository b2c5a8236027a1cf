import BranchyCompute
package import BranchyNet
import BranchyTraining
import Foundation

/// How much memory may be taken for what a file asks for: a few hundred bytes can describe a network
/// that takes all there is.
///
/// What is needed is estimated, from below, before it is taken.
public struct MemoryLimit: Hashable, Sendable {
    private let asked: Int?

    /// The most without a limit of one's own, where nothing is trained.
    private static let largestUnasked = 4 << 30

    /// Sets a limit.
    ///
    /// - Parameter byteCount: above 0. Without it: what the machine or its container has, and where
    ///   nothing is trained 4 GiB at most.
    public init(byteCount: Int? = nil) {
        asked = byteCount
    }

    /// How many bytes may be taken where nothing is trained.
    public var byteCount: Int { asked ?? min(Self.largestUnasked, MachineMemory.byteCount) }

    /// Requires that a network can predict.
    ///
    /// - Parameters:
    ///   - samples: how many at the same time.
    ///   - subjects: how many times it is compiled.
    ///   - others: bytes that are taken beside that.
    /// - Throws: `NetworkError` where the description does not make a network, or one that takes
    ///   too much.
    package func check(
        _ network: BranchedNetwork, samples: Int = 1, subjects: Int = 1, others: Int = 0
    ) throws {
        let memory = try network.memory()
        let bytes = memory.bytes(samples: samples, parameterCopies: subjects + 1)
        try check(
            bytes.addingSaturating(others), within: byteCount, "predicting by '\(network.name)'")
    }

    /// Requires that a network can be trained.
    ///
    /// - Throws: as for predicting.
    func check(training network: BranchedNetwork, by recipe: Recipe) throws {
        try check(
            recipe.memory(toTrain: network), within: asked ?? MachineMemory.byteCount,
            "training '\(network.name)' in batches of \(recipe.batchSize)")
    }

    private func check(_ bytes: Int, within limit: Int, _ work: String) throws {
        guard bytes > limit else { return }
        throw NetworkError(
            .tooLarge,
            "\(work) takes \(Format.memory(bytes)) of memory or more, and the limit is "
                + "\(Format.memory(limit)); where the machine has more, raise it by --memory-limit")
    }
}

/// How much memory there is.
enum MachineMemory {
    /// Where the system says how much a container may take: version 2 of control groups, and 1.
    private static let limitFiles = [
        "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]

    /// The bytes of the machine, or of the container that the program runs in.
    static var byteCount: Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        return limitFiles.compactMap(limit).reduce(machine, min)
    }

    /// `nil` where there is no such file, or it says `max`.
    private static func limit(_ file: String) -> Int? {
        let text = try? String(contentsOfFile: file, encoding: .utf8)
        return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}
