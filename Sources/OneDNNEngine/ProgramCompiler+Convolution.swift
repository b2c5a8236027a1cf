#if OneDNN
import COneDNN
import BranchyCompute

/// The values of a convolution or fully connected layer, whichever of them are computed.
struct LayerValues {
    let source: Program.Value
    let weight: Program.Value
    let result: Program.Value
    let hasBias: Bool
}

extension ProgramCompiler {
    mutating func lowerConvolution(
        _ convolution: Program.Operation.Convolution, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let layer = try layouts(of: convolution, LayerValues(forwardOf: instruction))
        try appendForward(convolutionForward(convolution, layer), instruction)
    }

    /// Appends a layer of source, weight, maybe bias, and result.
    mutating func appendForward(
        _ descriptor: Handle, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, result) = (instruction.operands, instruction.results[0])
        var arguments = [
            try argument(.source, reading: operands[0], of: descriptor),
            try argument(.weights, readingParameter: operands[1], of: descriptor),
        ]
        if operands.count == 3 {
            arguments.append(Argument(.bias, try plainView(of: operands[2])))
        }
        arguments.append(try argument(.result, writing: result, of: descriptor))
        try append(descriptor, for: instruction.operation.description, arguments)
        try finish(result)
    }

    private func layouts(
        of convolution: Program.Operation.Convolution, _ values: LayerValues
    ) throws(EngineError) -> conednn_convolution {
        let (stride, dilation) = (convolution.stride, convolution.dilation)
        let (padding, weight) = (convolution.padding, dimensions(of: values.weight))
        return conednn_convolution(
            source: try imageLayout(of: values.source).descriptor,
            weights: try weights(of: convolution, values, dataType(of: values.source)).descriptor,
            bias: try Layout.plain([weight[0]]).descriptor,
            destination: try imageLayout(of: values.result).descriptor, has_bias: values.hasBias,
            groups: Int64(convolution.groups), strides: pair(stride.height, stride.width),
            // A window of one row has no gaps, and the library is wrong where it is told of some.
            gaps: pair(
                weight[2] > 1 ? dilation.height - 1 : 0, weight[3] > 1 ? dilation.width - 1 : 0),
            padding_before: pair(padding.top, padding.left),
            padding_behind: pair(padding.bottom, padding.right))
    }

    /// The library counts groups as a dimension of weights.
    private func weights(
        of convolution: Program.Operation.Convolution, _ values: LayerValues,
        _ type: dnnl_data_type_t
    ) throws(EngineError) -> Layout {
        var weight = dimensions(of: values.weight)
        guard convolution.groups > 1 else { return try .any(weight, type) }
        weight[0] /= convolution.groups
        return try .any([convolution.groups] + weight, type)
    }

    /// Also the hint that the derivatives' descriptors are made from.
    private func convolutionForward(
        _ convolution: Program.Operation.Convolution, _ layer: conednn_convolution
    ) throws(EngineError) -> Handle {
        var layer = layer
        let activation = conednn_activation(convolution.activation)
        return try library.descriptor(of: Program.Operation.convolution(convolution).description) {
            descriptor, engine, _ in
            conednn_convolution_forward(&descriptor, engine, &layer, activation)
        }
    }

    mutating func lowerConvolutionSourceGradient(
        _ convolution: Program.Operation.Convolution, _ instruction: Program.Instruction
    ) throws(EngineError) {
        var layer = try layouts(of: convolution, LayerValues(sourceGradientOf: instruction))
        let forward = try convolutionForward(convolution, layer)
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_convolution_backward_source(&$0, $1, $2, &layer)
        }
        let gradient = try argument(
            .gradient, reading: instruction.operands[0], of: descriptor)
        try appendSourceGradient(descriptor, instruction, of: gradient)
    }

    /// Appends the derivative by the source of a layer that has weights.
    mutating func appendSourceGradient(
        _ descriptor: Handle, _ instruction: Program.Instruction, of gradient: Argument
    ) throws(EngineError) {
        let weights = try argument(
            .weights, readingParameter: instruction.operands[1], of: descriptor)
        try appendGradient(descriptor, instruction, [gradient, weights])
    }

    mutating func lowerConvolutionParameterGradient(
        _ convolution: Program.Operation.Convolution, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let values = LayerValues(parameterGradientOf: instruction)
        var layer = try layouts(of: convolution, values)
        let forward = try convolutionForward(convolution, layer)
        layer.weights = try weights(of: convolution, values, dnnl_f32).descriptor
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_convolution_backward_weights(&$0, $1, $2, &layer)
        }
        let operands = instruction.operands
        try appendParameterGradient(
            descriptor, instruction,
            [
                argument(.source, reading: operands[0], of: descriptor),
                argument(.gradient, reading: operands[1], of: descriptor),
            ])
    }

    /// Appends the derivative by weight and bias; the weight's has the library's layout first.
    mutating func appendParameterGradient(
        _ descriptor: Handle, _ instruction: Program.Instruction, _ operands: [Argument]
    ) throws(EngineError) {
        var arguments = operands
        let roles = [Argument.Role.weightsGradient, .biasGradient]
        for (role, value) in zip(roles, instruction.results) {
            arguments.append(try argument(role, writing: value, of: descriptor))
        }
        try append(descriptor, for: instruction.operation.description, arguments)
        for value in instruction.results { try finish(value) }
    }
}

/// Sizes of rows and of columns, as the library takes them.
func pair(_ rows: Int, _ columns: Int) -> (Int64, Int64) { (Int64(rows), Int64(columns)) }

extension LayerValues {
    /// Of source, weight and maybe bias.
    init(forwardOf instruction: Program.Instruction) {
        self.init(
            source: instruction.operands[0], weight: instruction.operands[1],
            result: instruction.results[0], hasBias: instruction.operands.count == 3)
    }

    /// Of the derivative by the result, and a weight.
    init(sourceGradientOf instruction: Program.Instruction) {
        self.init(
            source: instruction.results[0], weight: instruction.operands[1],
            result: instruction.operands[0], hasBias: false)
    }

    /// Of a source, and the derivative by the result.
    init(parameterGradientOf instruction: Program.Instruction) {
        self.init(
            source: instruction.operands[0], weight: instruction.results[0],
            result: instruction.operands[1], hasBias: instruction.results.count == 2)
    }
}
#endif
