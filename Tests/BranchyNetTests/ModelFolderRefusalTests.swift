import BranchyChecksum
import BranchyCompute
import BranchyNet
import Foundation
import TestSupport
import Testing

/// What was lost, cut, edited or never fitted is refused with the file's name.
struct ModelFolderRefusalTests {
    /// Any text would do for a manifest that the same function reads again, and for nobody else.
    @Test(
        arguments: [
            { _ in "" }, { String(bytes(of: $0).count, radix: 16) },
            { Checksum.sha256($0).uppercased() },
            { Checksum.sha256(bytes(of: $0) + [0]) },
            { String(Checksum.sha256($0).dropLast()) },
        ] as [ModelFolder.Digest])
    func refusesWhatIsNotSHA256(digest: @escaping ModelFolder.Digest) throws {
        let model = try ModelFolderSample.model()
        let sample = try ModelFolderSample(model)
        let before = try sample.names()
        for use in [
            { _ = try sample.folder.read(digest: digest) },
            { try sample.folder.write(model, digest: digest) },
            { try sample.folder.update(model, digest: digest) },
        ] {
            let failure = #expect(throws: ModelError.self) { try use() }
            #expect(failure?.code == .wrongDigest)
            #expect(failure?.message.contains("Checksum.sha256 of BranchyChecksum") == true)
        }
        #expect(try sample.names() == before)
        #expect(try sample.folder.read(digest: ModelFolderSample.digest) == model)
    }

    private func sample() throws -> ModelFolderSample {
        try ModelFolderSample(
            ModelFolderSample.model(
                policy: .thresholds(ThresholdPolicy(thresholds: [0.5, .infinity]))))
    }

    @Test(arguments: ModelFolderSample.files)
    func aMissingFile(name: String) throws {
        let sample = try sample()
        try FileManager.default.removeItem(atPath: sample.file(name))
        let failure = sample.failure()
        #expect(failure?.code == .missingFile)
        #expect(failure?.message.contains(name) == true)
        #expect(failure?.message.contains(sample.path) == true)
    }

