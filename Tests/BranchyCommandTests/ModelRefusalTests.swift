import BranchyChecksum
import Foundation
import TestSupport
import Testing

/// What every command says about a model folder that is not whole.
struct ModelRefusalTests {
    /// Breaks a file of a model, and expects each command to name it.
    private func expectRefusal(
        _ file: String, _ text: String, _ change: (inout [UInt8]) -> Void
    ) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            try edit(folder + "/" + file, change)
            for command in [["inspect", folder], ["evaluate", folder], ["predict", folder, "x"]] {
                let result = try Program.run(command)
                #expect(result.status == 65)
                #expect(result.output.isEmpty)
                #expect(result.errors.hasPrefix("Error: \(folder)/\(file)"), "\(result.errors)")
                #expect(result.errors.contains(text), "\(result.errors)")
            }
        }
    }

    static let listed = SampleModel.files.filter { $0 != "manifest.json" }

    @Test(arguments: listed)
    func refusesAFileWithAnotherByte(file: String) throws {
        try expectRefusal(file, "was changed: its SHA-256 is ") { $0[$0.count * 2 / 3] ^= 1 }
    }

    @Test(arguments: listed)
    func refusesATruncatedFile(file: String) throws {
        try expectRefusal(file, "bytes, the manifest says ") { $0.removeLast() }
    }

    @Test(arguments: listed)
    func refusesAFileThatGrew(file: String) throws {
        try expectRefusal(file, "bytes, the manifest says ") { $0.append(10) }
    }

    @Test(arguments: listed)
    func refusesAModelWithoutAFile(file: String) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            try FileManager.default.removeItem(atPath: folder + "/" + file)
            let result = try Program.run("inspect", folder)
            #expect(result.status == 65)
            #expect(
                result.errors
                    == "Error: \(folder)/\(file): not read: open: No such file or directory\n")
        }
    }

    @Test func refusesAManifestThatIsNone() throws {
        try expectRefusal("manifest.json", "valid JSON") { $0.removeFirst() }
        try expectRefusal("manifest.json", "valid JSON") { $0.removeLast($0.count / 2) }
        try expectRefusal("manifest.json", "valid JSON") { $0 = [] }
    }

    @Test(arguments: [
        ("\"version\" : 1", "\"version\" : 2", "version 2, this program reads 1 to 1"),
        ("\"version\" : 1", "\"version\" : 0", "version 0, this program reads 1 to 1"),
        ("\"version\" : 1", "\"version\" : \"1\"", "at 'version': expected Int"),
        ("branchynet-model", "branchynet-other", "format 'branchynet-other', expected"),
        ("\"recipe.yaml\"", "\"../recipe.yaml\"", "\"../recipe.yaml\" is not the name of a file"),
    ])
    func refusesAnotherManifest(old: String, new: String, message: String) throws {
        try expectRefusal("manifest.json", message) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            bytes = Array(text.replacingOccurrences(of: old, with: new).utf8)
        }
    }

    @Test func refusesAChecksumThatWasChanged() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            for file in Self.listed {
                let manifest = folder + "/manifest.json"
                let bytes = try contents(manifest)
                let digest = Checksum.sha256(try contents(folder + "/" + file))
                let other = (digest.hasPrefix("0") ? "1" : "0") + digest.dropFirst()
                try edit(manifest) { bytes in
                    let text = String(decoding: bytes, as: UTF8.self)
                    bytes = Array(text.replacingOccurrences(of: digest, with: other).utf8)
                }
                let result = try Program.run("inspect", folder)
                #expect(result.status == 65)
                #expect(result.errors.contains("\(file) was changed"))
                #expect(result.errors.contains("the manifest says \(other)"))
                try edit(manifest) { $0 = bytes }
            }
        }
    }
}
