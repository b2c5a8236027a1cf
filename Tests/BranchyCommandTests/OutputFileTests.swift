import BranchyNet
import Foundation
import TestSupport
import Testing

/// Nothing that the program did not write is lost where a user names a file for results.
struct OutputFileTests {
    private func study(
        _ model: String, _ csv: String, _ more: String...
    ) throws -> Program.Result {
        try Program.run(
            [
                "study", "thresholds", model, "--dataset", "digits", "--quick", "--quiet", "--csv",
                csv,
            ] + more)
    }

    private func evaluate(
        _ model: String, _ csv: String, _ more: String...
    ) throws -> Program.Result {
        try Program.run(
            [
                "evaluate", model, "--dataset", "digits", "--limit", "20", "--latency-images", "0",
                "--quiet", "--csv", csv,
            ] + more)
    }

    private func report(_ model: String, _ file: String) throws -> Program.Result {
        try Program.run(
            "report", model, "-o", file, "--dataset", "digits", "--latency-images", "0", "--quiet")
    }

    private func content(of folder: String) throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try contents(folder + "/" + $0)) })
    }

    /// Before anything is measured.
    @Test func aModelIsNotOverwritten() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let before = try content(of: model)
            for name in SampleModel.files {
                for result in [
                    try study(model, model + "/" + name), try report(model, model + "/" + name),
                    try Program.run(
                        "reproduce", "--output", folder + "/runs", "--page", model + "/" + name),
                ] {
                    #expect(result.status == 73)
                    #expect(result.output.isEmpty)
                    #expect(
                        result.errors.hasPrefix(
                            "Error: \(model)/\(name): not written: the file that is there is not a")
                    )
                    #expect(result.errors.contains("replace it by --force"))
                }
                #expect(try content(of: model) == before)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model"])
        }
    }

    @Test func aTableReplacesItsLikeAndOthersByForce() throws {
        try withTemporaryFolder { folder in
            let (model, csv) = (folder + "/model", folder + "/figure.csv")
            try SampleModel.writeRandom(to: model, dataset: "digits")
            // Empty, as `mktemp` leaves it.
            _ = try write([], to: "figure.csv", in: folder)
            #expect(try study(model, csv).status == 0)
            let table = try contents(csv)
            #expect(try study(model, csv).status == 0)
            #expect(try contents(csv) == table)
            for other in ["exit,threshold\n1,2\n", "exit,threshold,exitRat", "\n", "my notes"] {
                _ = try write(Array(other.utf8), to: "figure.csv", in: folder)
                #expect(try study(model, csv).status == 73)
                #expect(try contents(csv) == Array(other.utf8))
            }
            #expect(try study(model, csv, "--force").status == 0)
            #expect(try contents(csv) == table)
        }
    }

    @Test func noTableOfAFolderIsWrittenWhereOneMayNotBe() throws {
        try withTemporaryFolder { folder in
            let (model, tables) = (folder + "/model", folder + "/tables")
            try SampleModel.writeRandom(to: model, dataset: "digits")
            try OutputFolder.make(tables)
            let notes = Array("class,remark\n".utf8)
            _ = try write(notes, to: "reliability.csv", in: tables)
            let result = try evaluate(model, tables)
            #expect(result.status == 73)
            #expect(result.errors.hasPrefix("Error: \(tables)/reliability.csv: not written: "))
            #expect(try content(of: tables) == ["reliability.csv": notes])
            #expect(try evaluate(model, tables, "--force").status == 0)
            #expect(try evaluate(model, tables).status == 0)
            // The same names, other columns.
            let other = try Program.run(
                "report", model, "--csv", tables, "--dataset", "digits", "--latency-images", "0")
            #expect(other.status == 73)
            #expect(other.errors.hasPrefix("Error: \(tables)/exits.csv: not written: "))
        }
    }

    @Test func aReportReplacesAReport() throws {
        try withTemporaryFolder { folder in
            let (model, page) = (folder + "/model", folder + "/page.html")
            try SampleModel.writeRandom(to: model, dataset: "digits")
            #expect(try report(model, page).status == 0)
            try edit(page) { $0.append(contentsOf: Array("<!-- by hand -->".utf8)) }
            #expect(try report(model, page).status == 0)
            #expect(try contents(page).suffix(8) == Array("</html>\n".utf8))
            let own = Array("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n</head></html>\n".utf8)
            _ = try write(own, to: "page.html", in: folder)
            #expect(try report(model, page).status == 73)
            #expect(try contents(page) == own)
        }
    }
}

