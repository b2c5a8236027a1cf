import BranchyCompute

/// Where values lie.
extension ProgramCompiler {
    func size(of value: Program.Value) -> ImageSize { ImageSize(program.type(of: value).shape) }

    /// The tensor of a parameter.
    ///
    /// - Throws: `unsupported` where it is an input, as in training.
    func tensor(
        _ operand: Int, of instruction: Program.Instruction
    ) throws(EngineError) -> Tensor {
        guard let port = parameterPorts[instruction.operands[operand]] else {
            throw EngineError(
                .unsupported,
                "the native engine does not train: a parameter of \(instruction.operation) is no "
                    + "constant")
        }
        return try program.tensor(for: port, in: parameters)
    }

    /// The numbers of a bias, if there is one.
    func bias(
        _ operand: Int, of instruction: Program.Instruction
    ) throws(EngineError) -> [Float]? {
        instruction.operands.count > operand
            ? try tensor(operand, of: instruction).scalars : nil
    }

    func isOutput(_ value: Program.Value) -> Bool { outputBuffers[value] != nil }

    func isWritten(_ value: Program.Value) -> Bool { primaries[value] != nil }

    func primary(of value: Program.Value) throws(EngineError) -> Placement {
        guard let placement = primaries[value] else {
            throw EngineError(
                .invalidProgram,
                "segment '\(program.segments[segment].name)' reads a value before it is written")
        }
        return placement
    }

    /// A value in a layout that a kernel can read.
    mutating func placement(
        of value: Program.Value, _ wanted: Wanted
    ) throws(EngineError) -> Placement {
        let primary = try primary(of: value)
        if wanted.isMet(by: primary.layout) { return primary }
        let copy = copies[value]?.first {
            $0.segment == segment && wanted.isMet(by: $0.placement.layout)
        }
        if let copy { return copy.placement }
        let placement = try add(size(of: value), wanted.layout)
        appendCopy(of: value, from: primary, to: placement)
        copies[value, default: []].append((segment, placement))
        return placement
    }

    /// Memory for a result that is about to be written.
    mutating func result(_ value: Program.Value) throws(EngineError) -> Placement {
        let placement = try place(for: value)
        primaries[value] = placement
        writers[value] = segment
        return placement
    }

    /// Memory for a result that may be written over the first operand: that, where nothing else
    /// reads the operand, which this segment wrote, nor what was joined there, and the result has no
    /// place of its own.
    mutating func resultInPlace(
        _ instruction: Program.Instruction
    ) throws(EngineError) -> Placement {
        let (operand, written) = (instruction.operands[0], instruction.results[0])
        if blocked.contains(operand), useCounts[operand.index] == 1,
            writers[operand] == segment, joinPlaces[written] == nil,
            !joinPlaces.values.contains(where: { $0.joined == operand })
        {
            reserved[written] = reserved[written] ?? primaries[operand]
        }
        return try result(written)
    }

    /// Where a result goes: in blocks, to where a concatenation wants it; in planes, with the frame
    /// that its readers want.
    private mutating func place(for value: Program.Value) throws(EngineError) -> Placement {
        if let placement = reserved[value] { return placement }
        let layout: Layout =
            blocked.contains(value) ? .blocks : .planes(frame: frames[value] ?? 0)
        let placement: Placement
        if let place = joinPlaces[value] {
            placement = try self.place(for: place.joined).fromChannel(place.firstChannel)
        } else if layout == .plain, let output = outputBuffers[value] {
            placement = Placement(buffer: output, size(of: value))
        } else {
            placement = try add(size(of: value), layout)
        }
        reserved[value] = placement
        return placement
    }

    /// Gives a value the memory of another.
    mutating func alias(_ value: Program.Value, _ placement: Placement) throws(EngineError) {
        primaries[value] = placement
        try finish(value)
    }

    /// Writes the caller's copy of a result, once its primary placement is written.
    mutating func finish(_ value: Program.Value) throws(EngineError) {
        let primary = try primary(of: value)
        guard let output = outputBuffers[value], primary.buffer != output else { return }
        appendCopy(of: value, from: primary, to: Placement(buffer: output, size(of: value)))
    }

    mutating func outputBuffer(for port: Program.Port) throws(EngineError) -> Int {
        guard parameterPorts[port.value] == nil else {
            throw EngineError(
                .unsupported, "output '\(port.name)' is a parameter of the program")
        }
        if let buffer = outputBuffers[port.value] { return buffer }
        let input = primaries[port.value]?.buffer
        let buffer = if let input { input } else { try pin(port.value) }
        outputBuffers[port.value] = buffer
        return buffer
    }
}
