import ArgumentParser
import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation

/// How much memory a command may take for what a file asks it to do.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Refuse what would take more memory than this, such as 8G.",
            discussion: "Estimated before it is taken. Without it: what the machine has, and where "
                + "nothing is trained at most 4G.", valueName: "size"),
        transform: ByteCount.parse)
    var memoryLimit: ByteCount?

    /// The most without `--memory-limit` where nothing is trained: a few hundred bytes can describe
    /// a network that takes all there is.
    private static let largestUnasked = 4 << 30

    /// How many bytes may be taken.
    var limit: Int {
        memoryLimit?.bytes ?? min(Self.largestUnasked, MachineMemory.byteCount)
    }

    /// Requires that a network can predict.
    ///
    /// - Parameters:
    ///   - samples: how many at the same time.
    ///   - subjects: how many times it is compiled.
    ///   - others: bytes that are taken beside that.
    /// - Throws: `NetworkError` where the description does not make a network, or one that takes
    ///   too much.
    func check(
        _ network: BranchedNetwork, samples: Int = 1, subjects: Int = 1, others: Int = 0
    ) throws {
        let memory = try network.memory()
        let bytes = memory.bytes(samples: samples, parameterCopies: subjects + 1)
        try check(bytes.addingSaturating(others), within: limit, "predicting by '\(network.name)'")
    }

    /// Requires that a network can be trained.
    ///
    /// - Throws: as for predicting.
    func check(training network: BranchedNetwork, by recipe: Recipe) throws {
        try check(
            recipe.memory(toTrain: network),
            within: memoryLimit?.bytes ?? MachineMemory.byteCount,
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
