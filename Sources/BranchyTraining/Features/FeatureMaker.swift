import BranchyCompute
import BranchyData
import BranchyNet
import Dispatch
import Synchronization

/// Computes the features of images, one image at a time on each of some threads, and writes them to
/// files.
struct FeatureMaker: Sendable {
    let layout: FeatureLayout
    private let executable: any Executable
    private let imageShape: Shape
    private let image: Int
    private let features: [Int]
    private let logits: [Int]
    private let threads: Int

    /// - Parameter parameters: of the network.
    init(
        _ frozen: FrozenNetwork, of network: BranchedNetwork, parameters: ParameterStore,
        engine: any Engine, threads: Int
    ) throws {
        let (program, folded) = try frozen.features.foldingBatchNormalization(with: parameters)
        executable = try engine.compile(program, batchSize: 1, parameters: folded)
        image = try program.requireInput(NetworkProgram.imageInput)
        features = try frozen.featureShapes.indices.map {
            try program.requireOutput(SeparatedProgram.featureName($0))
        }
        logits = (0..<network.exitCount).compactMap {
            program.outputIndex(named: NetworkProgram.logitsOutput(ofExit: $0))
        }
        layout = FeatureLayout(
            features: frozen.featureShapes.map(\.elementCount),
            logits: logits.count * network.classCount)
        imageShape = network.inputShape
        self.threads = threads
    }

    /// Writes the features of all images of a split in one view.
    ///
    /// - Parameter observe: told how many are done.
    /// - Throws: `ModelError` of code `unwritable` where there is no room, `DatasetError` where an image
    ///   cannot be read, `EngineError`; what `observe` throws. Nothing is left then.
    func write(
        _ split: some DataSplit, from loader: BatchLoader, epoch: Int, to path: String,
        title: String, observe: (_ done: Int, _ count: Int) throws -> Void
    ) throws {
        let size = FeatureFile.headerByteCount + split.count * layout.rowByteCount
        try OutputFolder.requireRoom(for: size, at: path, "features")
        let workspaces = try (0..<threads).map { _ in
            WorkspaceBox(try executable.makeWorkspace())
        }
        try AtomicFile.write(to: path) { append in
            try append(FeatureFile.header(title))
            let step = 8 * threads
            var images = [Float](repeating: 0, count: step * imageShape.elementCount)
            for start in stride(from: 0, to: split.count, by: step) {
                try observe(start, split.count)
                let indices = Array(start..<min(start + step, split.count))[...]
                var span = images.mutableSpan
                try loader.loadImages(indices, epoch: epoch, into: &span)
                for row in try rows(of: images, count: indices.count, workspaces) {
                    try append(row)
                }
            }
            try observe(split.count, split.count)
        }
    }

    /// The rows of some images that are loaded.
    private func rows(
        of images: [Float], count: Int, _ workspaces: [WorkspaceBox]
    ) throws -> [[UInt8]] {
        let results = Mutex([Result<[UInt8], any Error>?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: workspaces.count) { thread in
            for place in stride(from: thread, to: count, by: workspaces.count) {
                let row = workspaces[thread].workspace.withLock { workspace in
                    Result { try self.row(of: images, place, &workspace) }
                }
                results.withLock { $0[place] = row }
            }
        }
        return try results.withLock { try $0.compactMap { try $0?.get() } }
    }

    private func row(
        of images: [Float], _ place: Int, _ workspace: inout Workspace
    ) throws -> [UInt8] {
        let size = imageShape.elementCount
        workspace.withInput(image) { input in
            for index in 0..<size { input[index] = images[place * size + index] }
        }
        for segment in executable.program.segments.indices {
            try executable.run(segment, in: &workspace)
        }
        var halves = [UInt16](repeating: 0, count: layout.featureByteCount / 2)
        var (start, isFinite) = (0, true)
        for (output, count) in zip(features, layout.features) {
            var span = halves.mutableSpan
            let isPartFinite = workspace.withOutput(output) {
                HalfFloats.narrow($0, into: &span, at: start)
            }
            isFinite = isFinite && isPartFinite
            start += count
        }
        guard isFinite else {
            throw TrainingError(
                .unsuitableData,
                "the network computes what is not finite of an image; its parameters are damaged, or "
                    + "pictures are prepared otherwise than it was trained on")
        }
        var bytes = halves.withUnsafeBytes { Array($0) }
        for output in logits {
            workspace.withOutput(output) { logits in
                for index in logits.indices {
                    withUnsafeBytes(of: logits[index]) { bytes += $0 }
                }
            }
        }
        return bytes
    }
}

/// The memory of one thread, which one at a time uses.
private final class WorkspaceBox: Sendable {
    let workspace: Mutex<Workspace>

    init(_ workspace: consuming sending Workspace) { self.workspace = Mutex(workspace) }
}
