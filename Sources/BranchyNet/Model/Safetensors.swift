public import BranchyCompute

/// The content of a safetensors file: named tensors, and text about them.
///
/// Such a file is the length of a header (64 bits, little-endian), the header (JSON that gives each
/// tensor its element type, shape and place), and the numbers. Reading is stricter than most
/// readers: what the format forbids is refused, duplicate names included.
///
/// ```swift
/// var weights = ParameterStore()
/// weights["linear.bias"] = Tensor([2], [0.5, -0.5])
/// let bytes = Safetensors(weights, metadata: ["format": "pt"]).serialized()
/// let copy = try Safetensors(parsing: bytes, source: "weights.safetensors")
/// ```
///
/// References: *Safetensors*, Hugging Face, section "Format",
/// <https://github.com/huggingface/safetensors>.
public struct Safetensors: Hashable, Sendable {
    /// The tensors, all of 32-bit floats.
    ///
    /// After reading they stand in the order in which their numbers stand in the file, which the
    /// writer sorts by name: it need not be the order in which they were put in.
    public var tensors: ParameterStore

    /// Text by key, in a file under the name `__metadata__`.
    public var metadata: [String: String]

    /// Describes a file.
    public init(_ tensors: ParameterStore, metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The largest header that is read or written, in bytes; other implementations use the same.
    package static let headerLimit = 100_000_000

    /// The bytes before the header: its length.
    static let prefixLength = 8

    /// The name in a header that no tensor can have.
    static let metadataName = "__metadata__"
}
