#if OneDNN
import COneDNN
import BranchyCompute

/// Chooses layouts and primitives for a program, instruction by instruction.
///
/// Images lie with the channels of a pixel side by side: for that layout the library has fast
/// implementations of every operation and derivative with any number of channels, where its own
/// blocked layouts fall back to reference code for channels that do not fill a block.
///
/// Every value has one *primary* view, written by the step that computes it. Where a step wants
/// another layout, a copy is made and kept for the rest of that segment only: the next segment may
/// be run without this one. A flattened value keeps the image's layout, so that flattening costs
/// nothing when the next layer takes it as it is.
struct ProgramCompiler {
    let program: Program
    let batchSize: Int
    let library: Library
    var segment = 0

    private let parameters: ParameterStore
    private(set) var buffers: [Buffer] = []
    private var steps: [[Step]] = []
    private var stepCount = 0
    private var primaries: [Program.Value: View] = [:]
    private var copies: [Program.Value: [(segment: Int, view: View)]] = [:]
    private var inputBuffers: [Program.Value: Int] = [:]
    private var outputBuffers: [Program.Value: Int] = [:]

    init(
        _ program: Program, batchSize: Int, parameters: ParameterStore, library: Library
    ) {
        self.program = program
        self.batchSize = batchSize
        self.parameters = parameters
        self.library = library
    }

    mutating func compile() throws(EngineError) -> Plan {
        for input in program.inputs {
            guard program.type(of: input.value).element != .bfloat16 else {
                throw EngineError(
                    .unsupported,
                    "input '\(input.name)' is bfloat16; convert it inside the program")
            }
            let view = try pin(input.value)
            inputBuffers[input.value] = view.buffer
            primaries[input.value] = view
        }
        for parameter in program.parameters {
            primaries[parameter.value] = try constant(
                program.tensor(for: parameter, in: parameters))
        }
        for output in program.outputs where outputBuffers[output.value] == nil {
            if let source = primaries[output.value] {
                guard !isConstant(source) else {
                    throw EngineError(
                        .unsupported, "output '\(output.name)' is a parameter of the program")
                }
                outputBuffers[output.value] = source.buffer
            } else {
                outputBuffers[output.value] = try pin(output.value).buffer
            }
        }
        for (index, segment) in program.segments.enumerated() {
            self.segment = index
            steps.append([])
            for instruction in segment.instructions { try lower(instruction) }
        }
        return Plan(
            program: program, batchSize: batchSize, segments: steps, buffers: buffers,
            inputs: program.inputs.compactMap { inputBuffers[$0.value] },
            outputs: program.outputs.compactMap { outputBuffers[$0.value] })
    }

    private mutating func lower(_ instruction: Program.Instruction) throws(EngineError) {
        switch instruction.operation {
        case .convolution(let convolution): try lower(convolution, instruction)
        case .linear(let linear): try lower(linear, instruction)
        case .maxPooling(let pooling): try lower(pooling, instruction)
        case .averagePooling(let pooling): try lower(pooling, averages: true, instruction)
        case .globalAveragePooling: try lowerGlobalAveragePooling(instruction)
        case .batchNormalization(let normalization): try lower(normalization, instruction)
        case .localResponseNormalization(let normalization): try lower(normalization, instruction)
        case .shortcut(let shortcut): try lower(shortcut, instruction)
        case .activation(let activation): try lower(activation, instruction)
        case .dropout: try lowerBinary(instruction, multiplies: true)
        case .add: try lowerBinary(instruction, multiplies: false)
        case .flatten: try alias(instruction.results[0], primary(of: instruction.operands[0]))
        case .softmaxCrossEntropy(let smoothing): try lowerCrossEntropy(smoothing, instruction)
        case .convert: try lowerConversion(instruction)
        case .gradient(let gradient): try lower(gradient, instruction)
        }
    }

    private mutating func lower(
        _ gradient: Program.Operation.Gradient, _ instruction: Program.Instruction
    ) throws(EngineError) {
        switch gradient {
        case .convolutionSource(let convolution, let source):
            try lowerSourceGradient(convolution, source, instruction)
        case .convolutionParameters(let convolution, let kernelSize, _):
            try lowerParameterGradient(convolution, kernelSize, instruction)
        case .linearSource: try lowerLinearSourceGradient(instruction)
        case .linearParameters: try lowerLinearParameterGradient(instruction)
        case .maxPooling(let pooling, _): try lowerGradient(pooling, instruction)
        case .averagePooling(let pooling, _): try lowerAverageGradient(pooling, instruction)
        case .globalAveragePooling: try lowerGlobalAverageGradient(instruction)
        case .batchNormalization(let normalization): try lowerGradient(normalization, instruction)
        case .localResponseNormalization(let normalization):
            try lowerGradient(normalization, instruction)
        case .shortcut(let shortcut, _): try lowerGradient(shortcut, instruction)
        case .activation(let activation): try lowerGradient(activation, instruction)
        case .flatten: try lowerFlattenGradient(instruction)
        case .softmaxCrossEntropy(let smoothing):
            try lowerCrossEntropyGradient(smoothing, instruction)
        }
    }
}

