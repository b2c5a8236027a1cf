#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    mutating func lowerLinear(
        _ linear: Program.Operation.Linear, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let values = LayerValues(forwardOf: instruction)
        let layer = try layouts(of: values, source: primary(of: values.source).layout)
        try appendForward(linearForward(linear, layer), instruction)
    }

    /// A source that was flattened is still an image in memory, and the weights are seen as one
    /// image per output feature.
    private func layouts(
        of values: LayerValues, source: Layout
    ) throws(EngineError) -> conednn_linear {
        let outputs = dimensions(of: values.weight)[0]
        return conednn_linear(
            source: source.descriptor,
            weights: try linearWeights(outputs, source, source.type).descriptor,
            bias: try Layout.plain([outputs]).descriptor,
            destination: try Layout.plain([batchSize, outputs], source.type).descriptor,
            has_bias: values.hasBias)
    }

    private func linearWeights(
        _ outputFeatures: Int, _ source: Layout, _ type: dnnl_data_type_t
    ) throws(EngineError) -> Layout {
        try .any([outputFeatures] + source.dimensions.dropFirst(), type)
    }

    /// Also the hint that the derivatives' descriptors are made from.
    private func linearForward(
        _ linear: Program.Operation.Linear, _ layer: conednn_linear
    ) throws(EngineError) -> Handle {
        var layer = layer
        let activation = conednn_activation(linear.activation)
        return try library.descriptor(of: Program.Operation.linear(linear).description) {
            descriptor, engine, _ in
            conednn_linear_forward(&descriptor, engine, &layer, activation)
        }
    }

    mutating func lowerLinearSourceGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let values = LayerValues(sourceGradientOf: instruction)
        var layer = try layouts(of: values, source: sourceGradientLayout(of: values.source))
        let forward = try linearForward(Program.Operation.Linear(), layer)
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_linear_backward_source(&$0, $1, $2, &layer)
        }
        let gradient = Argument(.gradient, try plainView(of: values.result))
        try appendSourceGradient(descriptor, instruction, of: gradient)
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
            .add, .multiply, .concatenate, .selectChannels, .shuffleChannels, .flatten,
            .softmaxCrossEntropy, .distillation, .gradient:
            return nil
        }
    }

    mutating func lowerLinearParameterGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let values = LayerValues(parameterGradientOf: instruction)
        let source = try primary(of: values.source).layout
        var layer = try layouts(of: values, source: source)
        let forward = try linearForward(Program.Operation.Linear(), layer)
        let outputs = dimensions(of: values.weight)[0]
        layer.weights = try linearWeights(outputs, source, dnnl_f32).descriptor
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_linear_backward_weights(&$0, $1, $2, &layer)
        }
        try appendParameterGradient(
            descriptor, instruction,
            [
                argument(.source, reading: values.source, of: descriptor),
                Argument(.gradient, plainView(of: values.result)),
            ])
    }
}
#endif
