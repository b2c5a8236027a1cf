import Foundation
import TestSupport
import Testing

/// The end of the terminal, which is told as a signal.
struct HangupTests {
    /// The run starts with nothing but the signals that a shell gives it.
    private func predict(before: String, signals: String) throws -> (
        result: Program.Result, count: Int, file: String
    ) {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            // A size of 20,000, one of 28 and another, in four bytes each.
            let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0x4E, 0x20, 0, 0, 0, 28, 0, 0, 0, 28]
            let pixels = [UInt8](repeating: 7, count: 20_000 * 28 * 28)
            let idx = try write(header + pixels, to: "images", in: folder)
            let line = """
                \(before) "$0" predict $1 $2 --json > $1/answers & run=$!
                while [ ! -s $1/answers ]; do :; done
                \(signals); wait $run; echo $?
                """
            let result = try Program.shell(line, folder, idx)
            let answers = try String(contentsOfFile: folder + "/answers", encoding: .utf8)
            return (result, answers.split(separator: "\n").count, idx)
        }
    }

    /// A shell and the system may both say that the terminal is gone.
    @Test(arguments: ["kill -HUP $run", "kill -HUP $run; kill -HUP $run"])
    func endsARunAsCtrlCDoes(signals: String) throws {
        let (result, count, file) = try predict(before: "", signals: signals)
        // It may have been done before the signal came.
        if result.output == "0\n" {
            #expect(count == 20_000)
        } else {
            #expect(result.output == "130\n")
            #expect(result.errors == "Error: stopped in \(file) after \(count) images\n")
        }
    }

    /// As `nohup` starts a program.
    @Test func isPassedOverWhereTheProgramIsToOutliveIt() throws {
        let (result, count, _) = try predict(before: "trap '' HUP;", signals: "kill -HUP $run")
        #expect(result.output == "0\n")
        #expect(result.errors.isEmpty)
        #expect(count == 20_000)
    }

    @Test(.enabled(if: Program.hasOneDNN)) func savesATraining() throws {
        try withTemporaryFolder { folder in
            try SampleRun.writeImages(to: folder + "/pictures")
            let output = folder + "/run"
            let run = try Program(
                ["train", "b-lenet", "-o", output, "--dataset", "folder:\(folder)/pictures"]
                    + SampleRun.settings + ["--set", "epochs=100000", "--checkpoint-interval", "0"])
            let checkpoint = output + "/checkpoint.safetensors"
            var first: [UInt8]?
            while run.isRunning {
                let found = try? contents(checkpoint)
                if let first, let found, first != found { break }
                first = first ?? found
                Thread.sleep(forTimeInterval: 0.005)
            }
            kill(run.processIdentifier, SIGHUP)
            let result = try run.result()
            #expect(result.status == 130)
            #expect(
                result.errors.hasSuffix(
                    " of 100000, saved in \(output); the same command with --resume goes on\n"),
                "\(result.errors)")
        }
    }
}
