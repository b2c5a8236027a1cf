#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    mutating func lowerLocalResponseNormalization(
        _ normalization: Program.Operation.LocalResponseNormalization,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let view = try imageView(of: source)
        let fills = needsFullVectors(normalization, view.layout, isDerivative: false)
        let filled = fills ? try self.filled(view) : view
        let descriptor = try responseNormalizationForward(
            normalization, trains: false, filled.layout)
        let target = fills ? add(filled.layout) : try self.result(result, view.layout)
        try append(
            descriptor, for: instruction.operation.description,
            [Argument(.source, filled), Argument(.result, target)])
        if fills { try append(unfilled: target, to: result) }
        try finish(result)
    }

    /// The derivative reads what only a forward pass for training leaves behind, so that pass is
    /// made here once more. What it leaves behind in bfloat16 is too coarse for many channels.
    mutating func lowerLocalResponseNormalizationGradient(
        _ normalization: Program.Operation.LocalResponseNormalization,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let result = instruction.results[0]
        let widens = normalization.size > 5 && dataType(of: result) == dnnl_bf16
        let wanted = try Layout.channelsLast(
            dimensions(of: result), widens ? dnnl_f32 : dataType(of: result))
        var source = try view(of: instruction.operands[0], as: wanted)
        var gradient = try view(of: instruction.operands[1], as: source.layout)
        let fills = needsFullVectors(normalization, source.layout, isDerivative: true)
        if fills { (source, gradient) = (try filled(source), try filled(gradient)) }
        var layout = source.layout
        let forward = try responseNormalizationForward(normalization, trains: true, layout)
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_response_normalization_backward(
                &$0, $1, $2, &layout.descriptor, conednn_response(normalization))
        }
        var arguments = [Argument(.source, source), Argument(.gradient, gradient)]
        let memory = self.wanted(descriptor, .workspace)
        if memory.byteCount > 0 {
            arguments.append(
                try appendForwardPass(forward, instruction, source, workspace: memory))
        }
        guard fills || widens else {
            return try appendGradient(descriptor, instruction, arguments)
        }
        let target = add(layout)
        try append(
            descriptor, for: instruction.operation.description,
            arguments + [Argument(.sourceGradient, target)])
        if fills {
            try append(unfilled: target, to: result)
        } else {
            try appendReorder(target, self.result(result, imageLayout(of: result)))
        }
        try finish(result)
    }

    /// Appends the pass that leaves behind what the derivative reads.
    private mutating func appendForwardPass(
        _ forward: Handle, _ instruction: Program.Instruction, _ source: View, workspace: Layout
    ) throws(EngineError) -> Argument {
        let left = Argument(.workspace, add(workspace))
        try append(
            forward, for: instruction.operation.description,
            [Argument(.source, source), Argument(.result, add(source.layout)), left])
        return left
    }

    private func responseNormalizationForward(
        _ normalization: Program.Operation.LocalResponseNormalization, trains: Bool,
        _ layout: Layout
    ) throws(EngineError) -> Handle {
        var layout = layout
        return try library.descriptor(
            of: Program.Operation.localResponseNormalization(normalization).description
        ) { descriptor, engine, _ in
            conednn_response_normalization_forward(
                &descriptor, engine, trains, &layout.descriptor, conednn_response(normalization))
        }
    }
}

extension conednn_response {
    fileprivate init(_ normalization: Program.Operation.LocalResponseNormalization) {
        self.init(
            size: Int64(normalization.size), alpha: normalization.alpha, beta: normalization.beta,
            k: normalization.k)
    }
}

// MARK: Channels of zeros

extension ProgramCompiler {
    private func needsFullVectors(
        _ normalization: Program.Operation.LocalResponseNormalization, _ layout: Layout,
        isDerivative: Bool
    ) -> Bool {
        conednn_response_needs_full_vectors(
            Int64(layout.dimensions[1]), layout.type, Int64(normalization.size), isDerivative)
    }

    /// A copy of an image with channels of zeros behind, up to a multiple of 16. They add nothing to
    /// the sums of squares, nor to a derivative.
    private mutating func filled(_ view: View) throws(EngineError) -> View {
        var dimensions = view.layout.dimensions
        dimensions[1] = dimensions[1].roundedUp(toMultipleOf: 16)
        let copy = add(try .channelsLast(dimensions, view.layout.type))
        append(copies(of: view.layout, copy.layout, isGradient: false), for: "fill", [view, copy])
        return copy
    }

    /// Leaves the channels of zeros out again.
    private mutating func append(
        unfilled filled: View, to value: Program.Value
    ) throws(EngineError) {
        let layout = try imageLayout(of: value)
        let result = try self.result(value, layout)
        let sameType = layout.type == filled.layout.type
        let narrow =
            sameType ? result : add(try .channelsLast(dimensions(of: value), filled.layout.type))
        append(
            copies(of: narrow.layout, filled.layout, isGradient: true), for: "fill",
            [filled, narrow])
        if !sameType { try appendReorder(narrow, result) }
    }

    private func copies(of narrow: Layout, _ wide: Layout, isGradient: Bool) -> ShortcutKernel {
        let channels = wide.dimensions[1] - narrow.dimensions[1]
        return ShortcutKernel(
            source: narrow.dimensions, result: wide.dimensions,
            shortcut: .init(stride: 1, channelsAfter: channels),
            bytesPerElement: narrow.type == dnnl_bf16 ? 2 : 4, isGradient: isGradient)
    }
}
#endif
