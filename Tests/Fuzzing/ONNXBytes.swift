#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX

/// An ONNX file, whose network has to be one and to have just the parameters that were read.
enum ONNXBytes {
    static func read(_ input: [UInt8], in folder: String) throws {
        let imported = try ImportedNetwork(parsing: input, folder: folder, name: "input")
        let program = try imported.network.plainProgram().program
        for port in program.parameters {
            try FuzzFinding.require(
                imported.parameters[port.name]?.shape == program.type(of: port.value).shape,
                "parameter \(port.name) is missing or of other sizes")
        }
        try FuzzFinding.require(
            imported.parameters.count == program.parameters.count, "parameters without a layer")
    }
}
#endif
