#if OneDNN
import COneDNN
import Compute

// MARK: Batch normalization

extension ProgramCompiler {
    mutating func lower(
        _ normalization: Operation.BatchNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, results) = (instruction.operands, instruction.results)
        let source = try imageView(of: operands[0])
        let descriptor = try batchNormalizationForward(normalization, source.layout)
        var arguments = [
            (DNNL_ARG_SRC, source),
            (DNNL_ARG_SCALE, try plainView(of: operands[1])),
            (DNNL_ARG_SHIFT, try plainView(of: operands[2])),
        ]
        switch normalization.statistics {
        case .given:
            arguments.append((DNNL_ARG_MEAN, try plainView(of: operands[3])))
            arguments.append((DNNL_ARG_VARIANCE, try plainView(of: operands[4])))
        case .batch:
            for (argument, value) in zip([DNNL_ARG_MEAN, DNNL_ARG_VARIANCE], results[1...]) {
                arguments.append((argument, try result(value, .plain(dimensions(of: value)))))
            }
        }
        if results.count > 3 {
            let selection = try result(results[3], wanted(descriptor, DNNL_ARG_WORKSPACE))
            arguments.append((DNNL_ARG_WORKSPACE, selection))
        }
        arguments.append((DNNL_ARG_DST, try result(results[0], source.layout)))
        try append(descriptor, for: instruction.operation.description, arguments)
        for value in results.prefix(3) { try finish(value) }
    }

    mutating func lowerGradient(
        _ normalization: Operation.BatchNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, results) = (instruction.operands, instruction.results)
        let source = try imageView(of: operands[0])
        var layout = source.layout
        let forward = try batchNormalizationForward(normalization, layout)
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_batch_normalization_backward(
                &$0, $1, $2, normalization.activation != nil, &layout.descriptor,
                normalization.epsilon)
        }
        let weight = try plainView(of: operands[1])
        var arguments = [
            (DNNL_ARG_SRC, source), (DNNL_ARG_SCALE, weight),
            // The library wants a shift and does not read it.
            (DNNL_ARG_SHIFT, weight),
            (DNNL_ARG_MEAN, try plainView(of: operands[2])),
            (DNNL_ARG_VARIANCE, try plainView(of: operands[3])),
            (DNNL_ARG_DIFF_DST, try view(of: operands[4], as: layout)),
        ]
        if operands.count > 5 {
            let selection = try view(of: operands[5], as: wanted(descriptor, DNNL_ARG_WORKSPACE))
            arguments.append((DNNL_ARG_WORKSPACE, selection))
        }
        let parameters = zip([DNNL_ARG_DIFF_SCALE, DNNL_ARG_DIFF_SHIFT], results[1...])
        for (argument, value) in parameters {
            arguments.append((argument, try result(value, .plain(dimensions(of: value)))))
        }
        try appendGradient(descriptor, instruction, arguments)
        for value in results[1...] { try finish(value) }
    }

    /// Also the hint that the derivative's descriptor is made from.
    private func batchNormalizationForward(
        _ normalization: Operation.BatchNormalization, _ layout: Layout
    ) throws(EngineError) -> Handle {
        var layout = layout
        return try library.descriptor(of: Operation.batchNormalization(normalization).description) {
            descriptor, engine, _ in
            conednn_batch_normalization_forward(
                &descriptor, engine, normalization.statistics == .given,
                normalization.activation != nil, &layout.descriptor, normalization.epsilon)
        }
    }
}

// MARK: Local response normalization

extension ProgramCompiler {
    mutating func lower(
        _ normalization: Operation.LocalResponseNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try imageView(of: instruction.operands[0])
        let descriptor = try responseNormalizationForward(
            normalization, trains: false, source.layout)
        try append(
            descriptor, for: instruction.operation.description,
            [
                (DNNL_ARG_SRC, source),
                (DNNL_ARG_DST, result(instruction.results[0], source.layout)),
            ])
        try finish(instruction.results[0])
    }

    /// The derivative reads what only a forward pass for training leaves behind, so that pass is
    /// made here once more.
    mutating func lowerGradient(
        _ normalization: Operation.LocalResponseNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try imageView(of: instruction.operands[0])
        var layout = source.layout
        let forward = try responseNormalizationForward(normalization, trains: true, layout)
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_response_normalization_backward(
                &$0, $1, $2, &layout.descriptor, Int64(normalization.size), normalization.alpha,
                normalization.beta, normalization.k)
        }
        var arguments = [
            (DNNL_ARG_SRC, source),
            (DNNL_ARG_DIFF_DST, try view(of: instruction.operands[1], as: layout)),
        ]
        let memory = wanted(descriptor, DNNL_ARG_WORKSPACE)
        if memory.byteCount > 0 {
            arguments.append((DNNL_ARG_WORKSPACE, add(memory)))
            try append(
                forward, for: instruction.operation.description,
                [(DNNL_ARG_SRC, source), (DNNL_ARG_DST, add(layout)), arguments[2]])
        }
        try appendGradient(descriptor, instruction, arguments)
    }

    private func responseNormalizationForward(
        _ normalization: Operation.LocalResponseNormalization, trains: Bool, _ layout: Layout
    ) throws(EngineError) -> Handle {
        var layout = layout
        return try library.descriptor(
            of: Operation.localResponseNormalization(normalization).description
        ) { descriptor, engine, _ in
            conednn_response_normalization_forward(
                &descriptor, engine, trains, &layout.descriptor, Int64(normalization.size),
                normalization.alpha, normalization.beta, normalization.k)
        }
    }
}
#endif
