#if ONNX
public import BranchyNet
import SwiftProtobuf

/// A model's network as ONNX files of opset 17, which ONNX Runtime and others read.
///
///     let model = try ModelFolder("models/b-lenet").read()
///     let exported = try ExportedNetwork(model, as: .nestedIf)
///     for graph in exported.graphs { print(graph.fileName, graph.bytes.count) }
///
/// Numbers are 32-bit floats, and parameters keep their names, which are PyTorch's. Operations are those
/// that ``BranchyNet/BranchedNetwork/inferenceProgram()`` has: what a branch and the next stage both begin
/// with is done once, before both.
///
/// References: ONNX, *Open Neural Network Exchange Intermediate Representation Specification* and
/// *Operator Schemas*, <https://onnx.ai/onnx/>.
public struct ExportedNetwork: Sendable {
    /// The version of ONNX's operators that files are written in.
    public static let opset = 17
    /// The version of ONNX's format, the one that came with the opset.
    public static let formatVersion = 8
    /// Readers of ONNX follow messages within messages a hundred deep, and a decision takes three.
    public static let mostDecisions = 30

    /// What there are files of.
    public enum Form: String, CaseIterable, Hashable, Sendable, Codable {
        /// One for each stage and one for each branch: who runs them decides after each branch. Any
        /// number of images at once.
        case stages
        /// One graph that gives the logits of all exits. Any number of images at once.
        case allExits = "all-exits"
        /// One graph that answers by the model's policy and computes nothing behind the exit, by
        /// ONNX's `If`. One image at a time.
        case nestedIf = "nested-if"
    }

    /// A value that a graph reads or gives.
    public struct Port: Hashable, Sendable, Codable {
        /// What its numbers are.
        public enum Element: String, Hashable, Sendable, Codable {
            case float32, uint8, int64
        }

        /// As runtimes know it.
        public let name: String
        /// What its numbers are.
        public let element: Element
        /// The sizes, outermost first; `nil` where it is the number of images, which may be any.
        public let shape: [Int?]
    }

    /// One file.
    public struct Graph: Sendable {
        /// What the file is called: `stage0.onnx`.
        public let fileName: String
        /// The exit whose logits it gives, where that is one alone.
        public let exit: Int?
        /// What it reads: the image, or what graphs before it gave, by the same names.
        public let inputs: [Port]
        /// What it gives.
        public let outputs: [Port]
        /// The file's content.
        public let bytes: [UInt8]
    }

    /// The form.
    public let form: Form
    /// The files, in the order in which they run.
    public let graphs: [Graph]

    /// Writes a model's network.
    ///
    /// - Parameters:
    ///   - form: what there are files of.
    ///   - preparesImages: whether graphs read the bytes of images, `[N, height, width, channels]`, and
    ///     make of them what the network reads (`Preprocessing`); else they read that.
    ///   - version: that of the program that exports, for the files.
    /// - Throws: ``ONNXError`` of code `unsupported` where a file would be larger than the format can
    ///   tell, or the policy is none that a graph can follow; `PolicyError` where a graph is to decide
    ///   and the model keeps no policy; `NetworkError` and `EngineError` where network or parameters
    ///   are none.
    public init(
        _ model: TrainedModel, as form: Form, preparesImages: Bool = false, version: String = ""
    ) throws {
        let exporter = try Exporter(model, preparesImages: preparesImages, version: version)
        self.form = form
        graphs =
            switch form {
            case .stages: try exporter.stages()
            case .allExits: [try exporter.allExits()]
            case .nestedIf: [try exporter.nestedIf()]
            }
    }
}
#endif
