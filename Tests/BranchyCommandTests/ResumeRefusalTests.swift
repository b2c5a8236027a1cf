import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// What `train` says about an output folder that it cannot go on in, and that it leaves alone.
/// No data are read for it.
struct ResumeRefusalTests {
    private func writeCheckpoint(in folder: String) throws -> String {
        let path = folder + "/checkpoint.safetensors"
        let recipe = try Recipe.builtIn(for: "b-lenet")
        let checkpoint = Checkpoint(
            network: .bLeNet, recipe: recipe, dataChecksums: [], initialChecksum: nil, threads: 2,
            state: TrainingState(
                parameters: try .initial(for: .bLeNet, seed: 1), recipe: recipe))
        try checkpoint.write(to: path, digest: SampleModel.digest)
        return path
    }

    private func refusal(
        _ arguments: [String], status: Int32, network: String = "b-lenet", in folder: String
    ) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let before = try names.map { try contents(folder + "/" + $0) }
        let result = try Program.run(
            ["train", network, "-o", folder, "--data-dir", folder + "/none"] + arguments)
        #expect(result.status == status)
        #expect(result.output.isEmpty)
        let after = try names.map { try contents(folder + "/" + $0) }
        #expect(after == before)
        return result.errors
    }

    @Test func refusesToOverwriteARun() throws {
        try withTemporaryFolder { folder in
            _ = try writeCheckpoint(in: folder)
            let errors = try refusal([], status: 73, in: folder)
            #expect(
                errors == """
                    Error: \(folder) already holds a training run (checkpoint.safetensors); go on \
                    with it by --resume, or choose another --output

                    """)
        }
    }

    /// A run that is bound to be refused does not wait for, or stand in, anybody's way: of one that
    /// begins and one that resumes at the same moment, the second goes on.
    @Test func refusesToOverwriteARunBeforeItTakesTheFolder() throws {
        try withTemporaryFolder { folder in
            _ = try writeCheckpoint(in: folder)
            let writer = try ModelFolder(folder).makeWriter()
            let errors = try refusal([], status: 73, in: folder)
            #expect(errors.contains("already holds a training run"))
            #expect(try refusal(["--resume"], status: 73, in: folder).contains("writes here"))
            try writer.remove("none")
        }
    }

    @Test(arguments: [[], ["--resume"]])
    func refusesToOverwriteAModel(arguments: [String]) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let errors = try refusal(arguments, status: 73, in: folder)
            #expect(
                errors == """
                    Error: \(folder) already holds a model, and no checkpoint.safetensors to go \
                    on from; choose another --output

                    """)
        }
    }

    @Test func refusesToGoOnWithAnotherRun() throws {
        try withTemporaryFolder { folder in
            _ = try writeCheckpoint(in: folder)
            let resume = ["--resume"]
            let network = try refusal(resume, status: 65, network: "lenet", in: folder)
            #expect(network == "Error: the run in \(folder) trains 'b-lenet', not 'lenet'\n")
            let recipe = try refusal(resume + ["--set", "epochs=3"], status: 65, in: folder)
            #expect(recipe.hasPrefix("Error: the run in \(folder) has another recipe; resume it"))
            let threads = try refusal(resume + ["--threads", "1"], status: 65, in: folder)
            #expect(
                threads == """
                    Error: the run in \(folder) began with 2 threads; with 1 its result would differ

                    """)
        }
    }

    @Test func refusesToGoOnFromAnotherModel() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(to: model)
            try withTemporaryFolder { folder in
                _ = try writeCheckpoint(in: folder)
                let errors = try refusal(["--resume", "--from", model], status: 65, in: folder)
                #expect(errors.hasPrefix("Error: the run in \(folder) did not begin from \(model)"))
            }
        }
    }

    /// The same settings are the same recipe: only the missing data stop the run.
    @Test func goesOnWithTheSameSettings() throws {
        try withTemporaryFolder { folder in
            _ = try writeCheckpoint(in: folder)
            let errors = try refusal(
                ["--resume", "--set", "epochs=30", "--threads", "2"], status: 65, in: folder)
            #expect(errors.hasPrefix("Error: \(folder)/none: there is no such folder. "))
        }
    }

    @Test func refusesADamagedCheckpoint() throws {
        try withTemporaryFolder { folder in
            let path = try writeCheckpoint(in: folder)
            let whole = try contents(path)
            let damages: [(expected: String, change: (inout [UInt8]) -> Void)] = [
                ("was changed: its SHA-256 is ", { $0[$0.count / 2] ^= 1 }),
                ("was changed: its SHA-256 is ", { $0[$0.count - 1] ^= 0x80 }),
                ("numbers: expected ", { $0.removeLast(4) }),
                ("header length: expected 8 bytes, found 0", { $0 = [] }),
                ("header", { $0[0] ^= 1 }),
                ("at byte 9 of the file", { $0[9] ^= 1 }),
            ]
            for (expected, change) in damages {
                try edit(path) { $0 = whole }
                try edit(path, change)
                let errors = try refusal(["--resume"], status: 65, in: folder)
                #expect(errors.hasPrefix("Error: \(path)"), "\(errors)")
                #expect(errors.contains(expected), "\(errors)")
            }
        }
    }

    @Test(arguments: [
        (#"\"version\" : 2"#, #"\"version\" : 1"#, "version 1, this program reads 2; finish"),
        (#"\"threads\" : 2"#, #"\"threads\" : 3"#, "was changed: its SHA-256 is "),
    ])
    func refusesAnEditedCheckpoint(old: String, new: String, message: String) throws {
        try withTemporaryFolder { folder in
            let path = try writeCheckpoint(in: folder)
            try edit(path) { bytes in
                let range = bytes.firstRange(of: Array(old.utf8))
                #expect(range != nil)
                if let range { bytes.replaceSubrange(range, with: Array(new.utf8)) }
            }
            let errors = try refusal(["--resume"], status: 65, in: folder)
            #expect(errors.hasPrefix("Error: \(path)"), "\(errors)")
            #expect(errors.contains(message), "\(errors)")
        }
    }

    @Test func refusesAnotherFileInPlaceOfACheckpoint() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let path = folder + "/checkpoint.safetensors"
            try FileManager.default.copyItem(
                atPath: folder + "/parameters.safetensors", toPath: path)
            let errors = try refusal(["--resume"], status: 65, in: folder)
            #expect(errors == "Error: \(path) is not a checkpoint of this program\n")
        }
    }

    /// A file that is named as one of a model's may be what the user describes the run by.
    @Test(arguments: [
        "recipe.yaml", "network.json", "model.json", "history.csv", "parameters.safetensors",
        "run.json", "certificate.json",
    ])
    func refusesToOverwriteAnotherFile(name: String) throws {
        try withTemporaryFolder { folder in
            _ = try write([1], to: name, in: folder)
            for arguments in [[], ["--resume"]] {
                let errors = try refusal(arguments, status: 73, in: folder)
                #expect(
                    errors == """
                        Error: \(folder) already holds a file named \(name), which no run wrote \
                        there; choose another --output

                        """)
            }
        }
    }

    /// What cannot begin leaves no folder behind.
    @Test func makesNoFolderInVain() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run(
                "train", "b-lenet", "-o", folder + "/a/b", "--data-dir", folder + "/none")
            #expect(result.status == 65)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}
