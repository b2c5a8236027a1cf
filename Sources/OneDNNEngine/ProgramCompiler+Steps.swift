#if OneDNN
import COneDNN
import BranchyCompute

/// Memory, and what runs on it.
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

    mutating func pin(_ value: Program.Value) throws(EngineError) -> View {
        let layout = try Layout.plain(dimensions(of: value))
        buffers.append(Buffer(byteCount: layout.byteCount, home: .pinned))
        return View(buffer: buffers.count - 1, layout: layout)
    }

    mutating func constant(_ tensor: Tensor) throws(EngineError) -> View {
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
    mutating func constantCopy(
        of source: View, as layout: Layout
    ) throws(EngineError) -> View {
        let copy = addConstant(layout)
        guard case .constant(let from) = buffers[source.buffer].home,
            case .constant(let to) = buffers[copy.buffer].home
        else { return copy }
        let descriptor = try reorderDescriptor(source.layout, layout)
        let scratchLayout = wanted(descriptor, .scratch)
        let scratch = ConstantBlock(byteCount: scratchLayout.byteCount)
        try library.runOnce(
            descriptor,
            [
                ConstantArgument(role: .from, layout: source.layout, memory: from),
                ConstantArgument(role: .to, layout: layout, memory: to),
                ConstantArgument(role: .scratch, layout: scratchLayout, memory: scratch),
            ])
        return copy
    }

    /// Appends a primitive that reads and writes the given views.
    mutating func append(
        _ descriptor: Handle, for operation: String, _ arguments: [Argument]
    ) throws(EngineError) {
        var arguments = arguments
        let scratch = wanted(descriptor, .scratch)
        if scratch.byteCount > 0 { arguments.append(Argument(.scratch, add(scratch))) }
        append(
            .primitive(try Handle.primitive(descriptor)), for: operation,
            descriptor.use { String(cString: conednn_implementation($0)) }, arguments)
    }

    /// Appends a kernel of our own, which gets the memory of the views in their order.
    mutating func append(
        _ kernel: some HostKernel, for operation: String, _ views: [View]
    ) {
        let arguments = views.enumerated().map { place, view in
            Argument(Argument.Role(rawValue: Int32(place)), view)
        }
        append(.host(kernel), for: operation, kernel.name, arguments)
    }

    private mutating func append(
        _ kernel: Step.Kernel, for operation: String, _ name: String,
        _ arguments: [Argument]
    ) {
        for argument in arguments { touch(argument.view.buffer) }
        steps[segment].append(
            Step(
                kernel: kernel, arguments: arguments,
                implementation: Implementation(
                    segment: segment, operation: operation, name: name)))
        stepCount += 1
    }

    /// Copies numbers into another layout, or as another type.
    mutating func appendReorder(
        _ source: View, _ target: View, for operation: String = "reorder"
    ) throws(EngineError) {
        try append(
            reorderDescriptor(source.layout, target.layout), for: operation,
            [Argument(.from, source), Argument(.to, target)])
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
