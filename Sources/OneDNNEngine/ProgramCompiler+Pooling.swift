#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    mutating func lowerMaxPooling(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        try lowerPooling(pooling, averages: false, instruction)
    }

    mutating func lowerAveragePooling(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        try lowerPooling(pooling, averages: true, instruction)
    }

    private mutating func lowerPooling(
        _ pooling: Program.Operation.Pooling, averages: Bool, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let sourceView = try imageView(of: source)
        let window = window(
            pooling, averages: averages, source: dimensions(of: source),
            result: dimensions(of: result))
        let descriptor = try poolingForward(
            layouts(sourceView.layout, dimensions(of: result), window),
            trains: pooling.recordsSelection, activation: pooling.activation)
        let target = try self.result(result, wanted(descriptor, .result))
        let factors = try factors(of: pooling, source: dimensions(of: source), like: target)
        let means = factors == nil ? target : add(target.layout)
        var arguments = [Argument(.source, sourceView), Argument(.result, means)]
        if pooling.recordsSelection {
            arguments.append(
                try argument(.workspace, writing: instruction.results[1], of: descriptor))
        }
        try append(descriptor, for: instruction.operation.description, arguments)
        if let factors {
            try appendBinary(
                means, factors, to: target, multiplies: true,
                for: instruction.operation.description)
        }
        try finish(result)
    }

    /// One window that covers the whole image.
    mutating func lowerGlobalAveragePooling(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let sourceView = try imageView(of: source)
        let descriptor = try poolingForward(
            layouts(
                sourceView.layout, onePixel(of: result),
                globalWindow(over: dimensions(of: source))))
        let means = try self.result(
            result, .plain(dimensions(of: result), dataType(of: result)))
        try append(
            descriptor, for: instruction.operation.description,
            [
                Argument(.source, sourceView),
                Argument(
                    .result, View(buffer: means.buffer, layout: wanted(descriptor, .result))),
            ])
        try finish(result)
    }

    /// Features, or images of one pixel, as such images.
    private func onePixel(of value: Program.Value) -> [Int] {
        Array((dimensions(of: value) + [1, 1]).prefix(4))
    }

    /// Also the hint that the derivative's descriptor is made from.
    private func poolingForward(
        _ layer: conednn_pooling, trains: Bool = false,
        activation: Program.Operation.Activation? = nil
    ) throws(EngineError) -> Handle {
        var layer = layer
        let activation = conednn_activation(activation)
        return try library.descriptor(
            of: layer.window.averages ? "average pooling" : "max pooling"
        ) { descriptor, engine, _ in
            conednn_pooling_forward(&descriptor, engine, &layer, trains, activation)
        }
    }

    private func layouts(
        _ source: Layout, _ result: [Int], _ window: conednn_window
    ) throws(EngineError) -> conednn_pooling {
        conednn_pooling(
            source: source.descriptor,
            destination: try Layout.channelsLast(result, source.type).descriptor, window: window)
    }

    /// The library's window; it counts what the last windows cover behind the padding as padding.
    private func window(
        _ pooling: Program.Operation.Pooling, averages: Bool, source: [Int], result: [Int]
    ) -> conednn_window {
        let (kernel, stride, padding) = (pooling.kernelSize, pooling.stride, pooling.padding)
        let rows = (result[2] - 1) * stride.height + kernel.height - padding.top - source[2]
        let columns = (result[3] - 1) * stride.width + kernel.width - padding.left - source[3]
        return conednn_window(
            averages: averages, counts_padding: pooling.countsPadding,
            kernel: pair(kernel.height, kernel.width), strides: pair(stride.height, stride.width),
            padding_before: pair(padding.top, padding.left),
            padding_behind: pair(max(0, rows), max(0, columns)))
    }

    private func globalWindow(over source: [Int]) -> conednn_window {
        conednn_window(
            averages: true, counts_padding: false, kernel: pair(source[2], source[3]),
            strides: (1, 1), padding_before: (0, 0), padding_behind: (0, 0))
    }
}

// MARK: Derivatives

extension ProgramCompiler {
    mutating func lowerMaxPoolingGradient(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (selection, gradient) = (instruction.operands[0], instruction.operands[1])
        let window = window(
            pooling, averages: false, source: dimensions(of: instruction.results[0]),
            result: dimensions(of: gradient))
        let descriptor = try poolingBackward(
            window, instruction, gradient: dimensions(of: gradient))
        try appendGradient(
            descriptor, instruction,
            [
                argument(.workspace, reading: selection, of: descriptor),
                argument(.gradient, reading: gradient, of: descriptor),
            ])
    }

    mutating func lowerAveragePoolingGradient(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let gradient = instruction.operands[0]
        let window = window(
            pooling, averages: true, source: dimensions(of: instruction.results[0]),
            result: dimensions(of: gradient))
        let descriptor = try poolingBackward(
            window, instruction, gradient: dimensions(of: gradient))
        var shares = try argument(.gradient, reading: gradient, of: descriptor)
        let source = dimensions(of: instruction.results[0])
        if let factors = try factors(of: pooling, source: source, like: shares.view) {
            let scaled = add(shares.view.layout)
            try appendBinary(
                shares.view, factors, to: scaled, multiplies: true,
                for: instruction.operation.description)
            shares = Argument(.gradient, scaled)
        }
        try appendGradient(descriptor, instruction, [shares])
    }

    mutating func lowerGlobalAveragePoolingGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (gradient, result) = (instruction.operands[0], instruction.results[0])
        let descriptor = try poolingBackward(
            globalWindow(over: dimensions(of: result)), instruction,
            gradient: onePixel(of: gradient))
        let means = View(
            buffer: try plainView(of: gradient).buffer, layout: wanted(descriptor, .gradient))
        try appendGradient(descriptor, instruction, [Argument(.gradient, means)])
    }

    private func poolingBackward(
        _ window: conednn_window, _ instruction: Program.Instruction, gradient: [Int]
    ) throws(EngineError) -> Handle {
        var layer = try layouts(imageLayout(of: instruction.results[0]), gradient, window)
        let forward = try poolingForward(layer, trains: true)
        return try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_pooling_backward(&$0, $1, $2, &layer)
        }
    }

    /// Appends a derivative by the source, the instruction's first result.
    mutating func appendGradient(
        _ descriptor: Handle, _ instruction: Program.Instruction, _ operands: [Argument]
    ) throws(EngineError) {
        let result = instruction.results[0]
        let target = try argument(.sourceGradient, writing: result, of: descriptor)
        try append(descriptor, for: instruction.operation.description, operands + [target])
        try finish(result)
    }
}
#endif
