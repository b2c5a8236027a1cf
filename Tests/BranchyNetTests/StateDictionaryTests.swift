import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// PyTorch's state dicts are read by name; what does not fit is listed.
struct StateDictionaryTests {
    private static let network = BranchedNetwork("n", inputShape: [1, 4, 4], classCount: 2) {
        Conv2D("conv", inputChannels: 1, outputChannels: 2, kernelSize: 3, hasBias: false)
        BatchNorm2D("bn", channels: 2)
        GlobalAveragePool2D()
    }

    /// A safetensors file of tensors with their types, shapes and bytes.
    private static func file(
        _ tensors: [(name: String, type: String, shape: [Int], bytes: [UInt8])]
    )
        -> [UInt8]
    {
        var (entries, data) = ([String](), [UInt8]())
        for (name, type, shape, bytes) in tensors {
            entries.append(
                #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"#
                    + #""data_offsets":[\#(data.count),\#(data.count + bytes.count)]}"#)
            data += bytes
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
    }

    private static func floats(_ values: [Float]) -> [UInt8] {
        values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
    }

    private static var tensors: [(name: String, type: String, shape: [Int], bytes: [UInt8])] {
        [
            ("bn.num_batches_tracked", "I64", [], Array(repeating: 1, count: 8)),
            ("conv.weight", "F32", [2, 1, 3, 3], floats(Array(repeating: 0.25, count: 18))),
            // 1 and -2 as halves and as bfloat16.
            ("bn.weight", "F16", [2], [0x00, 0x3C, 0x00, 0xC0]),
            ("bn.bias", "BF16", [2], [0x80, 0x3F, 0x00, 0xC0]),
            ("bn.running_mean", "F32", [2], floats([3, 4])),
            ("bn.running_var", "F32", [2], floats([5, 6])),
        ]
    }

    private static func read(
        _ tensors: [(name: String, type: String, shape: [Int], bytes: [UInt8])]
    ) throws -> StateDictionary {
        try withTemporaryFolder { folder in
            try StateDictionary(
                contentsOf: write(file(tensors), to: "weights.safetensors", in: folder))
        }
    }

    @Test func parametersOfAllFloatingPointTypesAreReadInTheNetworksOrder() throws {
        let dictionary = try Self.read(Self.tensors)
        let parameters = try dictionary.parameters(for: Self.network)
        #expect(dictionary.leftOut == ["bn.num_batches_tracked"])
        #expect(
            parameters.names == [
                "conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
            ])
        #expect(parameters["bn.weight"]?.scalars == [1, -2])
        #expect(parameters["bn.bias"]?.scalars == [1, -2])
        #expect(parameters["bn.running_var"]?.scalars == [5, 6])
    }

    @Test func whatIsMissingSuperfluousOrOfOtherSizesIsListed() throws {
        var tensors = Self.tensors
        tensors[1].shape = [1, 2, 3, 3]
        tensors[5].name = "bn.variance"
        let dictionary = try Self.read(tensors)
        #expect {
            try dictionary.parameters(for: Self.network)
        } throws: { error in
            "\(error)".hasSuffix(
                "not the parameters of 'n': missing: bn.running_var; not in the network: bn.variance; "
                    + "of other sizes: conv.weight (1x2x3x3, expected 2x1x3x3)")
        }
    }

    @Test(arguments: ["F4", "X9"]) func elementTypesOfUnknownSizeAreRefused(type: String) {
        #expect(throws: ModelError.self) { try Self.read([("t", type, [2], [1])]) }
    }

    @Test func lengthsOfOtherTypesAreCheckedToo() {
        #expect(throws: ModelError.self) { try Self.read([("t", "F16", [2], [0, 0, 0])]) }
        #expect(throws: ModelError.self) { try Self.read([("t", "I64", [2], [0, 0, 0])]) }
    }
}
