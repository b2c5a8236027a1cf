import BranchyChecksum
import BranchyCompute
import BranchyNet
import Foundation
import Synchronization
import Testing

/// What tasks know of the one that writes.
private final class Writing: Sendable {
    let isDone = Atomic(false)
}

/// One writes while others read, and is interrupted.
struct ModelFolderWriterTests {
    private static func policy(_ threshold: Float) -> ModelPolicy {
        .thresholds(ThresholdPolicy(thresholds: [threshold, threshold]))
    }

    @Test func keepsOutAnotherWriterAndNoReader() throws {
        let model = try ModelFolderSample.model(policy: Self.policy(0.5))
        let sample = try ModelFolderSample(model)
        let writer = try sample.folder.makeWriter(requiresModel: true)
        for write in [
            { try sample.folder.write(model, digest: ModelFolderSample.digest) },
            { try sample.folder.update(model, digest: ModelFolderSample.digest) },
        ] {
            let failure = #expect(throws: ModelError.self) { try write() }
            #expect(failure?.code == .busy)
        }
        #expect(try sample.folder.read(digest: ModelFolderSample.digest) == model)
        try writer.update(
            ModelFolderSample.model(policy: Self.policy(0.75)), digest: ModelFolderSample.digest)
        #expect(try sample.folder.read().policy == Self.policy(0.75))
    }

    @Test func whatHoldsNoModelIsNotChanged() throws {
        let sample = try ModelFolderSample()
        for path in [sample.path, sample.file("none")] {
            let failure = #expect(throws: ModelError.self) {
                try ModelFolder(path).update(
                    ModelFolderSample.model(), digest: ModelFolderSample.digest)
            }
            #expect(failure?.code == .missingFile)
        }
        #expect(try sample.names().isEmpty)
    }

    /// The digest is asked in the middle of reading, which is where others write.
    @Test(arguments: [1, 2, 3])
    func aReaderFindsTheModelThatIsNowThere(changes: Int) throws {
        let sample = try ModelFolderSample(ModelFolderSample.model(policy: Self.policy(1)))
        let folder = sample.folder
        let left = Mutex(changes)
        let read = try folder.read { pieces in
            let bytes = bytes(of: pieces)
            let digest = Checksum.sha256(bytes)
            // Whether it is a digest at all is asked before anything is read.
            guard bytes.count > 3 else { return digest }
            let number = left.withLock { count -> Int in
                defer { count = max(count - 1, 0) }
                return count
            }
            if number > 0 {
                for step in 1...number {
                    let policy = Self.policy(Float(number) / 8 + Float(step))
                    _ = try? folder.update(
                        ModelFolderSample.model(policy: policy), digest: ModelFolderSample.digest)
                }
            }
            return digest
        }
        #expect(left.withLock { $0 } == 0)
        #expect(read.policy == Self.policy(1.125))
    }

    @Test func readersBesideAWriterAlwaysFindAModel() async throws {
        let sample = try ModelFolderSample(ModelFolderSample.model(policy: Self.policy(0)))
        let folder = sample.folder
        let writing = Writing()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for digest in [ModelFolderSample.digest, nil] {
                group.addTask {
                    while !writing.isDone.load(ordering: .relaxed) {
                        _ = try folder.read(digest: digest)
                        // Where there are two threads, the writer needs one of them.
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                defer { writing.isDone.store(true, ordering: .relaxed) }
                for step in 1...50 {
                    let model = try ModelFolderSample.model(policy: Self.policy(Float(step)))
                    // Every other time all files are replaced.
                    if step.isMultiple(of: 2) {
                        try folder.update(model, digest: ModelFolderSample.digest)
                    } else {
                        var other = model
                        other.parameters["linear.bias"] = Tensor([4], [Float(step), 0, 0, 0])
                        try folder.write(other, digest: ModelFolderSample.digest)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try folder.read(digest: ModelFolderSample.digest).policy == Self.policy(50))
        // Nothing of the models before is left.
        #expect(try sample.names().count == ModelFolderSample.files.count)
    }

    /// The attachment comes last, and cannot be written.
    @Test func anInterruptionLeavesTheModelThatWasThere() throws {
        let model = try ModelFolderSample.model(policy: Self.policy(0.5))
        let sample = try ModelFolderSample(model)
        var other = try ModelFolderSample.model(policy: Self.policy(0.75))
        other.parameters["linear.bias"] = Tensor([4], [8, 0, 0, 0])
        for _ in 0..<2 {
            let failure = #expect(throws: ModelError.self) {
                try sample.folder.write(
                    other, attachments: ["zero/none": []], digest: ModelFolderSample.digest)
            }
            #expect(failure?.code == .unwritable)
            #expect(try sample.folder.read(digest: ModelFolderSample.digest) == model)
        }
        try sample.folder.write(other, digest: ModelFolderSample.digest)
        #expect(try sample.folder.read(digest: ModelFolderSample.digest) == other)
    }

    @Test func theSameModelWrittenAgainKeepsItsFiles() throws {
        let model = try ModelFolderSample.model(policy: Self.policy(0.5))
        let sample = try ModelFolderSample(model)
        let manifest = try sample.bytes(ModelFolder.manifestName)
        try sample.folder.write(model, digest: ModelFolderSample.digest)
        #expect(try sample.bytes(ModelFolder.manifestName) == manifest)
        #expect(try sample.names() == Set(ModelFolderSample.files))
        // A file that was damaged is made anew.
        try AtomicFile.write([0], to: sample.file("parameters.safetensors"))
        try sample.folder.write(model, digest: ModelFolderSample.digest)
        #expect(try sample.folder.read(digest: ModelFolderSample.digest) == model)
    }

    /// A model put together from links, as to save room, must not change what they lead to.
    @Test func refusesAManifestThatIsALink() throws {
        let model = try ModelFolderSample.model(policy: Self.policy(0.5))
        let (original, linked) = (try ModelFolderSample(model), try ModelFolderSample())
        for name in ModelFolderSample.files {
            try FileManager.default.createSymbolicLink(
                atPath: linked.file(name), withDestinationPath: original.file(name))
        }
        #expect(try linked.folder.read() == model)
        let failure = #expect(throws: ModelError.self) {
            try linked.folder.update(
                ModelFolderSample.model(), digest: ModelFolderSample.digest)
        }
        #expect(failure?.message.contains("found a link") == true)
        #expect(try original.folder.read() == model)
        #expect(try linked.names() == Set(ModelFolderSample.files))
    }
}
