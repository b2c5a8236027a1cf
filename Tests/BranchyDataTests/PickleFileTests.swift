import BranchyData
import Foundation
import TestSupport
import Testing

/// Fixtures are made by `Fixtures/make-pickles.py`, which has Python read them too.
struct PickleFileTests {
    static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Fixtures/\(name)")))
    }

    private func failure(_ bytes: [UInt8]) -> DatasetError? {
        datasetError { _ = try PickleFile(bytes, name: "FILE") }
    }

    /// A pickle of protocol 2 that consists of texts and bytes.
    private func failure(of parts: Any...) -> String? {
        failure(pickle(parts))?.message
    }

    private func pickle(_ parts: [Any]) -> [UInt8] {
        [0x80, 2]
            + parts.flatMap { part in
                (part as? String).map { Array($0.utf8) } ?? (part as? [Int] ?? []).map { UInt8($0) }
            }
    }

    @Test(arguments: ["cifar10", "python3"]) func readsWhatPythonWrites(name: String) throws {
        let file = try PickleFile(Self.fixture(name), name: name)
        #expect(file.keys == ["batch_label", "data", "filenames", "labels"])
        #expect(try file.integers("labels") == [6, 9])
        let rows = try file.rows("data", count: 2, of: 3072)
        let planes = [0, 1, 2, 16, 17, 18].flatMap { [UInt8](repeating: $0, count: 1024) }
        #expect(rows.elementsEqual(planes))
    }

    @Test func readsNumbersOfEverySize() throws {
        let numbers: [Any] = [
            "K", [255], "M", [0, 1], "J", [255, 255, 255, 255], [0x8A, 0], [0x8A, 2, 0, 0x80],
            [0x8A, 7, 0, 0, 0, 0, 0, 0, 0x40],
        ]
        let bytes = pickle(["}(U", [1], "n]("] + numbers + ["eu."])
        let found = try PickleFile(bytes, name: "FILE").integers("n")
        #expect(found == [255, 256, -1, 0, -32768, 1 << 54])
    }

    @Test func refusesToExecute() {
        let remedy =
            ". Nothing of it was executed; the published file asks for nothing of that kind"
        #expect(
            failure(of: "cos\nsystem\nU", [2], "ls", [0x85], "R.")
                == "FILE: GLOBAL at byte 2 asks for os.system; expected one of "
                + "numpy.core.multiarray._reconstruct, numpy.ndarray, numpy.dtype; found os.system"
                + remedy)
        #expect(failure(of: "cbuiltins\neval\n.")?.contains("asks for builtins.eval") == true)
        for (code, name) in [
            (0x81, "NEWOBJ"), (0x93, "STACK_GLOBAL"), (0x69, "INST"), (0x6F, "OBJ"),
            (0x50, "PERSID"), (0x51, "BINPERSID"), (0x82, "EXT1"), (0x95, "FRAME"),
        ] {
            let error = failure(pickle(["N", [code], "os\nsystem\n."]))
            #expect(error?.code == .unsupportedFormat)
            #expect(
                error?.message.hasPrefix("FILE: byte 3 is the instruction \(name); ") == true)
        }
        #expect(failure(of: [0xFF])?.contains("is the instruction (none of that code)") == true)
        // The names that are known are no functions either: they make an array or nothing.
        #expect(
            failure(of: "cnumpy\nndarray\n)R.")?.contains("REDUCE at byte 18 calls numpy.ndarray")
                == true)
        #expect(
            failure(of: "cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\n", [0x85], "R.")?
                .contains("makes something else; expected numpy.ndarray; found numpy.dtype")
                == true)
        #expect(
            failure(of: "cnumpy\ndtype\nU", [2], "O8", [0x85], "R.")?
                .contains("makes an array of something else; expected bytes (u1)") == true)
    }

    @Test func believesNoCounts() {
        for code in ["T", "X", "B"] {
            let message = failure(of: code, [255, 255, 255, 255], "abc")
            #expect(
                message == "FILE: is truncated; expected 4294967295 more bytes after the first 7; "
                    + "found 3. The file is not complete: fetch it again")
        }
        // An array of more bytes than any memory has, and one whose product is 0 modulo 2^64.
        for sizes in [[UInt8](repeating: 0x7F, count: 4), [0, 0, 0, 0x40]] {
            let size = "J" + String(decoding: sizes, as: UTF8.self)
            let message = failure(
                of: "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n", [0x85], "R(K", [1],
                "(", size, size, size, size, "tcnumpy\ndtype\nU", [2], "u1", [0x85], "R", [0x89],
                "U", [1], "xtb.")
            #expect(message?.contains("has other bytes than its sizes say") == true)
        }
    }

    @Test func endsWithoutRecursionWhateverIsNested() {
        let depth = 200_000
        for part in ["](", "(", "}(U\u{1}a", "N"] {
            let bytes = pickle([String(repeating: part, count: depth), "."])
            #expect(failure(bytes)?.message.hasPrefix("FILE: ") == true)
        }
        let tuples = pickle(["N"]) + [UInt8](repeating: 0x85, count: depth) + Array(".".utf8)
        #expect(failure(tuples)?.message.contains("nests tuples") == true)
        let lists =
            pickle([String(repeating: "]", count: depth)])
            + [UInt8](repeating: UInt8(ascii: "a"), count: depth) + Array(".".utf8)
        #expect(
            failure(lists)?.message.contains(
                "puts something else into a list; expected numbers and texts; found a list") == true
        )
        // A list that holds itself.
        #expect(failure(of: "]q", [0], "h", [0], "a.")?.contains("found a list") == true)
    }

    @Test func boundsHowMuchIsDone() {
        let bytes = [0x80, 2] + [UInt8](repeating: UInt8(ascii: "N"), count: 1 << 20)
        let error = failure(bytes)
        #expect(error?.code == .limitExceeded)
        #expect(
            error?.message
                == "FILE: has too many instructions; expected at most 1048576; found more")
    }

    @Test(arguments: [
        ("is not a pickle of protocol 2 or 3", [UInt8]()), ("found 5b31", Array("[1]".utf8)),
        ("is a pickle of protocol 5", [0x80, 5]), ("is a pickle of protocol 0", [0x80, 0]),
        ("is truncated", [0x80, 2]), ("ends with 0 values", [0x80, 2, 0x2E]),
        ("has bytes after its end", [0x80, 2, 0x4E, 0x2E, 0x2E]),
        ("expected a dictionary; found None", [0x80, 2, 0x4E, 0x2E]),
        ("PROTO at byte 2 begins again", [0x80, 2, 0x80, 2]),
        ("BINGET at byte 2 recalls 7", [0x80, 2, 0x68, 7]),
        ("BINPUT at byte 2 remembers nothing", [0x80, 2, 0x71, 7]),
        ("APPENDS at byte 2 lacks a mark", [0x80, 2, 0x65]),
        ("TUPLE3 at byte 2 lacks a value", [0x80, 2, 0x87]),
        ("LONG1 at byte 2 has a number of 8 bytes", [0x80, 2, 0x8A, 8]),
        ("the name at byte 3 has no end", [0x80, 2, 0x63, 0x61]),
        ("SETITEMS at byte 5 has a key without a value", Array("\u{7D}(NuN".utf8).prefixed),
    ])
    func saysWhatIsWrong(problem: String, bytes: [UInt8]) {
        let message = failure(bytes)?.message
        #expect(message?.contains(problem) == true, "\(message ?? "read")")
    }

    @Test func saysWhatIsInThePlaceOfLabels() throws {
        let file = try PickleFile(Self.fixture("cifar10"), name: "FILE")
        let messages = [
            datasetError { _ = try file.integers("fine_labels") },
            datasetError { _ = try file.integers("data") },
            datasetError { _ = try file.integers("filenames") },
            datasetError { _ = try file.rows("data", count: 3, of: 3072) },
            datasetError { _ = try file.rows("labels", count: 2, of: 3072) },
        ].map { $0?.message }
        #expect(
            messages == [
                "FILE: has no 'fine_labels'; expected 'fine_labels'; found batch_label, data, "
                    + "filenames, labels",
                "FILE: 'data' is something else; expected a list of numbers; found an array",
                "FILE: 'filenames' is something else; expected a list of numbers; found a text in it",
                "FILE: 'data' is something else; expected 3x3072 bytes; found 2x3072",
                "FILE: 'labels' is something else; expected an array of 2x3072 bytes; found a list",
            ])
    }

    @Test func survivesEveryTruncationAndBitFlip() throws {
        let bytes = try Self.fixture("cifar10")
        // The pixels, of which there are 6,144, are only copied.
        let pixels = try #require(bytes.firstIndex(of: UInt8(ascii: "T"), before: 400))
        let head = Array(bytes[..<(pixels + 5)])
        for count in head.indices { #expect(failure(Array(head[..<count]))?.message != nil) }
        let tail = bytes[(pixels + 5)...]
        forEachBitFlip(of: head) { flipped in
            do {
                _ = try PickleFile(flipped + tail, name: "FILE")
            } catch {
                #expect(error is DatasetError)
            }
        }
    }
}

extension [UInt8] {
    /// As a pickle of protocol 2.
    fileprivate var prefixed: [UInt8] { [0x80, 2] + self }

    /// Where a byte stands last within the first ones.
    fileprivate func firstIndex(of byte: UInt8, before end: Int) -> Int? {
        prefix(end).lastIndex(of: byte)
    }
}