    @Test func aFolderThatIsNone() throws {
        let failure = #expect(throws: ModelError.self) {
            try ModelFolder("/nowhere/at/all").read()
        }
        #expect(failure?.code == .missingFile)
        #expect(failure?.message.hasPrefix("/nowhere/at/all is not a model folder") == true)
    }

    @Test(arguments: ModelFolderSample.files, [false, true])
    func aTruncatedFile(name: String, checksContent: Bool) throws {
        let sample = try sample()
        let bytes = try sample.bytes(name)
        // The last byte of the manifest is a line break, which means nothing.
        for count in [0, 1, bytes.count / 2, bytes.count - 2] {
            try AtomicFile.write(Array(bytes[..<count]), to: sample.file(name))
            let failure = sample.failure(checksContent: checksContent)
            #expect(failure?.code == .corruptFile)
            #expect(failure?.message.hasPrefix(sample.file(name)) == true)
        }
    }

    @Test(arguments: ModelFolderSample.files.dropFirst())
    func aFlippedByte(name: String) throws {
        let sample = try sample()
        let bytes = try sample.bytes(name)
        for index in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 50)) {
            var flipped = bytes
            flipped[index] ^= 0x01
            try AtomicFile.write(flipped, to: sample.file(name))
            let failure = sample.failure()
            #expect(failure?.code == .corruptFile)
            #expect(failure?.message.hasPrefix(sample.file(name) + " was changed") == true)
        }
    }

    /// Numbers are read and hashed piece by piece: none of them is left out.
    @Test func aFlippedByteOfManyPieces() throws {
        var model = try ModelFolderSample.model()
        model.network = BranchedNetwork("wide", inputShape: [1, 200, 350], classCount: 2) {
            Flatten()
            Linear("fc", inputFeatures: 70_000, outputFeatures: 2)
        }
        model.classNames = ["a", "b"]
        model.policy = nil
        model.parameters = ParameterStore()
        model.parameters["fc.weight"] = Tensor(
            [2, 70_000], (0..<140_000).map { Float($0) / 1_024 })
        model.parameters["fc.bias"] = Tensor([2], [1, -1])
        let sample = try ModelFolderSample(model)
        #expect(try sample.folder.read(digest: ModelFolderSample.digest) == model)
        #expect(try sample.folder.read() == model)
        let bytes = try sample.bytes("parameters.safetensors")
        for index in [0, 9, 100, 1 << 18, 1 << 18 + 300, 1 << 19, bytes.count - 1] {
            var flipped = bytes
            flipped[index] ^= 0x01
            try AtomicFile.write(flipped, to: sample.file("parameters.safetensors"))
            #expect(sample.failure()?.message.contains(" was changed") == true)
        }
    }

    /// The manifest is the one file that nothing vouches for: it is refused, or says the same.
    @Test func aFlippedByteOfTheManifest() throws {
        let sample = try sample()
        let model = try sample.folder.read(digest: ModelFolderSample.digest)
        let bytes = try sample.bytes(ModelFolder.manifestName)
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= 0x01
            try AtomicFile.write(flipped, to: sample.file(ModelFolder.manifestName))
            do {
                #expect(try sample.folder.read(digest: ModelFolderSample.digest) == model)
            } catch {
                #expect(error is ModelError)
            }
        }
    }

    @Test(arguments: [(2, "newer"), (Int.max, "newer"), (0, "version 0"), (-1, "version -1")])
    func anotherVersion(version: Int, message: String) throws {
        let sample = try sample()
        try sample.changeManifest { $0["version"] = version }
        let failure = sample.failure()
        #expect(failure?.code == .unsupportedVersion)
        #expect(failure?.message.contains(message) == true)
    }

    @Test func anotherFormat() throws {
        let sample = try sample()
        try sample.changeManifest { $0["format"] = "something else" }
        let failure = sample.failure()
        #expect(failure?.code == .corruptFile)
        #expect(failure?.message.contains("format 'something else', expected") == true)
    }

    @Test(arguments: ["", "\0", "[]", "{}", "{", "null", "manifest", #"{"format": 1}"#])
    func aManifestThatIsNone(text: String) throws {
        let sample = try sample()
        try AtomicFile.write(Array(text.utf8), to: sample.file(ModelFolder.manifestName))
        let failure = sample.failure()
        #expect(failure?.code == .corruptFile)
        #expect(failure?.message.hasPrefix(sample.file(ModelFolder.manifestName)) == true)
    }

    @Test(arguments: ModelFolderSample.files.dropFirst())
    func aFileThatIsNotListed(name: String) throws {
        let sample = try sample()
        try sample.changeManifest { manifest in
            var files = manifest["files"] as? [String: Any] ?? [:]
            files[name] = nil
            manifest["files"] = files
        }
        let failure = sample.failure()
        #expect(failure?.code == .corruptFile)
        #expect(failure?.message.hasSuffix("does not list \(name)") == true)
    }

    @Test func parametersThatDoNotFit() throws {
        let model = try ModelFolderSample.model()
        let sample = try sample()
        func expectRefusal(_ message: String, _ change: (inout ParameterStore) -> Void) throws {
            var parameters = model.parameters
            change(&parameters)
            try sample.replace(
                "parameters.safetensors", by: Safetensors(parameters).serialized())
            let failure = sample.failure()
            #expect(failure?.code == .corruptFile)
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        }
        try expectRefusal("parameter 'conv1.bias' is missing") { $0["conv1.bias"] = nil }
        try expectRefusal("parameter 'linear.weight' has shape 16x4, expected 4x16") {
            $0["linear.weight"] = Tensor(repeating: 0, [16, 4])
        }
        try expectRefusal("parameter 'extra' does not belong to 'sample'") {
            $0["extra"] = Tensor([1], [0])
        }
        try expectRefusal("is missing") { $0 = ParameterStore() }
    }

    @Test(arguments: [
        ("model.json", "\"inf\"", "0.5, 0.5", "3 thresholds for a network with 3 exits"),
        ("model.json", "\"inf\"", "\"nan\"", "the threshold of exit 2 is nan"),
        ("model.json", "\"inf\"", "-1", "the threshold of exit 2 is -1.0"),
        ("model.json", "\"inf\"", "\"many\"", "thresholds"),
        ("model.json", "\"entropy\"", "\"luck\"", "luck"),
        ("model.json", "\"zero\",", "", "3 class names for 4 classes"),
        ("model.json", "0.3081", "0", "deviations above 0"),
        ("model.json", "0.1307", "\"nan\"", "preprocessing has means"),
        ("model.json", "\"provenance\"", "\"origin\"", "the key 'provenance' is missing"),
        ("network.json", "\"reLU\"", "\"swish\"", "there is no layer of type 'swish'"),
        ("network.json", "\"stages\"", "\"levels\"", "at 'levels': this key is not known"),
    ])
    func contentThatDoesNotFit(name: String, old: String, new: String, message: String) throws {
        let sample = try sample()
        try sample.edit(name, old, new)
        let failure = sample.failure()
        #expect(failure?.code == .corruptFile)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.hasPrefix(sample.path) == true)
    }

    /// Each number is possible, and together they make no network.
    @Test func aNetworkThatIsNone() throws {
        let sample = try sample()
        try sample.edit("network.json", "\"classCount\" : 4", "\"classCount\" : 5")
        let failure = #expect(throws: (any Error).self) { try sample.folder.read() }
        let error = failure as? NetworkError
        #expect(error?.code == .shapeMismatch)
        #expect(error?.message.hasPrefix("\(sample.path)/network.json: network ") == true)
    }

    @Test func aModelThatDoesNotFitIsNotWritten() throws {
        let model = try ModelFolderSample.model()
        var changed = [model, model, model]
        changed[0].parameters["linear.bias"] = nil
        changed[1].classNames.append("five")
        changed[2].policy = .thresholds(ThresholdPolicy(thresholds: [1]))
        for model in changed {
            let sample = try ModelFolderSample()
            #expect(throws: (any Error).self) {
                try sample.folder.write(model, digest: ModelFolderSample.digest)
            }
            #expect(try sample.names().isEmpty)
        }
    }

    @Test func aFolderThatCannotBeWritten() throws {
        let sample = try ModelFolderSample()
        try AtomicFile.write([1], to: sample.file("file"))
        for path in [sample.file("file"), sample.file("file/model"), "/proc/model"] {
            let model = try ModelFolderSample.model()
            let failure = #expect(throws: ModelError.self) {
                try ModelFolder(path).write(model, digest: ModelFolderSample.digest)
            }
            #expect(failure?.code == .unwritable)
            #expect(failure?.message.hasPrefix(path) == true)
        }
        #expect(try sample.names() == ["file"])
    }
}