/// What is no regular file is written to, and stays what it is.
struct OutputPlaceTests {
    private func isKind(_ path: String, _ kind: mode_t) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == kind
    }

    /// A study of a model in the folder, after and before other lines of shell.
    private func study(
        _ folder: String, before: String = "", _ csv: String
    ) throws -> Program.Result {
        try SampleModel.writeRandom(to: folder + "/model", dataset: "digits")
        return try Program.shell(
            "cd $1; \(before) \"$0\" study thresholds model --dataset digits --quick --quiet --csv "
                + csv, folder)
    }

    private static let heading = "exit,threshold,exitRate,"

    @Test func aPipeIsWrittenTo() throws {
        try withTemporaryFolder { folder in
            let result = try study(
                folder, before: "mkfifo pipe; cat pipe > got &", "pipe > table; wait")
            #expect(result.status == 0, "\(result.errors)")
            #expect(try contents(folder + "/got").starts(with: Array(Self.heading.utf8)))
            #expect(isKind(folder + "/pipe", S_IFIFO))
        }
    }

    @Test(arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
    func standardOutputIsWrittenTo(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try withTemporaryFolder { folder in
            let result = try study(folder, "\(path)")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.hasPrefix(Self.heading))
            // What a shell opened to append to keeps its content, and gets both outputs.
            let appended = try study(folder, before: "echo first > log;", "\(path) >> log")
            #expect(appended.status == 0, "\(appended.errors)")
            let log = String(decoding: try contents(folder + "/log"), as: UTF8.self)
            #expect(log.hasPrefix("first\n" + Self.heading))
            #expect(log.hasSuffix("looks at flattered ones.\n"))
        }
    }

    @Test func aPlaceThatIsNotOpenIsRefused() throws {
        try withTemporaryFolder { folder in
            let result = try study(folder, "/dev/fd/99")
            #expect(result.status == 73)
        }
    }

    @Test(arguments: [
        ("target", "target"), ("folder/../target", "target"), ("folder/new", "folder/new"),
    ])
    func aLinkIsFollowed(link: String, written: String) throws {
        try withTemporaryFolder { folder in
            let result = try study(
                folder, before: "mkdir folder; touch target; ln -s \(link) link;", "link")
            #expect(result.status == 0, "\(result.errors)")
            #expect(isKind(folder + "/link", S_IFLNK))
            #expect(isKind(folder + "/" + written, S_IFREG))
            #expect(
                try contents(folder + "/" + written).starts(with: Array(Self.heading.utf8)))
        }
    }

    @Test func aLinkToAnotherFileDoesNotOverwriteIt() throws {
        try withTemporaryFolder { folder in
            let result = try study(folder, before: "ln -s model/network.json link;", "link")
            #expect(result.status == 73)
            #expect(try ModelFolder(folder + "/model").read().network == .bLeNet)
        }
    }

    @Test(arguments: ["ln -s link link;", "ln -s b link; ln -s link b;", "mkdir link;"])
    func whatIsNoPlaceForAFileIsRefused(preparation: String) throws {
        try withTemporaryFolder { folder in
            let result = try study(folder, before: preparation, "link")
            #expect(result.status == 73)
            #expect(result.errors.hasPrefix("Error: link: not written: "))
            #expect(result.output.isEmpty)
        }
    }

    #if os(Linux)
    /// A device like `/dev/null` of our own, which only root can make: never the machine's.
    @Test func aDeviceStaysADevice() throws {
        try withTemporaryFolder { folder in
            let device = folder + "/null"
            guard mknod(device, S_IFCHR | 0o600, 1 << 8 | 3) == 0,
                FileManager.default.isWritableFile(atPath: device),
                let handle = FileHandle(forWritingAtPath: device)
            else { return }
            try handle.close()
            let result = try study(folder, "null")
            #expect(result.status == 0, "\(result.errors)")
            #expect(isKind(device, S_IFCHR))
        }
    }
    #endif
}
