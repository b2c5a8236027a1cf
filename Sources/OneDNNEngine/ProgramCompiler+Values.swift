#if OneDNN
import COneDNN
import BranchyCompute

/// Where values lie.
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
    mutating func alias(_ value: Program.Value, _ view: View) throws(EngineError) {
        primaries[value] = view
        try finish(value)
    }

    private func isUsable(_ copy: (segment: Int, view: View)) -> Bool {
        copy.segment == segment || isConstant(copy.view)
    }

    func isConstant(_ view: View) -> Bool {
        if case .constant = buffers[view.buffer].home { true } else { false }
    }
}
#endif
