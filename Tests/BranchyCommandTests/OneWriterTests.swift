import BranchyNet
import Foundation
import TestSupport
import Testing

/// Two processes on one folder: this one, which has it, and the program.
struct OneWriterTests {
    /// Each of them would change the model, or what belongs to it.
    private static let writers = [
        ["calibrate", "MODEL", "--dataset", "digits"],
        ["calibrate", "MODEL", "--dataset", "digits", "--certify", "--max-loss", "50%"],
        ["demo", "-o", "MODEL"], ["reproduce", "lenet", "--quick", "-o", "MODEL"],
        ["study", "loss-weights", "-o", "MODEL", "--quick"],
        ["study", "branch-depth", "-o", "MODEL", "--quick"],
    ]

    @Test(arguments: writers)
    func refusesASecondWriter(command: [String]) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, dataset: "digits")
            try FolderLock(folder).whileHeld {
                let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                let result = try Program.run(command.map { $0 == "MODEL" ? folder : $0 })
                #expect(result.status == 73)
                #expect(result.output.isEmpty)
                #expect(result.errors.hasPrefix("Error: \(folder)"))
                let holder = ": another process writes here: process \(getpid()), "
                #expect(result.errors.contains(holder))
                #expect(result.errors.contains("wait until it has ended, or choose another folder"))
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == names)
            }
            _ = try ModelFolder(folder).read(digest: SampleModel.digest)
        }
    }

    /// Where there is nothing yet; what holds a model is refused before anybody asks for it.
    @Test(arguments: [[], ["--resume"]])
    func refusesASecondTraining(arguments: [String]) throws {
        try withTemporaryFolder { folder in
            try FolderLock(folder).whileHeld {
                let result = try Program.run(["train", "b-lenet", "-o", folder] + arguments)
                #expect(result.status == 73)
                #expect(
                    result.errors.contains(": another process writes here: process \(getpid()), "))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func keepsNoReaderOut() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let file = try write(SampleImages(count: 1).idx, to: "images", in: folder)
            try FolderLock(model).whileHeld {
                for command in [
                    ["predict", model, file], ["inspect", model],
                    [
                        "evaluate", model, "--dataset", "digits", "--limit", "10",
                        "--latency-images", "0",
                    ], ["study", "thresholds", model, "--dataset", "digits", "--quick"],
                ] {
                    let result = try Program.run(command)
                    #expect(result.status == 0, "\(result.errors)")
                }
            }
        }
    }

    /// Read while it is calibrated again and again, by another process.
    @Test func readersAlwaysFindAModel() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, dataset: "digits", seed: 1)
            let costs = try write(
                Array(
                    """
                    {"rows": [
                    {"network": "b-lenet", "path": "exit0", "engine": "native",
                     "precision": "float32", "batch": 1, "medianMicroseconds": 5},
                    {"network": "b-lenet", "path": "exit1", "engine": "native",
                     "precision": "float32", "batch": 1, "medianMicroseconds": 20}]}
                    """.utf8), to: "costs", in: folder)
            let line = """
                for score in entropy margin entropy margin; do
                    "$0" calibrate $1 --dataset digits --costs $2 --score $score --quiet || exit
                done
                """
            let calibrations = try Program(
                ["-c", line, Program.path, folder, costs], program: "/bin/bash")
            var count = 0
            while calibrations.isRunning {
                _ = try ModelFolder(folder).read(digest: SampleModel.digest)
                count += 1
            }
            let result = try calibrations.result()
            #expect(result.status == 0, "\(result.errors)")
            #expect(count > 0)
            let model = try ModelFolder(folder).read(digest: SampleModel.digest)
            #expect(model.calibration?.score == .margin)
        }
    }

    /// A run that is killed leaves its lock's file and perhaps a part of a checkpoint; the next
    /// writer takes the one over and removes the other.
    @Test(.enabled(if: Program.hasOneDNN))
    func theNextWriterClearsUpAfterAKilledOne() throws {
        try withTemporaryFolder { folder in
            let command = [
                "train", "b-lenet", "-o", folder, "--set", "dataset=digits", "--set",
                "data.trainingImages=1000", "--set", "batchSize=10", "--checkpoint-interval", "0",
                "--quiet",
            ]
            let manager = FileManager.default
            let run = try Program(command)
            while run.isRunning, !manager.fileExists(atPath: folder + "/run.json") {
                Thread.sleep(forTimeInterval: 0.005)
            }
            let second = try Program.run(command + ["--resume"])
            #expect(second.status == 73)
            #expect(second.errors.contains("process \(run.processIdentifier), "))
            #expect(run.isRunning)
            run.kill()
            _ = try run.result()
            _ = try write([1], to: ".branchynet-0.tmp", in: folder)
            #expect(manager.fileExists(atPath: folder + "/.branchynet.lock"))
            try FolderLock(folder).whileHeld {}
            #expect(
                try manager.contentsOfDirectory(atPath: folder).sorted()
                    == ["checkpoint.safetensors", "run.json"])
        }
    }
}

/// A demo begins afresh where a demo was, and nowhere else.
@Suite(.enabled(if: Program.hasOneDNN)) struct DemoRefusalTests {
    private func expectRefusal(
        _ folder: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
        let result = try Program.run("demo", "-o", folder)
        #expect(result.status == 73, sourceLocation: sourceLocation)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(reason), "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errors.contains("--force"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == before)
    }

    @Test func leavesAFolderWithOtherFiles() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/b-lenet", dataset: "digits")
            _ = try write([1], to: "notes.txt", in: folder + "/b-lenet")
            try expectRefusal(
                folder, "b-lenet is no earlier run of this command: it holds notes.txt")
        }
    }

    @Test func leavesAModelThatNoDemoMade() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/lenet", dataset: "digits")
            try expectRefusal(folder, "lenet is no earlier run of this command: it holds another")
            try SampleModel.writeRandom(to: folder + "/b-lenet", dataset: "digits")
            try FileManager.default.removeItem(atPath: folder + "/lenet")
            try expectRefusal(folder, "b-lenet is no earlier run of this command: it holds another")
            try FileManager.default.removeItem(atPath: folder + "/b-lenet/manifest.json")
            try expectRefusal(folder, "b-lenet is no earlier run of this command: it holds another")
        }
    }
}