// MARK: Values

extension ProgramCompiler {
    /// The sizes of a value in memory; a scalar is one number.
    func dimensions(of value: Program.Value) -> [Int] {
        let dimensions = program.type(of: value).fullShape(batchSize: batchSize).dimensions
        return dimensions.isEmpty ? [1] : dimensions
    }

    /// What the numbers of a value are in memory.
    func dataType(of value: Program.Value) -> dnnl_data_type_t {
        program.type(of: value).element == .bfloat16 ? dnnl_bf16 : dnnl_f32
    }

    /// The layout of images: the channels of a pixel side by side.
    func imageLayout(of value: Program.Value) throws(EngineError) -> Layout {
        try .channelsLast(dimensions(of: value), dataType(of: value))
    }

    func primary(of value: Program.Value) throws(EngineError) -> View {
        guard let view = primaries[value] else {
            throw EngineError(
                .invalidProgram,
                "segment '\(program.segments[segment].name)' reads a value before it is written")
        }
        return view
    }

    /// A value in a layout of the same sizes as its primary view.
    mutating func view(of value: Program.Value, as layout: Layout) throws(EngineError) -> View {
        let primary = try primary(of: value)
        if primary.layout.matches(layout) { return View(buffer: primary.buffer, layout: layout) }
        if let copy = copies[value]?.first(where: { isUsable($0) && $0.view.layout.matches(layout) }
        ) {
            return copy.view
        }
        let copy = try isConstant(primary) ? constantCopy(of: primary, as: layout) : add(layout)
        if !isConstant(primary) { try appendReorder(primary, copy) }
        copies[value, default: []].append((segment, copy))
        return copy
    }

    /// A value in the layout of images.
    mutating func imageView(of value: Program.Value) throws(EngineError) -> View {
        try view(of: value, as: imageLayout(of: value))
    }

    /// A value in row-major order, in its own sizes.
    mutating func plainView(of value: Program.Value) throws(EngineError) -> View {
        let (primary, type) = (try primary(of: value), dataType(of: value))
        let plain = try view(of: value, as: .plain(primary.layout.dimensions, type))
        return View(buffer: plain.buffer, layout: try .plain(dimensions(of: value), type))
    }

    /// A parameter in the layout that a primitive wants, seen in other sizes of the same numbers.
    mutating func parameterView(
        of value: Program.Value, as layout: Layout
    ) throws(EngineError) -> View {
        // Of the type that it has in memory: one that is to be rounded is rounded as it is packed.
        let (primary, type) = (try primary(of: value), try primary(of: value).layout.type)
        let plain = try view(of: value, as: .plain(primary.layout.dimensions, type))
        let source = View(buffer: plain.buffer, layout: try .plain(layout.dimensions, type))
        if source.layout.matches(layout) { return View(buffer: source.buffer, layout: layout) }
        if isConstant(source) { return try constantCopy(of: source, as: layout) }
        let copy = add(layout)
        try appendReorder(source, copy)
        return copy
    }

    /// Memory for a result: the output's own where that is what the caller reads.
    mutating func result(_ value: Program.Value, _ layout: Layout) throws(EngineError) -> View {
        let view: View
        if let output = outputBuffers[value], try layout.matches(.plain(dimensions(of: value))) {
            view = View(buffer: output, layout: layout)
        } else {
            view = add(layout)
        }
        primaries[value] = view
        return view
    }

    /// Writes the caller's copy of a result, once its primary view is written.
    mutating func finish(_ value: Program.Value) throws(EngineError) {
        guard let output = outputBuffers[value] else { return }
        let primary = try primary(of: value)
        guard primary.buffer != output else { return }
        let target = View(buffer: output, layout: try .plain(primary.layout.dimensions))
        try appendReorder(primary, target)
    }

    /// Gives a value the memory of another.
    private mutating func alias(_ value: Program.Value, _ view: View) throws(EngineError) {
        primaries[value] = view
        try finish(value)
    }

    /// Features that already lie as an image stay where they are.
    private mutating func lowerFlattenGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let primary = try primary(of: source)
        if primary.layout.dimensions.count == 4 { return try alias(result, primary) }
        let layout = try Layout.plain(dimensions(of: result), dataType(of: result))
        try alias(result, View(buffer: plainView(of: source).buffer, layout: layout))
    }

    /// Copies activations as another type; a parameter is rounded where it is packed, see
    /// `parameterView`.
    private mutating func lowerConversion(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (try primary(of: instruction.operands[0]), instruction.results[0])
        guard program.type(of: result).isBatched else { return try alias(result, source) }
        let (dimensions, type) = (source.layout.dimensions, dataType(of: result))
        let layout: Layout =
            try dimensions.count == 4 ? .channelsLast(dimensions, type) : .plain(dimensions, type)
        try appendReorder(source, self.result(result, layout))
        try finish(result)
    }

    private func isUsable(_ copy: (segment: Int, view: View)) -> Bool {
        copy.segment == segment || isConstant(copy.view)
    }

    private func isConstant(_ view: View) -> Bool {
        if case .constant = buffers[view.buffer].home { true } else { false }
    }
}

