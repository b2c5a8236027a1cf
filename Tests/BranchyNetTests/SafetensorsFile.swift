import BranchyNet
import Testing

/// Files made by hand, for tests.
enum SafetensorsFile {
    /// A file with this header, and zeros for numbers.
    static func bytes(_ header: String, zeros: Int = 0) -> [UInt8] {
        bytes(Array(header.utf8), zeros: zeros)
    }

    static func bytes(_ header: [UInt8], zeros: Int = 0) -> [UInt8] {
        let length = UInt64(header.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            + header + [UInt8](repeating: 0, count: zeros)
    }

    /// How parsing fails; a test that expects so fails where it succeeds.
    static func failure(_ bytes: [UInt8]) -> ModelError? {
        #expect(throws: ModelError.self) {
            _ = try Safetensors(parsing: bytes, source: "a.safetensors")
        }
    }
}

/// An entry of a header.
func entry(
    _ name: String, _ shape: [Int], _ begin: Int, _ end: Int, type: String = "F32"
) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
}
