#if OneDNN
import COneDNN
import BranchyCompute

/// What joins channels, shares them out or deals them anew: copies of pixels, whose channels lie side
/// by side.
extension ProgramCompiler {
    mutating func lowerConcatenation(_ instruction: Program.Instruction) throws(EngineError) {
        let result = instruction.results[0]
        var arguments: [Argument] = []
        for (index, operand) in instruction.operands.enumerated() {
            arguments.append(Argument(.oneOfSources(index), try imageView(of: operand)))
        }
        let sources = arguments.map(\.view.layout.descriptor)
        var layout = try imageLayout(of: result)
        let descriptor = try library.descriptor(of: instruction.operation.description) {
            descriptor, engine, _ in
            conednn_concatenate(
                &descriptor, engine, Int32(sources.count), sources, &layout.descriptor)
        }
        arguments.append(Argument(.result, try self.result(result, layout)))
        try append(descriptor, for: instruction.operation.description, arguments)
        try finish(result)
    }

    mutating func lowerSelection(
        _ range: Range<Int>, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (try imageView(of: instruction.operands[0]), instruction.results[0])
        let some = View(buffer: source.buffer, layout: try source.layout.channels(range))
        try appendReorder(
            some, self.result(result, imageLayout(of: result)),
            for: instruction.operation.description)
        try finish(result)
    }

    mutating func lowerShuffle(
        _ groups: Int, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (try imageView(of: instruction.operands[0]), instruction.results[0])
        var layout = source.layout
        let size = Int64(layout.dimensions[1] / groups)
        let descriptor = try library.descriptor(of: instruction.operation.description) {
            descriptor, engine, _ in
            conednn_shuffle(&descriptor, engine, size, &layout.descriptor)
        }
        try append(
            descriptor, for: instruction.operation.description,
            [Argument(.source, source), Argument(.result, self.result(result, layout))])
        try finish(result)
    }
}
#endif
