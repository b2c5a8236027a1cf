#if ONNX
import BranchyCompute
import BranchyNet
import SwiftProtobuf

extension GraphBuilder {
    /// The most bytes that the parameters of a file may have, so that all of it can be told in 31 bits.
    private static let limit = ONNXFile.limit - 1 << 24

    /// The bytes of a file that holds the graph.
    ///
    /// - Parameters:
    ///   - name: of the graph.
    ///   - version: of the program that exports.
    /// - Throws: ``ONNXError`` of code `unsupported` where it is too large.
    func file(name: String, version: String) throws -> [UInt8] {
        let size = graph.initializer.reduce(0) { $0 + $1.rawData.count }
        guard size <= Self.limit else {
            throw ONNXError.unsupported(
                "\(name): parameters of \(size) bytes, expected at most \(Self.limit) in a file of ONNX; "
                    + "the form stages has a file for each stage")
        }
        var opset = Onnx_OperatorSetIdProto()
        opset.version = Int64(ExportedNetwork.opset)
        var model = Onnx_ModelProto()
        model.irVersion = Int64(ExportedNetwork.formatVersion)
        (model.producerName, model.producerVersion) = ("branchynet", version)
        model.opsetImport = [opset]
        model.graph = graph
        model.graph.name = name
        return try model.serializedBytes()
    }
}

// MARK: - Preparation

extension ProgramWriter {
    /// Begins with the bytes of images, `[N, height, width, channels]`, and makes of them what the network
    /// reads: the same product and sum as `Preprocessing`, in the same order.
    mutating func writePreparation(_ preprocessing: Preprocessing, of image: Program.Port) {
        let lines = preprocessing.mean.indices.map { preprocessing.line(ofChannel: $0) }
        let sizes = [1, lines.count, 1, 1]
        let planes = builder.append("Transpose", [image.name], [.integers("perm", [0, 3, 1, 2])])
        let floats = builder.append("Cast", [planes], [.integer("to", 1)])
        let scaled = builder.append(
            "Mul", [floats, builder.constant(lines.map(\.scale), sizes)])
        let name = builder.append(
            "Add", [scaled, builder.constant(lines.map(\.offset), sizes)])
        if let label = labels[image.value] { builder.renameLast(to: label) }
        names[image.value] = labels[image.value] ?? name
    }
}
#endif
