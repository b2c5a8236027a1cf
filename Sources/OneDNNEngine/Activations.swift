#if OneDNN
import COneDNN
import BranchyCompute

extension conednn_activation {
    /// The library's function for an activation, or none: the one place that knows them.
    init(_ activation: Program.Operation.Activation?) {
        switch activation {
        case nil:
            self = conednn_no_activation()
        case .relu:
            self.init(dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd)
        case .clip(let minimum, let maximum):
            self.init(
                dnnl_eltwise_clip_v2, dnnl_eltwise_clip_v2_use_dst_for_bwd, alpha: minimum,
                beta: maximum)
        case .sigmoid:
            self.init(dnnl_eltwise_logistic, dnnl_eltwise_logistic_use_dst_for_bwd)
        case .hardSigmoid:
            // The library has no such function, but a clip of a linear one.
            self.init(
                dnnl_eltwise_clip_v2, dnnl_eltwise_clip_v2_use_dst_for_bwd, beta: 1, scale: 1 / 6,
                shift: 0.5)
        case .hardSwish:
            self.init(dnnl_eltwise_hardswish, dnnl_eltwise_hardswish)
        case .silu:
            self.init(dnnl_eltwise_swish, dnnl_eltwise_swish, alpha: 1)
        case .gelu:
            self.init(dnnl_eltwise_gelu_erf, dnnl_eltwise_gelu_erf)
        case .geluTanh:
            self.init(dnnl_eltwise_gelu_tanh, dnnl_eltwise_gelu_tanh)
        }
    }

    private init(
        _ kind: dnnl_alg_kind_t, _ kindOfLayer: dnnl_alg_kind_t, alpha: Float = 0, beta: Float = 0,
        scale: Float = 1, shift: Float = 0
    ) {
        self.init(
            kind: kind, kind_of_layer: kindOfLayer, alpha: alpha, beta: beta, scale: scale,
            shift: shift)
    }
}

extension ProgramCompiler {
    mutating func lowerActivation(
        _ activation: Program.Operation.Activation, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try primary(of: instruction.operands[0])
        let target = try result(instruction.results[0], source.layout)
        try append(activation, source, to: target, for: instruction.operation.description)
        try finish(instruction.results[0])
    }

    /// Appends a function of every number, between two views of one layout.
    mutating func append(
        _ activation: Program.Operation.Activation, _ source: View, to target: View,
        for operation: String
    ) throws(EngineError) {
        let function = conednn_activation(activation)
        var source = source
        if conednn_is_scaled(function) {
            source = try appendScale(
                source, function.scale, function.shift, to: add(source.layout), for: operation)
        }
        try append(
            activationForward(activation, source.layout), for: operation,
            [Argument(.source, source), Argument(.result, target)])
    }

    private func activationForward(
        _ activation: Program.Operation.Activation, _ layout: Layout
    ) throws(EngineError) -> Handle {
        var layout = layout
        return try library.descriptor(of: activation.name) { descriptor, engine, _ in
            conednn_activation_forward(
                &descriptor, engine, conednn_activation(activation), &layout.descriptor)
        }
    }

    private mutating func appendScale(
        _ source: View, _ scale: Float, _ shift: Float, to target: View, for operation: String
    ) throws(EngineError) -> View {
        var layout = source.layout
        let descriptor = try library.descriptor(of: operation) { descriptor, engine, _ in
            conednn_scale(&descriptor, engine, scale, shift, &layout.descriptor)
        }
        try append(
            descriptor, for: operation, [Argument(.source, source), Argument(.result, target)])
        return target
    }

    mutating func lowerActivationGradient(
        _ activation: Program.Operation.Activation, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (known, gradient) = (instruction.operands[0], instruction.operands[1])
        let operation = instruction.operation.description
        let views = try commonViews(known, gradient)
        let forward = try activationForward(activation, views.layout)
        let function = conednn_activation(activation)
        var data = views.layout
        let descriptor = try library.descriptor(of: operation, forward: forward) {
            conednn_activation_backward(&$0, $1, $2, function, &data.descriptor)
        }
        let role =
            switch activation.derivativeOperand {
            case .source: Argument.Role.source
            case .result: Argument.Role.result
            }
        let target = try result(instruction.results[0], views.layout)
        let isScaled = conednn_is_scaled(function)
        let slope = isScaled ? add(views.layout) : target
        try append(
            descriptor, for: operation,
            [
                Argument(role, views.first), Argument(.gradient, views.second),
                Argument(.sourceGradient, slope),
            ])
        if isScaled { _ = try appendScale(slope, function.scale, 0, to: target, for: operation) }
        try finish(instruction.results[0])
    }
}
#endif
