import Foundation
import TestSupport
import Testing

/// `datasets` as a user runs it.
struct DatasetsTests {
    private static let trainImages = "train-images-idx3-ubyte.gz"

    private func json(_ arguments: String...) throws -> JSONValue {
        let result = try Program.run(["datasets"] + arguments + ["--json"])
        #expect(result.status == 0)
        return try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
    }

    /// Everything below a folder.
    private func files(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
    }

    @Test func listsWhatIsKnownAndWhatIsThere() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run("datasets", "list", "--data-dir", folder)
            #expect(result.status == 0)
            let lines = result.output.replacing(folder, with: "DIR").split(separator: "\n")
                .map { $0.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) } }
            #expect(
                lines == [
                    ["name", "images", "to fetch", "in DIR"],
                    [
                        "mnist", "60,000 + 10,000", "11.6 MB", "not there",
                        "handwritten digits",
                    ],
                    [
                        "fashion-mnist", "60,000 + 10,000", "30.9 MB", "not there",
                        "clothes, in the layout of mnist",
                    ],
                    [
                        "kmnist", "60,000 + 10,000", "21.2 MB", "not there",
                        "hiragana in old cursive writing, in the layout of mnist",
                    ],
                    [
                        "emnist-balanced", "112,800 + 18,800", "561.8 MB", "not there",
                        "handwritten characters, 47 classes, as many of each",
                    ],
                    [
                        "emnist-byclass", "697,932 + 116,323", "561.8 MB", "not there",
                        "handwritten characters, 62 classes",
                    ],
                    [
                        "emnist-bymerge", "697,932 + 116,323", "561.8 MB", "not there",
                        "handwritten characters, 47 classes",
                    ],
                    [
                        "emnist-letters", "124,800 + 20,800", "561.8 MB", "not there",
                        "handwritten letters, 26 classes",
                    ],
                    [
                        "emnist-digits", "240,000 + 40,000", "561.8 MB", "not there",
                        "handwritten digits, more of them",
                    ],
                    [
                        "emnist-mnist", "60,000 + 10,000", "561.8 MB", "not there",
                        "handwritten digits, as many as mnist has",
                    ],
                    [
                        "cifar10", "50,000 + 10,000", "170.1 MB", "not there",
                        "small colour photographs of ten classes",
                    ],
                    [
                        "cifar10-jpeg", "50,000 + 10,000", "-", "not there",
                        "the photographs of cifar10, compressed as JPEG once more",
                    ],
                    [
                        "cifar100", "50,000 + 10,000", "168.5 MB", "not there",
                        "small colour photographs of a hundred classes",
                    ],
                    [
                        "cifar100-coarse", "50,000 + 10,000", "168.5 MB", "not there",
                        "small colour photographs of twenty groups of classes",
                    ],
                    [
                        "digits", "26,000 + 10,000", "-", "always there",
                        "digits drawn by this program",
                    ],
                ])
            #expect(try files(in: folder).isEmpty)
        }
    }

    @Test func describesADataSet() throws {
        let result = try Program.run("datasets", "info", "mnist", "--data-dir", "none")
        #expect(result.status == 0)
        for text in [
            "60,000 to train on, 10,000 to test on", "CC BY-SA 3.0", "9,912,422 bytes",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "MD5 f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "SHA-256 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "not there; its place is none/mnist/\(Self.trainImages)",
            "`branchynet datasets fetch mnist --data-dir none` fetches it",
        ] {
            #expect(result.output.contains(text), "\(text)")
        }
    }

    @Test func printsWhatIsDocumented() throws {
        let list = try json("list", "--data-dir", "none")
        try DocumentedKeys(section: "datasets list --json").expectToDescribe(list.places())
        let info = try json("info", "cifar10", "--data-dir", "none")
        try DocumentedKeys(section: "datasets info --json").expectToDescribe(info.places())
        #expect(
            list["datasets"]?.elements.compactMap { $0["state"] }
                == Array(repeating: .string("absent"), count: 13) + [.string("always")])
        let letters = try json("info", "emnist-letters", "--data-dir", "none")
        #expect(letters["classNames"]?.elements.last == .string("Zz"))
    }

    @Test func namesClassesInLines() throws {
        let result = try Program.run("datasets", "info", "cifar100-coarse", "--data-dir", "none")
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.contains(
                "classes  20: aquatic_mammals, fish, flowers, food_containers, fruit_and_vegetables,"
            ))
        #expect(
            lines.contains(
                "         people, reptiles, small_mammals, trees, vehicles_1, vehicles_2"))
        #expect(lines.allSatisfy { $0.count <= 100 })
        let archive = try Program.run("datasets", "info", "emnist-digits", "--data-dir", "none")
        for text in [
            "classes  10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9", "gzip.zip, 561,753,746 bytes",
            "not there; its place is none/emnist/gzip.zip",
        ] {
            #expect(archive.output.contains(text), "\(text)")
        }
    }

    @Test func timesHowBatchesAreMade() throws {
        let bench = try json("bench", "digits", "--epochs", "2")
        try DocumentedKeys(section: "datasets bench --json").expectToDescribe(bench.places())
        #expect(bench["images"] == .integer(26_000))
        #expect(bench["imagesPerSecond"]?.elements.count == 2)
        let absent = try Program.run("datasets", "bench", "cifar10", "--data-dir", "none")
        #expect(absent.status == 65)
        let empty = try Program.run("datasets", "bench", "digits", "--batch", "0")
        #expect(empty.status == 64)
    }

    @Test(arguments: ["info", "fetch"])
    func namesTheNearestDataSet(subcommand: String) throws {
        let result = try Program.run("datasets", subcommand, "mnits")
        #expect(result.status == 65)
        #expect(result.output.isEmpty)
        #expect(
            result.errors.hasPrefix(
                "Error: there is no data set 'mnits'; the nearest name is mnist, known are "))
    }

    @Test func fetchesOnlyWhatIsPublished() throws {
        try withTemporaryFolder { folder in
            let drawn = try Program.run("datasets", "fetch", "digits", "--data-dir", folder)
            #expect(drawn.status == 0)
            #expect(drawn.output.hasPrefix("digits: nothing to fetch"))
            let own = try Program.run("datasets", "fetch", "cifar10-jpeg", "--data-dir", folder)
            #expect(own.status == 65)
            #expect(own.errors.contains("cifar10-jpeg.tar.gz"))
            #expect(try files(in: folder).isEmpty)
        }
    }

    @Test func leavesAloneWhatIsNotThePublishedFile() throws {
        try withTemporaryFolder { folder in
            let path = try write([1, 2, 3], to: "t10k-labels-idx1-ubyte", in: folder)
            // Nobody listens there; nobody is asked.
            let result = try Program.run(
                "datasets", "fetch", "mnist", "--data-dir", folder, "--mirror",
                "http://127.0.0.1:1/")
            #expect(result.status == 65)
            #expect(
                result.errors.hasPrefix(
                    "Error: \(path): is not the published t10k-labels-idx1-ubyte; expected SHA-256 "
                ))
            #expect(result.errors.contains("Move it away"))
            #expect(try files(in: folder) == ["t10k-labels-idx1-ubyte"])
        }
    }

    @Test func saysWhatWasWrongWithEachMirror() throws {
        let server = try LoopbackServer { request in
            request.path.hasPrefix("/page")
                ? .init("200 OK", "Content-Type: text/html", body: Array("<html>".utf8))
                : .init("404 No", "Content-Length: 0")
        }
        try withTemporaryFolder { folder in
            let result = try Program.run(
                "datasets", "fetch", "mnist", "--data-dir", folder, "--mirror", server.url,
                "--mirror", server.url + "page", "--quiet")
            #expect(result.status == 1)
            #expect(result.output.isEmpty)
            #expect(
                result.errors == """
                    Error: \(Self.trainImages) was not fetched:
                      \(server.url)\(Self.trainImages): answers 404 (not found)
                      \(server.url)page/\(Self.trainImages): sends a web page (text/html) instead \
                    of the file

                    """)
            #expect(try files(in: folder) == ["mnist"])
        }
    }

    /// Sends a number of bytes of 9,912,422 that it announces.
    private func slowServer(_ count: Int) throws -> LoopbackServer {
        try LoopbackServer { _ in
            .init(
                "200 OK", "Content-Length: 9912422",
                body: [0x1F, 0x8B] + .init(repeating: 0, count: count - 2), ending: .stall)
        }
    }

    @Test func keepsWhatItHasWhenInterrupted() throws {
        let server = try slowServer(5_000)
        try withTemporaryFolder { folder in
            let arguments = ["datasets", "fetch", "mnist", "--data-dir", folder, "--mirror"]
            let part = "\(folder)/mnist/\(Self.trainImages).part"
            let run = try Program(arguments + [server.url])
            while run.isRunning, (try? contents(part).count) != 5_000 {
                Thread.sleep(forTimeInterval: 0.01)
            }
            run.interrupt()
            let interrupted = try run.result()
            #expect(interrupted.status == 130)
            #expect(
                interrupted.errors.hasSuffix(
                    "stopped after 5,000 of 9,912,422 bytes of \(Self.trainImages), kept in \(part); "
                        + "the same command goes on from there\n"), "\(interrupted.errors)")
            #expect(try contents(part).count == 5_000)
            let refusing = try LoopbackServer { _ in .init("404 No", "Content-Length: 0") }
            #expect(try Program.run(arguments + [refusing.url]).status == 1)
            #expect(refusing.requests.map(\.range) == ["bytes=5000-"])
        }
    }

    @Test func saysThatItCannotWrite() throws {
        try withTemporaryFolder { folder in
            let file = try write([], to: "file", in: folder)
            let result = try Program.run("datasets", "fetch", "mnist", "--data-dir", file)
            #expect(result.status == 73)
            #expect(result.errors.hasPrefix("Error: \(file)/mnist: cannot make the folder: "))
        }
    }

    /// A limit on the size of files stands for a disk that is full.
    @Test func keepsWhatItHasWhenTheDiskIsFull() throws {
        let server = try slowServer(1 << 20)
        try withTemporaryFolder { folder in
            let result = try Program.shell(
                "trap '' XFSZ; ulimit -f 64; \"$0\" datasets fetch mnist --data-dir \"$1\" --mirror "
                    + "\"$2\"", folder, server.url)
            #expect(result.status == 73)
            #expect(result.errors.contains(".part: not written: write: "))
            #expect(result.errors.contains("the same command goes on"))
            let part = "\(folder)/mnist/\(Self.trainImages).part"
            #expect(try contents(part).count == 64 * 1024)
        }
    }

    @Test(arguments: ["ftp://example.org/", "mnist", "http://", ""])
    func refusesAMirrorThatIsNoWebAddress(url: String) throws {
        let result = try Program.run("datasets", "fetch", "mnist", "--mirror", url)
        #expect(result.status == 64)
        #expect(result.errors.contains("--mirror"))
    }

    @Test func namesItselfWhereDataAreMissing() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run(
                "train", "lenet", "--dataset", "mnist", "--data-dir", folder, "-o", folder + "/run")
            #expect(result.status == 65)
            #expect(
                result.errors.hasSuffix(
                    "`branchynet datasets fetch mnist --data-dir \(folder)` fetches it\n"))
        }
    }

    @Test(.enabled(if: Program.dataFolder != nil, "BRANCHYNET_DATA_DIR names no folder of data"))
    func needsNoNetworkForWhatIsThere() throws {
        let folder = try #require(Program.dataFolder)
        let result = try Program.run(
            "datasets", "fetch", "mnist", "--mirror", "http://127.0.0.1:1/")
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.hasPrefix(folder) && $0.hasSuffix(": there already") })
        let state = try json("info", "mnist")["state"]
        #expect(state == .string("complete"))
    }
}
