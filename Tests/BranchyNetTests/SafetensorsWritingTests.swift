import BranchyCompute
import BranchyNet
import Testing

/// A file made by Python's safetensors 0.8.0:
///
/// ```python
/// import numpy as np
/// from safetensors.numpy import save
///
/// tensors = {
///     "conv.weight": np.array([[1, -2.5, 3e-38], [np.inf, 0, -0.0]], np.float32),
///     "conv.bias": np.array([0.1, 16777216], np.float32),
///     "Zero": np.zeros((0, 4), np.float32),
///     "scalar": np.array(7, np.float32),
///     "\u00e9 \"\\/\n\u0001\u007f": np.array([1], np.float32),
/// }
/// data = save(tensors, metadata={"note": "\ttab \u2028 \U0001f600"})
/// length = int.from_bytes(data[:8], "little")
/// print(data[8:8 + length].decode(), data[8 + length:].hex())
/// ```
private let fromPython: [UInt8] = {
    let header =
        #"{"__metadata__":{"note":"\ttab "# + "\u{2028} \u{1F600}\"},"
        + #""Zero":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},"#
        + #""conv.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""conv.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},"#
        + #""scalar":{"dtype":"F32","shape":[],"data_offsets":[32,36]},"#
        + "\"\u{E9} " + #"\"\\/\n\u0001"# + "\u{7F}"
        + #"":{"dtype":"F32","shape":[1],"data_offsets":[36,40]}}   "#
    let numbers: [UInt32] = [
        0x3DCC_CCCD, 0x4B80_0000, 0x3F80_0000, 0xC020_0000, 0x0123_55E6, 0x7F80_0000, 0,
        0x8000_0000,
        0x40E0_0000, 0x3F80_0000,
    ]
    return SafetensorsFile.bytes(header)
        + numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
}()

private func content() -> Safetensors {
    var tensors = ParameterStore()
    tensors["conv.weight"] = Tensor([2, 3], [1, -2.5, 3e-38, .infinity, 0, -0.0])
    tensors["conv.bias"] = Tensor([2], [0.1, 16_777_216])
    tensors["Zero"] = Tensor([0, 4], [])
    tensors["scalar"] = Tensor([], [7])
    tensors["\u{E9} \"\\/\n\u{1}\u{7F}"] = Tensor([1], [1])
    return Safetensors(tensors, metadata: ["note": "\ttab \u{2028} \u{1F600}"])
}

private func parse(_ bytes: [UInt8]) throws -> Safetensors {
    try Safetensors(parsing: bytes, source: "a.safetensors")
}

struct SafetensorsWritingTests {
    @Test func writesTheBytesOfThePythonLibrary() {
        #expect(fromPython.count == 408)
        #expect(content().serialized() == fromPython)
    }

    @Test func readsTheBytesOfThePythonLibrary() throws {
        let read = try parse(fromPython)
        #expect(read.metadata == content().metadata)
        #expect(read.tensors.count == 5)
        for (name, tensor) in content().tensors {
            #expect(read.tensors[name] == tensor)
        }
        #expect(read.tensors.names.prefix(2) == ["Zero", "conv.bias"])
    }

    @Test func keepsEveryBitOfANumber() throws {
        let patterns: [UInt32] = [
            0x7FC0_0001, 0xFF80_0001, 1, 0x807F_FFFF, 0x8000_0000, 0x0102_0304,
        ]
        var tensors = ParameterStore()
        tensors["t"] = Tensor([patterns.count], patterns.map(Float.init(bitPattern:)))
        let read = try parse(Safetensors(tensors).serialized())
        #expect(read.tensors["t"]?.scalars.map(\.bitPattern) == patterns)
    }

    @Test func writesEqualBytesForEqualContentInAnotherOrder() {
        let keys = (0..<20).map { "key\($0)" }
        var forward = Safetensors(ParameterStore())
        var backward = forward
        for key in keys {
            forward.tensors[key] = Tensor([1], [1])
            forward.metadata[key] = key
        }
        for key in keys.reversed() {
            backward.tensors[key] = Tensor([1], [1])
            backward.metadata[key] = key
        }
        #expect(forward.serialized() == backward.serialized())
    }

    @Test func sortsNamesByTheirBytes() throws {
        // By Unicode's rules the decomposed letter would come first, as its equal does.
        let names = ["Z", "a", "e\u{301}", "f", "\u{E0}"]
        var tensors = ParameterStore()
        for name in names.reversed() { tensors[name] = Tensor([0], []) }
        #expect(try parse(Safetensors(tensors).serialized()).tensors.names == names)
    }

    @Test(arguments: 0..<17)
    func alignsTheNumbers(nameLength: Int) throws {
        var tensors = ParameterStore()
        tensors[String(repeating: "n", count: nameLength)] = Tensor([1], [1])
        let bytes = Safetensors(tensors).serialized()
        #expect((bytes.count - 4).isMultiple(of: 8))
        #expect(try parse(bytes).tensors == tensors)
    }

    @Test func everyTruncationIsRefused() {
        for count in fromPython.indices {
            #expect(SafetensorsFile.failure(Array(fromPython.prefix(count)))?.code == .corruptFile)
        }
    }

    @Test func everyFlippedBitIsReadOrRefused() {
        for index in fromPython.indices {
            for bit in 0..<8 {
                var bytes = fromPython
                bytes[index] ^= 1 << bit
                do {
                    _ = try parse(bytes)
                } catch {
                    #expect(error is ModelError)
                }
            }
        }
    }

    @Test func refusesATensorWithTheNameOfTheMetadata() async {
        await #expect(processExitsWith: .failure) {
            var tensors = ParameterStore()
            tensors["__metadata__"] = Tensor([0], [])
            _ = Safetensors(tensors).serialized()
        }
    }

    #if !DEBUG
    // Takes ten seconds where nothing is optimized.
    @Test func refusesAHeaderThatNobodyWouldRead() async {
        await #expect(processExitsWith: .failure) {
            let text = String(repeating: "x", count: Safetensors.headerLimit)
            _ = Safetensors(ParameterStore(), metadata: ["k": text]).serialized()
        }
    }
    #endif
}
