import Foundation
import TestSupport
import Testing

/// Ctrl-C, and going on afterwards.
@Suite(.enabled(if: Program.canTrain), .serialized)
struct InterruptionTests {
    /// 64 steps in each epoch, and a checkpoint after each of them.
    private let command = [
        "train", "b-lenet", "--checkpoint-interval", "0", "--set", "epochs=3", "--set",
        "batchSize=16", "--set", "data.validationImages=500", "--set",
        "data.calibrationImages=58476", "-o",
    ]

    @Test func aRunThatWasInterruptedEndsInTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let (whole, stopped) = (folder + "/whole", folder + "/stopped")
            let run = try Program(command + [stopped])
            try waitForSteps(of: run, in: stopped)
            run.interrupt()
            let interrupted = try run.result()
            #expect(interrupted.status == 130)
            #expect(
                interrupted.errors.hasSuffix(
                    " of 3, saved in \(stopped); the same command with --resume goes on\n"),
                "\(interrupted.errors)")
            #expect(!FileManager.default.fileExists(atPath: stopped + "/manifest.json"))
            let resumed = try Program.run(command + [stopped, "--resume"])
            #expect(resumed.status == 0)
            #expect(resumed.errors.hasPrefix("going on after step "))
            let uninterrupted = try Program.run(command + [whole])
            #expect(uninterrupted.status == 0)
            for file in SampleModel.files {
                let bytes = try (contents(whole + "/" + file), contents(stopped + "/" + file))
                #expect(bytes.0 == bytes.1, "\(file)")
            }
        }
    }

    /// Waits until a checkpoint took the place of the first one, which is of step 0.
    private func waitForSteps(of run: Program, in folder: String) throws {
        let path = folder + "/checkpoint.safetensors"
        var first: [UInt8]?
        while run.isRunning {
            let found = try? contents(path)
            if let first, let found, first != found { return }
            first = first ?? found
            Thread.sleep(forTimeInterval: 0.005)
        }
    }
}
