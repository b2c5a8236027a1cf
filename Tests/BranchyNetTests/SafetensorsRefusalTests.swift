import BranchyNet
import Testing

/// A header, how many bytes of numbers follow, and what the message has to say.
struct Refusal: CustomTestStringConvertible {
    let header: [UInt8]
    let zeros: Int
    let message: String

    init(_ header: String, zeros: Int = 0, _ message: String) {
        self.init(Array(header.utf8), zeros: zeros, message)
    }

    init(_ header: [UInt8], zeros: Int = 0, _ message: String) {
        self.header = header
        self.zeros = zeros
        self.message = message
    }

    var testDescription: String { String(decoding: header.prefix(60), as: UTF8.self) }
}

struct SafetensorsRefusalTests {
    @Test(arguments: [
        Refusal("{" + entry("t", [1], 4, 8) + "}", zeros: 8, "offset 0 on"),
        Refusal(
            "{" + entry("t", [1], 0, 4) + "," + entry("u", [1], 8, 12) + "}", zeros: 12,
            "tensor \"u\": expected numbers from offset 4 on"),
        Refusal(
            "{" + entry("t", [2], 0, 8) + "," + entry("u", [1], 4, 8) + "}", zeros: 8,
            "tensor \"u\": expected numbers from offset 8 on"),
        Refusal("{" + entry("t", [1], 0, 4) + "}", zeros: 5, "expected 4 bytes, found 5"),
        Refusal("{" + entry("t", [1], 0, 4) + "}", zeros: 3, "expected 4 bytes, found 3"),
        Refusal("{}", zeros: 1, "expected 0 bytes, found 1"),
        Refusal("{" + entry("t", [2], 0, 4) + "}", zeros: 4, "expected 8 bytes for shape 2"),
        Refusal("{" + entry("t", [1], 0, 8) + "}", zeros: 8, "expected 4 bytes for shape 1"),
        Refusal("{" + entry("t", [0], 0, 4) + "}", zeros: 4, "expected 0 bytes for shape 0"),
        Refusal(
            "{" + entry("t", [4_294_967_296, 2_147_483_648], 0, 4) + "}", zeros: 4,
            "a shape whose product fits 64 bits"),
        Refusal(
            "{" + entry("t", [4_294_967_296, 1_073_741_824], 0, 4) + "}", zeros: 4,
            "an addressable number of bytes"),
        Refusal("{" + entry("t", [1], 0, Int.max) + "}", zeros: 4, "found offsets 0 to 9223"),
    ])
    func offsetsThatDoNotCoverTheNumbers(_ refusal: Refusal) {
        expect(refusal, .corruptFile)
    }

    @Test(arguments: [
        Refusal("{" + entry("t", [1], 0, 4, type: "f32") + "}", zeros: 4, "found \"f32\""),
        Refusal("{" + entry("t", [1], 0, 4, type: "F33") + "}", zeros: 4, "found \"F33\""),
        Refusal("{" + entry("t", [1], 0, 4, type: "") + "}", zeros: 4, "found \"\""),
    ])
    func unknownElementTypes(_ refusal: Refusal) {
        expect(refusal, .corruptFile)
    }

    @Test(arguments: ["F16", "BF16", "I64", "F4", "BOOL"])
    func knownElementTypesOtherThanF32(type: String) throws {
        let failure = SafetensorsFile.failure(
            SafetensorsFile.bytes("{" + entry("t", [1], 0, 8, type: type) + "}", zeros: 8))
        #expect(failure?.code == .unreadable)
        let message = try #require(failure).message
        #expect(message.contains("tensor \"t\": element type \(type) is not supported"))
    }

