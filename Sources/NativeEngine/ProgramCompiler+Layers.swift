import CInferenceKernels
import Compute

extension ProgramCompiler {
    /// A convolution, and the pooling that follows it.
    mutating func lower(
        _ convolution: Operation.Convolution, _ instruction: Program.Instruction,
        pooling: Program.Instruction?
    ) throws(EngineError) {
        let operation = instruction.operation
        let weight = try tensor(of: instruction.operands[1], for: operation)
        let bias = try instruction.operands.dropFirst(2).first.map { value throws(EngineError) in
            try tensor(of: value, for: operation)
        }
        let source = try placement(of: instruction.operands[0], frame: convolution.padding)
        let (computed, written) = (instruction.results[0], (pooling ?? instruction).results[0])
        var call = call(nil, source: instruction.operands[0], result: computed)
        call.kernel_size = Int32(weight.shape[2])
        call.stride = Int32(clamping: convolution.stride)
        call.padding = Int32(convolution.padding)
        call.has_relu = convolution.activation == .relu
        if case .maxPooling(let window)? = pooling?.operation {
            // A sum of which no window takes the maximum is not needed.
            call.rows = min(call.rows, 2 * Int32(size(of: written).height))
            call.columns = min(call.columns, 2 * Int32(size(of: written).width))
            call.takes_maximum = true
            call.has_relu = call.has_relu || window.activation == .relu
        }
        let result = try result(written)
        let parts = kernels.parts(
            columns: Int(call.columns), channels: weight.shape[0], stride: convolution.stride)
        for (scheme, columns) in parts {
            (call.first_column, call.end_column) = (
                Int32(columns.lowerBound), Int32(columns.upperBound)
            )
            let step = packed(scheme, call, weight, bias)
            append(
                Step(
                    call: step.call, source: source, result: result, weights: step.weights,
                    biases: step.biases,
                    implementation: implementation(
                        ([instruction] + (pooling.map { [$0] } ?? []))
                            .map(\.operation.description).joined(separator: " + "),
                        scheme.name)))
        }
        try finish(written)
    }

    /// The call with its kernel, and where its weights and biases begin in the pack.
    private mutating func packed(
        _ scheme: ConvolutionScheme, _ call: inference_step, _ weight: Tensor, _ bias: Tensor?
    ) -> (call: inference_step, weights: Int, biases: Int) {
        var call = call
        switch scheme {
        case .columns:
            call.kernel = kernels.table.convolution_by_columns
            call.group = kernels.table.columns_group(
                call.result_channels, call.end_column - call.first_column)
        case .channels:
            call.kernel = kernels.table.convolution_by_channels
            call.group = kernels.table.channels_group(call.result_channels)
        }
        let group = Int(call.group)
        return (
            call,
            weights.append(convolution: weight, group: group, isFilled: scheme == .channels),
            weights.append(biases: bias, count: weight.shape[0], lanes: group)
        )
    }

    mutating func lower(
        _ linear: Operation.Linear, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let operation = instruction.operation
        let weight = try tensor(of: instruction.operands[1], for: operation)
        let bias = try instruction.operands.dropFirst(2).first.map { value throws(EngineError) in
            try tensor(of: value, for: operation)
        }
        var call = call(
            kernels.table.linear, source: instruction.operands[0], result: instruction.results[0])
        call.channels = Int32(weight.shape[1])
        call.result_channels = Int32(weight.shape[0])
        call.group = kernels.table.linear_group(call.result_channels)
        call.has_relu = linear.activation == .relu
        let group = Int(call.group)
        let lanes = kernels.columnLanes
        append(
            Step(
                call: call, source: try primary(of: instruction.operands[0]),
                result: try result(instruction.results[0]),
                weights: weights.append(linear: weight, group: group, lanes: lanes),
                biases: weights.append(biases: bias, count: weight.shape[0], lanes: group),
                implementation: implementation(operation.description, "sums of products")))
        try finish(instruction.results[0])
    }

    mutating func lower(
        _ pooling: Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        var call = call(
            kernels.table.max_pooling, source: instruction.operands[0],
            result: instruction.results[0])
        // Beyond the image a window has nothing to see.
        let largest = Int(max(call.height, call.width))
        call.kernel_size = Int32(clamping: min(pooling.kernelSize, largest))
        call.stride = Int32(clamping: pooling.stride)
        call.has_relu = pooling.activation == .relu
        append(
            Step(
                call: call, source: try primary(of: instruction.operands[0]),
                result: try result(instruction.results[0]),
                implementation: implementation(instruction.operation.description, "windows")))
        try finish(instruction.results[0])
    }

    /// ReLU of a value, or the sum of two.
    mutating func lowerElementwise(
        _ instruction: Program.Instruction, hasReLU: Bool
    ) throws(EngineError) {
        var call = call(
            kernels.table.elementwise, source: instruction.operands[0],
            result: instruction.results[0])
        call.has_relu = hasReLU
        call.has_other = instruction.operands.count == 2
        append(
            Step(
                call: call, source: try primary(of: instruction.operands[0]),
                other: call.has_other ? try primary(of: instruction.operands[1]) : nil,
                result: try result(instruction.results[0]),
                implementation: implementation(instruction.operation.description, "rows")))
        try finish(instruction.results[0])
    }

    /// Planes without frames are a row of features already.
    mutating func lowerFlatten(_ instruction: Program.Instruction) throws(EngineError) {
        let source = try placement(of: instruction.operands[0], frame: 0, isExact: true)
        let features = Placement(buffer: source.buffer, size(of: instruction.results[0]))
        try alias(instruction.results[0], features)
    }
}
