#if ONNX
import BranchyCompute

/// Writes the instructions of a program as nodes of a graph, with the parameters that they read.
///
/// What a node is called that has parameters is the path of its layer.
struct ProgramWriter {
    let program: Program
    let parameters: ParameterStore
    var builder = GraphBuilder()
    /// What values are called in the graph.
    var names: [Program.Value: String]
    /// What values are to be called that others know by a name.
    var labels: [Program.Value: String] = [:]
    private let ports: [Program.Value: Program.Port]

    /// - Parameter names: of the values that are there already.
    init(
        _ program: Program, _ parameters: ParameterStore, names: [Program.Value: String] = [:]
    ) {
        (self.program, self.parameters, self.names) = (program, parameters, names)
        ports = program.parameters.reduce(into: [:]) { $0[$1.value] = $1 }
    }

    /// Writes all instructions of a segment.
    ///
    /// - Throws: ``ONNXError`` of code `unsupported` for an operation of training alone, `EngineError`
    ///   where a parameter is missing or of another shape.
    mutating func write(segment: Int) throws {
        for instruction in program.segments[segment].instructions { try write(instruction) }
    }

    private mutating func write(_ instruction: Program.Instruction) throws {
        for operand in instruction.operands { try addTensor(of: operand) }
        let name = try write(instruction.operation, Operands(instruction, of: self))
        let result = instruction.results[0]
        if let label = labels[result] { builder.renameLast(to: label) }
        names[result] = labels[result] ?? name
    }

    private mutating func addTensor(of value: Program.Value) throws {
        guard names[value] == nil, let port = ports[value] else { return }
        builder.addTensor(port.name, try program.tensor(for: port, in: parameters))
        names[value] = port.name
    }

    /// What an instruction reads.
    struct Operands {
        let names: [String]
        /// The shapes, without the batch.
        let shapes: [Shape]
        /// The shape of the result.
        let result: Shape
        /// The path of the layer whose parameters are among them.
        let layer: String?

        fileprivate init(_ instruction: Program.Instruction, of writer: ProgramWriter) {
            names = instruction.operands.map { writer.names[$0] ?? "" }
            shapes = instruction.operands.map { writer.program.type(of: $0).shape }
            result = writer.program.type(of: instruction.results[0]).shape
            let parameter = instruction.operands.lazy.compactMap { writer.ports[$0]?.name }.first
            layer = parameter.map { String($0[..<($0.lastIndex(of: ".") ?? $0.endIndex)]) }
        }
    }
}
#endif