    @Test(arguments: [
        Refusal("", "expected '{' as its first byte, found the end"),
        Refusal(" {}", "expected '{' as its first byte, found \" \" at byte 8"),
        Refusal("[]", "expected '{' as its first byte, found \"[\""),
        Refusal("{}\n", "expected only spaces after the last '}', found \"\\n\" at byte 10"),
        Refusal("{} {}", "expected only spaces"),
        Refusal("{}\0", "expected only spaces"),
        Refusal("{", "expected '\"', found the end"),
        Refusal("{\"t", "expected a string's end, found the end"),
        Refusal("{,}", "expected '\"', found \",\""),
        Refusal("{\"t\" 1}", "expected ':', found \"1\""),
        Refusal("{\"t\":1}", "tensor \"t\": expected '{', found \"1\""),
        Refusal("{\"t\":null}", "tensor \"t\": expected '{', found \"n\""),
        Refusal("{\"t\":{}}", "found no dtype, no shape, no data_offsets"),
        Refusal("{" + entry("t", [1], 0, 4) + ",}", zeros: 4, "expected '\"', found \"}\""),
        Refusal("{" + entry("t", [1], 0, 4) + " " + entry("u", [1], 0, 4) + "}", "',' or '}'"),
        Refusal(
            "{" + String(repeating: #""t":{"#, count: 100_000) + "}",
            "tensor \"t\": expected dtype, shape and data_offsets, found \"t\""),
        Refusal(
            #"{"t":{"shape":"# + String(repeating: "[", count: 100_000) + "}",
            "tensor \"t\": expected an integer from 0 on, found \"[\""),
        Refusal(#"{"__metadata__":{"k":{"k":"v"}}}"#, "__metadata__: expected '\"', found \"{\""),
        Refusal(#"{"__metadata__":{"k":1}}"#, "__metadata__: expected '\"', found \"1\""),
        Refusal(#"{"__metadata__":["k"]}"#, "__metadata__: expected '{', found \"[\""),
        Refusal(#"{"__metadata__":null}"#, "__metadata__: expected '{', found \"n\""),
    ])
    func headersOfAnotherStructure(_ refusal: Refusal) {
        expect(refusal, .corruptFile)
    }

    @Test(arguments: [
        Refusal("{" + entry("t", [1], 0, 4) + "," + entry("t", [1], 4, 8) + "}", zeros: 8, "\"t\""),
        Refusal(
            "{" + entry("t", [1], 0, 4) + "," + entry(#"\u0074"#, [1], 4, 8) + "}", zeros: 8,
            "\"t\""),
        // One name in two normal forms, which Swift holds for equal.
        Refusal(
            "{" + entry("\u{E9}", [0], 0, 0) + "," + entry("e\u{301}", [0], 0, 0) + "}",
            "\"e\u{301}\""),
        Refusal(#"{"__metadata__":{},"__metadata__":{}}"#, "\"__metadata__\""),
        Refusal(#"{"__metadata__":{"k":"v","k":"v"}}"#, "\"k\""),
        Refusal(#"{"t":{"dtype":"F32","dtype":"F32"}}"#, "\"dtype\""),
    ])
    func duplicates(_ refusal: Refusal) {
        let again = Refusal(
            refusal.header, zeros: refusal.zeros,
            "expected each name once, found \(refusal.message) again")
        expect(again, .corruptFile)
    }

    @Test(arguments: [
        "-1", "-0", "01", "1.0", "1e2", "+1", "9223372036854775808", "\"1\"", "true", "1,",
    ])
    func sizesThatAreNoIntegersFromZeroOn(size: String) {
        let header = #"{"t":{"dtype":"F32","shape":[\#(size)],"data_offsets":[0,0]}}"#
        expect(Refusal(header, "tensor \"t\": expected "), .corruptFile)
    }

    @Test(arguments: ["", "0", "0,0,0", "[0,0]"])
    func offsetsThatAreNotTwo(offsets: String) {
        let header = #"{"t":{"dtype":"F32","shape":[0],"data_offsets":[\#(offsets)]}}"#
        expect(Refusal(header, "tensor \"t\": expected "), .corruptFile)
    }

    @Test(arguments: ["dtype", "shape", "data_offsets"])
    func entriesWithoutAField(missing: String) {
        let fields = [
            "dtype": #""dtype":"F32""#, "shape": #""shape":[0]"#,
            "data_offsets": #""data_offsets":[0,0]"#,
        ]
        let others = fields.filter { $0.key != missing }.values.joined(separator: ",")
        expect(Refusal("{\"t\":{\(others)}}", "no \(missing)"), .corruptFile)
        let more = fields.values.joined(separator: ",") + #","x":0"#
        expect(Refusal("{\"t\":{\(more)}}", "shape and data_offsets, found \"x\""), .corruptFile)
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func namesThatAreNotUTF8(name: [UInt8]) {
        let header = Array("{\"".utf8) + name + Array("\":{}}".utf8)
        expect(Refusal(header, "header: expected UTF-8, found"), .corruptFile)
    }

    @Test(arguments: [
        #"\x"#, #"\"#, #"\u12"#, #"\u+123"#, #"\u-123"#, #"\u 123"#, #"\uD83D"#, #"\uDE00"#,
        #"\uD83Dx"#, #"\uD83D\n"#, #"\uD83DA"#, "\n", "\u{1F}",
    ])
    func stringsThatAreNotJSON(text: String) {
        expect(
            Refusal("{\"__metadata__\":{\"\(text)\":\"\"}}", "__metadata__: expected"), .corruptFile
        )
    }

    @Test func headersThatTheFileDoesNotHave() {
        for count in 0..<8 {
            let failure = SafetensorsFile.failure([UInt8](repeating: 0, count: count))
            #expect(failure?.message.contains("expected 8 bytes, found \(count)") == true)
        }
        let tooLong = SafetensorsFile.failure([3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
        #expect(tooLong?.message.contains("header: expected 3 bytes, found 2") == true)
        let absurd = SafetensorsFile.failure([UInt8](repeating: 0xFF, count: 8))
        #expect(absurd?.message.contains("found 18446744073709551615") == true)
    }

    @Test func headersBeyondTheLimit() throws {
        let limit: [UInt8] = [0x00, 0xE1, 0xF5, 0x05, 0, 0, 0, 0]
        let atLimit = SafetensorsFile.failure(limit + Array("{}".utf8))
        #expect(atLimit?.message.contains("header: expected 100000000 bytes, found 2") == true)
        let beyond = SafetensorsFile.failure([0x01] + limit.dropFirst() + Array("{}".utf8))
        #expect(beyond?.message.contains("length: expected at most 100000000, found 1000") == true)
    }

    private func expect(
        _ refusal: Refusal, _ code: ModelError.Code, at location: SourceLocation = #_sourceLocation
    ) {
        let failure = SafetensorsFile.failure(
            SafetensorsFile.bytes(refusal.header, zeros: refusal.zeros))
        #expect(failure?.code == code, sourceLocation: location)
        let message = failure?.message ?? ""
        #expect(message.contains(refusal.message), "\(message)", sourceLocation: location)
        #expect(message.hasPrefix("a.safetensors: "), sourceLocation: location)
    }
}
