import BranchyCompute
import CInferenceKernels

/// Memory, and what runs on it.
extension ProgramCompiler {
    mutating func pin(_ value: Program.Value) throws(EngineError) -> Int {
        try add(size(of: value), .plain, isPinned: true).buffer
    }

    mutating func add(
        _ size: ImageSize, _ layout: Layout, isPinned: Bool = false
    ) throws(EngineError) -> Placement {
        // Kernels count the floats of a sample in 32 bits.
        guard let sample = Placement.floatCount(size, layout), sample <= Int32.max,
            let count = Shape(exactly: [batchSize, sample])?.elementCount,
            count <= Workspace.physicalMemory / 4
        else {
            throw EngineError(
                .outOfMemory,
                "\(batchSize) images of \(size.channels)x\(size.height)x\(size.width) as \(layout) "
                    + "do not fit the machine's memory")
        }
        let placement = Placement(buffer: buffers.count, size, layout)
        buffers.append(
            Buffer(
                count: count + Int(inference_slack), isPinned: isPinned || layout.keepsItsPlace))
        return placement
    }

    /// Memory for one step, whatever the batch.
    mutating func addScratch(count: some BinaryInteger) -> Placement {
        let count = Int(count)
        buffers.append(Buffer(count: count, isPinned: false))
        return Placement(buffer: buffers.count - 1, ImageSize([count]))
    }

    /// A call with the sizes of one value in and one out.
    func call(
        _ kernel: inference_kernel?, source: Program.Value, result: Program.Value
    ) -> inference_step {
        let (from, to) = (size(of: source), size(of: result))
        var call = inference_step()
        call.kernel = kernel
        call.geometry.samples = Int32(batchSize)
        call.setSource(from)
        call.geometry.result_channels = Int32(to.channels)
        call.geometry.rows = Int32(to.height)
        call.geometry.columns = Int32(to.width)
        return call
    }

    mutating func append(_ step: Step) {
        var step = step
        step.parts = step.divided(into: threads, leastWork: leastSharedWork) { scratch in
            addScratch(count: buffers[scratch.buffer].count)
        }
        for placement in step.placements + step.parts.flatMap(\.placements) {
            let first = buffers[placement.buffer].lifetime?.lowerBound ?? stepCount
            buffers[placement.buffer].lifetime = first...stepCount
        }
        steps[segment].append(step)
        stepCount += 1
    }

    func implementation(
        _ operation: String, _ name: String, inBFloat16: Bool = false
    ) -> Implementation {
        let precision = inBFloat16 ? " in bfloat16" : ""
        return Implementation(
            segment: segment, operation: operation,
            name: "\(kernels.variant.rawValue) \(name)\(precision)")
    }

    mutating func appendCopy(
        of value: Program.Value, from source: Placement, to result: Placement
    ) {
        let (kernel, name) =
            switch (source.layout, result.layout) {
            case (.blocks, _): (kernels.table.blocks_to_planes, "blocks to planes")
            case (_, .blocks): (kernels.table.planes_to_blocks, "planes to blocks")
            case (.planes, .planes): (kernels.table.elementwise, "rows")
            }
        append(
            Step(
                call: call(kernel, source: value, result: value), source: source, result: result,
                implementation: implementation("copy", name)))
    }
}

extension inference_step {
    /// Sets the sizes of what is read.
    mutating func setSource(_ size: ImageSize) {
        geometry.channels = Int32(size.channels)
        geometry.height = Int32(size.height)
        geometry.width = Int32(size.width)
    }

    /// Takes the pixels of an image in blocks, which follow each other, for one row.
    mutating func takeImageForRow() {
        geometry.width *= geometry.height
        geometry.height = 1
        geometry.columns *= geometry.rows
        geometry.rows = 1
    }
}

extension Layout {
    /// Whether a buffer in this layout may not share its bytes: frames are zeroed only once.
    fileprivate var keepsItsPlace: Bool {
        if case .planes(let frame) = self { frame > 0 } else { false }
    }
}
