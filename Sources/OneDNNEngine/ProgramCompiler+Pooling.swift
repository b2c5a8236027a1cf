#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    mutating func lower(
        _ pooling: Program.Operation.Pooling, averages: Bool = false,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let sourceView = try imageView(of: source)
        let window = window(
            pooling, averages: averages, source: dimensions(of: source),
            result: dimensions(of: result))
        let descriptor = try poolingForward(
            window, trains: pooling.recordsSelection, activation: pooling.activation,
            source: sourceView.layout, result: dimensions(of: result))
        var arguments = [
            (DNNL_ARG_SRC, sourceView),
            (DNNL_ARG_DST, try self.result(result, wanted(descriptor, DNNL_ARG_DST))),
        ]
        if pooling.recordsSelection {
            let selection = wanted(descriptor, DNNL_ARG_WORKSPACE)
            arguments.append(
                (DNNL_ARG_WORKSPACE, try self.result(instruction.results[1], selection)))
        }
        try append(descriptor, for: instruction.operation.description, arguments)
        try finish(result)
    }

    /// One window that covers the whole image.
    mutating func lowerGlobalAveragePooling(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let sourceView = try imageView(of: source)
        let descriptor = try poolingForward(
            globalWindow(over: dimensions(of: source)), trains: false, activation: nil,
            source: sourceView.layout, result: dimensions(of: result) + [1, 1])
        let resultView = try self.result(
            result, .plain(dimensions(of: result), dataType(of: result)))
        try append(
            descriptor, for: instruction.operation.description,
            [
                (DNNL_ARG_SRC, sourceView),
                (
                    DNNL_ARG_DST,
                    View(buffer: resultView.buffer, layout: wanted(descriptor, DNNL_ARG_DST))
                ),
            ])
        try finish(result)
    }

    /// Also the hint that the derivative's descriptor is made from.
    private func poolingForward(
        _ window: conednn_window, trains: Bool, activation: Program.Operation.Activation?,
        source: Layout, result: [Int]
    ) throws(EngineError) -> Handle {
        var (source, destination) = (source, try Layout.channelsLast(result, source.type))
        let activation = try conednn_activation(activation)
        return try library.descriptor(of: window.averages ? "average pooling" : "max pooling") {
            descriptor, engine, _ in
            conednn_pooling_forward(
                &descriptor, engine, trains, activation, &source.descriptor,
                &destination.descriptor, window)
        }
    }

    private func window(
        _ pooling: Program.Operation.Pooling, averages: Bool, source: [Int], result: [Int]
    ) -> conednn_window {
        // How far the last windows reach over the edge, where sizes are rounded up.
        let overhang = { (dimension: Int) in
            let end = (result[dimension] - 1) * pooling.stride + pooling.kernelSize
            return Int64(max(0, end - source[dimension]))
        }
        let size = Int64(pooling.kernelSize)
        return conednn_window(
            averages: averages, kernel_height: size, kernel_width: size,
            stride: Int64(pooling.stride), padding_bottom: overhang(2), padding_right: overhang(3))
    }

    private func globalWindow(over source: [Int]) -> conednn_window {
        conednn_window(
            averages: true, kernel_height: Int64(source[2]), kernel_width: Int64(source[3]),
            stride: 1, padding_bottom: 0, padding_right: 0)
    }
}

// MARK: Derivatives

extension ProgramCompiler {
    mutating func lowerGradient(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (selection, gradient) = (instruction.operands[0], instruction.operands[1])
        let window = window(
            pooling, averages: false, source: dimensions(of: instruction.results[0]),
            result: dimensions(of: gradient))
        let descriptor = try poolingBackward(
            window, instruction, gradient: dimensions(of: gradient))
        let selectionLayout = wanted(descriptor, DNNL_ARG_WORKSPACE)
        try appendGradient(
            descriptor, instruction,
            [
                (DNNL_ARG_WORKSPACE, view(of: selection, as: selectionLayout)),
                (DNNL_ARG_DIFF_DST, view(of: gradient, as: wanted(descriptor, DNNL_ARG_DIFF_DST))),
            ])
    }

    mutating func lowerAverageGradient(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let gradient = instruction.operands[0]
        let window = window(
            pooling, averages: true, source: dimensions(of: instruction.results[0]),
            result: dimensions(of: gradient))
        let descriptor = try poolingBackward(
            window, instruction, gradient: dimensions(of: gradient))
        try appendGradient(
            descriptor, instruction,
            [(DNNL_ARG_DIFF_DST, view(of: gradient, as: wanted(descriptor, DNNL_ARG_DIFF_DST)))])
    }

    mutating func lowerGlobalAverageGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (gradient, result) = (instruction.operands[0], instruction.results[0])
        let descriptor = try poolingBackward(
            globalWindow(over: dimensions(of: result)), instruction,
            gradient: dimensions(of: gradient) + [1, 1])
        let means = View(
            buffer: try plainView(of: gradient).buffer,
            layout: wanted(descriptor, DNNL_ARG_DIFF_DST))
        try appendGradient(descriptor, instruction, [(DNNL_ARG_DIFF_DST, means)])
    }

    private func poolingBackward(
        _ window: conednn_window, _ instruction: Program.Instruction, gradient: [Int]
    ) throws(EngineError) -> Handle {
        var sourceLayout = try imageLayout(of: instruction.results[0])
        var gradientLayout = try Layout.channelsLast(gradient, sourceLayout.type)
        let forward = try poolingForward(
            window, trains: true, activation: nil, source: sourceLayout, result: gradient)
        return try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_pooling_backward(
                &$0, $1, $2, &sourceLayout.descriptor, &gradientLayout.descriptor, window)
        }
    }

    /// Appends a derivative by the source, the instruction's first result.
    mutating func appendGradient(
        _ descriptor: Handle, _ instruction: Program.Instruction, _ arguments: [(Int32, View)]
    ) throws(EngineError) {
        let result = instruction.results[0]
        let target = try self.result(result, wanted(descriptor, DNNL_ARG_DIFF_SRC))
        try append(
            descriptor, for: instruction.operation.description,
            arguments + [(DNNL_ARG_DIFF_SRC, target)])
        try finish(result)
    }
}
#endif
