import BranchyCompute
import BranchyNet
import Testing

private func parse(_ bytes: [UInt8]) throws -> Safetensors {
    try Safetensors(parsing: bytes, source: "a.safetensors")
}

struct SafetensorsReadingTests {
    @Test func readsTensorsInTheOrderOfTheirNumbers() throws {
        let header =
            "{" + entry("z", [1, 2], 0, 8) + ", " + entry("a", [], 8, 12)
            + #" , "__metadata__" : { "k" : "v" } }"#
        var bytes = SafetensorsFile.bytes(header, zeros: 12)
        bytes.replaceSubrange(
            bytes.count - 12..<bytes.count, with: [0, 0, 128, 63, 0, 0, 0, 192, 0, 0, 0, 63])
        let content = try parse(bytes)
        #expect(content.tensors.names == ["z", "a"])
        #expect(content.tensors["z"] == Tensor([1, 2], [1, -2]))
        #expect(content.tensors["a"] == Tensor([], [0.5]))
        #expect(content.metadata == ["k": "v"])
    }

    @Test func takesTheOrderFromTheOffsetsNotFromTheHeader() throws {
        let header = "{" + entry("a", [1], 4, 8) + "," + entry("b", [1], 0, 4) + "}"
        #expect(try parse(SafetensorsFile.bytes(header, zeros: 8)).tensors.names == ["b", "a"])
    }

    @Test(arguments: ["{}", "{ }", "{}  ", "{\n\t\r}"])
    func readsAFileOfNothing(header: String) throws {
        #expect(try parse(SafetensorsFile.bytes(header)) == Safetensors(ParameterStore()))
    }

    @Test func readsEmptyTensorsWhereverTheirEntriesStand() throws {
        let header =
            "{" + entry("a", [1], 0, 4) + "," + entry("b", [0, 3], 0, 0) + ","
            + entry("c", [0], 4, 4) + "}"
        #expect(
            try parse(SafetensorsFile.bytes(header, zeros: 4)).tensors.names == ["b", "a", "c"])
    }

    @Test func readsEveryEscape() throws {
        let header = #"{"__metadata__":{"k":"\"\\\/\b\f\n\r\t\u00e9\u2028\uD83D\uDE00"}}"#
        let expected = "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{2028}\u{1F600}"
        #expect(try parse(SafetensorsFile.bytes(header)).metadata == ["k": expected])
    }

    @Test func namesFilePlaceExpectedAndFound() {
        let header = "{" + entry("conv.weight", [2, 2], 0, 12) + "}"
        #expect(
            SafetensorsFile.failure(SafetensorsFile.bytes(header, zeros: 12))?.message
                == #"a.safetensors: tensor "conv.weight": expected 16 bytes for shape 2x2, "#
                + "found offsets 0 to 12")
    }

    @Test func cutsAndEscapesNamesInMessages() throws {
        let name = #"\u001b"# + String(repeating: "x", count: 79)
        let shown = #""\u{1B}"# + String(repeating: "x", count: 79) + "\""
        let whole = SafetensorsFile.failure(
            SafetensorsFile.bytes("{" + entry(name, [1], 4, 8) + "}"))
        #expect(try #require(whole).message.contains("tensor \(shown): "))
        let cut = SafetensorsFile.failure(
            SafetensorsFile.bytes("{" + entry(name + "y", [1], 4, 8) + "}"))
        #expect(try #require(cut).message.contains("tensor \(shown)...: "))
    }
}
