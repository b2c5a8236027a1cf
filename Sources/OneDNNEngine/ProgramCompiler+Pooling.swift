#if OneDNN
import COneDNN
import Compute

extension ProgramCompiler {
    mutating func lower(
        _ pooling: Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let sourceView = try view(of: source, as: .channelsLast(dimensions(of: source)))
        let descriptor = try poolingForward(
            pooling, source: sourceView.layout, result: dimensions(of: result))
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

    /// Also the hint that the derivative's descriptor is made from.
    private func poolingForward(
        _ pooling: Operation.Pooling, source: Layout, result: [Int]
    ) throws(EngineError) -> Handle {
        var source = source
        var destination = try Layout.any(result)
        let padding = endPadding(pooling, source: source.dimensions, result: result)
        return try library.descriptor(of: Operation.maxPooling(pooling).description) {
            descriptor, engine, _ in
            conednn_max_pooling_forward(
                &descriptor, engine, pooling.recordsSelection,
                pooling.activation != nil, &source.descriptor,
                &destination.descriptor, Int64(pooling.kernelSize), Int64(pooling.stride),
                padding.bottom, padding.right)
        }
    }

    /// How far the last windows reach over the edge, where sizes are rounded up.
    private func endPadding(
        _ pooling: Operation.Pooling, source: [Int], result: [Int]
    ) -> (bottom: Int64, right: Int64) {
        let overhang = { (dimension: Int) in
            let end = (result[dimension] - 1) * pooling.stride + pooling.kernelSize
            return Int64(max(0, end - source[dimension]))
        }
        return (overhang(2), overhang(3))
    }

    mutating func lowerGradient(
        _ pooling: Operation.Pooling, _ source: Shape, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (selection, gradient) = (instruction.operands[0], instruction.operands[1])
        let result = instruction.results[0]
        var sourceLayout = try Layout.channelsLast(dimensions(of: result))
        let forward = try poolingForward(
            pooling, source: sourceLayout, result: dimensions(of: gradient))
        var gradientLayout = wanted(forward, DNNL_ARG_DST)
        let padding = endPadding(
            pooling, source: dimensions(of: result), result: dimensions(of: gradient))
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_max_pooling_backward(
                &$0, $1, $2, &sourceLayout.descriptor,
                &gradientLayout.descriptor, Int64(pooling.kernelSize), Int64(pooling.stride),
                padding.bottom, padding.right)
        }
        try append(
            descriptor, for: instruction.operation.description,
            [
                (
                    DNNL_ARG_DIFF_DST,
                    view(of: gradient, as: wanted(descriptor, DNNL_ARG_DIFF_DST))
                ),
                (
                    DNNL_ARG_WORKSPACE,
                    view(of: selection, as: wanted(descriptor, DNNL_ARG_WORKSPACE))
                ),
                (
                    DNNL_ARG_DIFF_SRC,
                    self.result(result, wanted(descriptor, DNNL_ARG_DIFF_SRC))
                ),
            ])
        try finish(result)
    }
}
#endif