// MARK: Memory and steps

extension ProgramCompiler {
    /// New memory in the workspace.
    mutating func add(_ layout: Layout) -> View {
        buffers.append(Buffer(byteCount: layout.byteCount, home: .planned))
        return View(buffer: buffers.count - 1, layout: layout)
    }

    /// New memory for so many bytes, of which only the step that has it knows what they are.
    mutating func addScratch(byteCount: Int) throws(EngineError) -> View {
        try add(.plain([byteCount.roundedUp(toMultipleOf: 4) / 4]))
    }

    private mutating func pin(_ value: Program.Value) throws(EngineError) -> View {
        let layout = try Layout.plain(dimensions(of: value))
        buffers.append(Buffer(byteCount: layout.byteCount, home: .pinned))
        return View(buffer: buffers.count - 1, layout: layout)
    }

    private mutating func constant(_ tensor: Tensor) throws(EngineError) -> View {
        let view = try addConstant(.plain(tensor.shape.dimensions))
        tensor.scalars.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress, case .constant(let block) = buffers[view.buffer].home {
                block.base.copyMemory(from: base, byteCount: bytes.count)
            }
        }
        return view
    }

    private mutating func addConstant(_ layout: Layout) -> View {
        let block = ConstantBlock(byteCount: layout.byteCount)
        buffers.append(Buffer(byteCount: layout.byteCount, home: .constant(block)))
        return View(buffer: buffers.count - 1, layout: layout)
    }

    /// Packs a parameter now, so that running need not.
    private mutating func constantCopy(
        of source: View, as layout: Layout
    ) throws(EngineError) -> View {
        let copy = addConstant(layout)
        guard case .constant(let from) = buffers[source.buffer].home,
            case .constant(let to) = buffers[copy.buffer].home
        else { return copy }
        let descriptor = try reorderDescriptor(source.layout, layout)
        let scratchLayout = wanted(descriptor, DNNL_ARG_SCRATCHPAD)
        let scratch = ConstantBlock(byteCount: scratchLayout.byteCount)
        try library.runOnce(
            descriptor,
            [
                (DNNL_ARG_FROM, source.layout, from), (DNNL_ARG_TO, layout, to),
                (DNNL_ARG_SCRATCHPAD, scratchLayout, scratch),
            ])
        return copy
    }

    /// Appends a primitive that reads and writes the given views.
    mutating func append(
        _ descriptor: Handle, for operation: String, _ arguments: [(Int32, View)]
    ) throws(EngineError) {
        var arguments = arguments
        let scratch = wanted(descriptor, DNNL_ARG_SCRATCHPAD)
        if scratch.byteCount > 0 { arguments.append((DNNL_ARG_SCRATCHPAD, add(scratch))) }
        append(
            .primitive(try Handle.primitive(descriptor)), for: operation,
            descriptor.use { String(cString: conednn_implementation($0)) }, arguments)
    }

    /// Appends a kernel of our own, which gets the memory of the views in their order.
    mutating func append(
        _ kernel: some HostKernel, for operation: String, _ views: [View]
    ) {
        let arguments = views.enumerated().map { (Int32($0), $1) }
        append(.host(kernel), for: operation, kernel.name, arguments)
    }

    private mutating func append(
        _ kernel: Step.Kernel, for operation: String, _ name: String,
        _ arguments: [(Int32, View)]
    ) {
        for (_, view) in arguments { touch(view.buffer) }
        steps[segment].append(
            Step(
                kernel: kernel,
                arguments: arguments.map { Step.Argument(index: $0, view: $1) },
                implementation: Implementation(
                    segment: segment, operation: operation, name: name)))
        stepCount += 1
    }

    /// Copies numbers into another layout, or as another type.
    mutating func appendReorder(_ source: View, _ target: View) throws(EngineError) {
        try append(
            reorderDescriptor(source.layout, target.layout), for: "reorder",
            [(DNNL_ARG_FROM, source), (DNNL_ARG_TO, target)])
    }

    private func reorderDescriptor(
        _ source: Layout, _ target: Layout
    ) throws(EngineError) -> Handle {
        // Waking the other threads costs more than moving a few thousand numbers.
        let isSmall = source.byteCount < 1 << 18
        var (source, target) = (source.descriptor, target.descriptor)
        return try library.withThreads(isSmall ? 1 : library.threads) { () throws(EngineError) in
            try library.descriptor(of: "reorder") { descriptor, engine, _ in
                conednn_reorder(&descriptor, engine, &source, &target)
            }
        }
    }

    private mutating func touch(_ buffer: Int) {
        let first = buffers[buffer].lifetime?.lowerBound ?? stepCount
        buffers[buffer].lifetime = first...stepCount
    }
}
#endif
