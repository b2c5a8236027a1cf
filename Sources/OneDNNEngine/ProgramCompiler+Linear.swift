#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    mutating func lower(
        _ linear: Program.Operation.Linear, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let descriptor = try linearForward(
            linear, source: primary(of: instruction.operands[0]).layout,
            outputFeatures: dimensions(of: instruction.operands[1])[0],
            hasBias: instruction.operands.count == 3)
        try appendForward(descriptor, instruction)
    }

    /// Also the hint that the derivatives' descriptors are made from.
    ///
    /// A source that was flattened is still an image in memory, and the weights are seen as one
    /// image per output feature.
    private func linearForward(
        _ linear: Program.Operation.Linear, source: Layout, outputFeatures: Int, hasBias: Bool
    ) throws(EngineError) -> Handle {
        var source = source
        var weights = try linearWeights(outputFeatures, source, source.type)
        var bias = try Layout.plain([outputFeatures]).descriptor
        var destination = try Layout.plain([batchSize, outputFeatures], source.type).descriptor
        let activation = try conednn_activation(linear.activation)
        return try library.descriptor(of: Program.Operation.linear(linear).description) {
            descriptor, engine, _ in
            withUnsafePointer(to: &bias) { bias in
                conednn_linear_forward(
                    &descriptor, engine, activation, &source.descriptor, &weights.descriptor,
                    hasBias ? bias : nil, &destination)
            }
        }
    }

    private func linearWeights(
        _ outputFeatures: Int, _ source: Layout, _ type: dnnl_data_type_t
    ) throws(EngineError) -> Layout {
        try .any([outputFeatures] + source.dimensions.dropFirst(), type)
    }

    mutating func lowerLinearSourceGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (gradient, weight) = (instruction.operands[0], instruction.operands[1])
        let result = instruction.results[0]
        let outputFeatures = dimensions(of: weight)[0]
        var source = try sourceGradientLayout(of: result)
        let forward = try linearForward(
            Program.Operation.Linear(), source: source, outputFeatures: outputFeatures,
            hasBias: false)
        var weights = try linearWeights(outputFeatures, source, source.type)
        var gradientLayout = try Layout.plain(dimensions(of: gradient), source.type)
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_linear_backward_source(
                &$0, $1, $2, &source.descriptor,
                &weights.descriptor, &gradientLayout.descriptor)
        }
        try append(
            descriptor, for: instruction.operation.description,
            [
                (DNNL_ARG_DIFF_DST, plainView(of: gradient)),
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

    /// Where the next derivative wants an image, the features are written as one at once.
    private func sourceGradientLayout(of value: Program.Value) throws(EngineError) -> Layout {
        guard let image = imageReading(value) else {
            return try .plain(dimensions(of: value), dataType(of: value))
        }
        return try .channelsLast(dimensions(of: image), dataType(of: value))
    }

    /// The image that alone reads features, maybe as another type.
    private func imageReading(_ features: Program.Value) -> Program.Value? {
        let readers = program.segments.flatMap(\.instructions).filter {
            $0.operands.contains(features)
        }
        guard readers.count == 1 else { return nil }
        switch readers[0].operation {
        case .convert: return imageReading(readers[0].results[0])
        case .gradient(.flatten): return readers[0].results[0]
        // What else reads features takes them as they lie.
        case .convolution, .linear, .maxPooling, .averagePooling, .globalAveragePooling,
            .batchNormalization, .localResponseNormalization, .shortcut, .activation, .dropout,
            .add, .flatten, .softmaxCrossEntropy, .gradient:
            return nil
        }
    }

    mutating func lowerLinearParameterGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, gradient) = (instruction.operands[0], instruction.operands[1])
        let weight = instruction.results[0]
        let bias = instruction.results.count == 2 ? instruction.results[1] : nil
        let outputFeatures = dimensions(of: weight)[0]
        var sourceLayout = try primary(of: source).layout
        let forward = try linearForward(
            Program.Operation.Linear(), source: sourceLayout, outputFeatures: outputFeatures,
            hasBias: bias != nil)
        var weights = try linearWeights(outputFeatures, sourceLayout, dnnl_f32)
        var biasLayout = try Layout.plain([outputFeatures]).descriptor
        var gradientLayout = try Layout.plain(dimensions(of: gradient), sourceLayout.type)
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) { descriptor, engine, forward in
            withUnsafePointer(to: &biasLayout) { biasLayout in
                conednn_linear_backward_weights(
                    &descriptor, engine, forward, &sourceLayout.descriptor,
                    &weights.descriptor, bias == nil ? nil : biasLayout,
                    &gradientLayout.descriptor)
            }
        }
        var arguments = [
            (DNNL_ARG_SRC, try view(of: source, as: wanted(descriptor, DNNL_ARG_SRC))),
            (DNNL_ARG_DIFF_DST, try plainView(of: gradient)),
        ]
        try appendParameterGradient(
            descriptor, instruction, &arguments, weight: weight, bias: bias)
    }
}
#endif
