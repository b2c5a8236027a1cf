#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    /// The layout that a primitive wants for an argument.
    func wanted(_ descriptor: Handle, _ argument: Int32) -> Layout {
        descriptor.use { Layout(conednn_layout($0, argument)) }
    }

    mutating func lower(
        _ convolution: Program.Operation.Convolution, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let descriptor = try convolutionForward(
            convolution, source: dimensions(of: instruction.operands[0]),
            weight: dimensions(of: instruction.operands[1]),
            result: dimensions(of: instruction.results[0]),
            hasBias: instruction.operands.count == 3, dataType(of: instruction.operands[0]))
        try appendForward(descriptor, instruction)
    }

    /// Appends a layer of source, weight, maybe bias, and result.
    mutating func appendForward(
        _ descriptor: Handle, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, result) = (instruction.operands, instruction.results[0])
        var arguments = [
            (DNNL_ARG_SRC, try view(of: operands[0], as: wanted(descriptor, DNNL_ARG_SRC))),
            (
                DNNL_ARG_WEIGHTS,
                try parameterView(of: operands[1], as: wanted(descriptor, DNNL_ARG_WEIGHTS))
            ),
        ]
        if operands.count == 3 {
            arguments.append((DNNL_ARG_BIAS, try plainView(of: operands[2])))
        }
        arguments.append(
            (DNNL_ARG_DST, try self.result(result, wanted(descriptor, DNNL_ARG_DST))))
        try append(descriptor, for: instruction.operation.description, arguments)
        try finish(result)
    }

    /// Also the hint that the derivatives' descriptors are made from.
    private func convolutionForward(
        _ convolution: Program.Operation.Convolution, source: [Int], weight: [Int], result: [Int],
        hasBias: Bool, _ type: dnnl_data_type_t
    ) throws(EngineError) -> Handle {
        var source = try Layout.channelsLast(source, type).descriptor
        var weights = try Layout.any(weight, type).descriptor
        var bias = try Layout.plain([weight[0]]).descriptor
        var destination = try Layout.channelsLast(result, type).descriptor
        let activation = try conednn_activation(convolution.activation)
        return try library.descriptor(of: Program.Operation.convolution(convolution).description) {
            descriptor, engine, _ in
            withUnsafePointer(to: &bias) { bias in
                conednn_convolution_forward(
                    &descriptor, engine, activation, &source, &weights, hasBias ? bias : nil,
                    &destination, Int64(convolution.stride), Int64(convolution.padding))
            }
        }
    }

    mutating func lowerSourceGradient(
        _ convolution: Program.Operation.Convolution, _ source: Shape,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (gradient, weight) = (instruction.operands[0], instruction.operands[1])
        let result = instruction.results[0]
        let forward = try convolutionForward(
            convolution, source: dimensions(of: result), weight: dimensions(of: weight),
            result: dimensions(of: gradient), hasBias: false, dataType(of: gradient))
        var (sourceLayout, weights, gradientLayout) = (
            try imageLayout(of: result).descriptor,
            try Layout.any(dimensions(of: weight), dataType(of: weight)).descriptor,
            try imageLayout(of: gradient).descriptor
        )
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_convolution_backward_source(
                &$0, $1, $2, &sourceLayout, &weights,
                &gradientLayout, Int64(convolution.stride), Int64(convolution.padding))
        }
        try append(
            descriptor, for: instruction.operation.description,
            [
                (
                    DNNL_ARG_DIFF_DST,
                    view(of: gradient, as: wanted(descriptor, DNNL_ARG_DIFF_DST))
                ),
                (
                    DNNL_ARG_WEIGHTS,
                    parameterView(of: weight, as: wanted(descriptor, DNNL_ARG_WEIGHTS))
                ),
                (
                    DNNL_ARG_DIFF_SRC,
                    self.result(result, wanted(descriptor, DNNL_ARG_DIFF_SRC))
                ),
            ])
        try finish(result)
    }

    mutating func lowerParameterGradient(
        _ convolution: Program.Operation.Convolution, _ kernelSize: Int,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, gradient) = (instruction.operands[0], instruction.operands[1])
        let weight = instruction.results[0]
        let bias = instruction.results.count == 2 ? instruction.results[1] : nil
        let forward = try convolutionForward(
            convolution, source: dimensions(of: source), weight: dimensions(of: weight),
            result: dimensions(of: gradient), hasBias: bias != nil, dataType(of: gradient))
        var (sourceLayout, weights, gradientLayout) = (
            try imageLayout(of: source).descriptor,
            try Layout.any(dimensions(of: weight), dnnl_f32).descriptor,
            try imageLayout(of: gradient).descriptor
        )
        var biasLayout = try Layout.plain([dimensions(of: weight)[0]]).descriptor
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) { descriptor, engine, forward in
            withUnsafePointer(to: &biasLayout) { biasLayout in
                conednn_convolution_backward_weights(
                    &descriptor, engine, forward, &sourceLayout, &weights,
                    bias == nil ? nil : biasLayout, &gradientLayout, Int64(convolution.stride),
                    Int64(convolution.padding))
            }
        }
        var arguments = [
            (DNNL_ARG_SRC, try view(of: source, as: wanted(descriptor, DNNL_ARG_SRC))),
            (
                DNNL_ARG_DIFF_DST,
                try view(of: gradient, as: wanted(descriptor, DNNL_ARG_DIFF_DST))
            ),
        ]
        try appendParameterGradient(
            descriptor, instruction, &arguments, weight: weight, bias: bias)
    }

    /// Appends the derivative by weight and bias; the weight's has the library's layout first.
    mutating func appendParameterGradient(
        _ descriptor: Handle, _ instruction: Program.Instruction,
        _ arguments: inout [(Int32, View)], weight: Program.Value, bias: Program.Value?
    ) throws(EngineError) {
        arguments.append(
            (DNNL_ARG_DIFF_WEIGHTS, try result(weight, wanted(descriptor, DNNL_ARG_DIFF_WEIGHTS))))
        if let bias {
            arguments.append(
                (DNNL_ARG_DIFF_BIAS, try result(bias, wanted(descriptor, DNNL_ARG_DIFF_BIAS))))
        }
        try append(descriptor, for: instruction.operation.description, arguments)
        try finish(weight)
        if let bias { try finish(bias) }
    }
}
#endif
