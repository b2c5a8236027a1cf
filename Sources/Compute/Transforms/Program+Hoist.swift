extension Program {
    /// This program with work that several segments begin with done once, in the segment that all
    /// of them read from.
    ///
    /// A branch and the next piece of backbone often start alike: LeNet's pooling and ReLU,
    /// AlexNet's ReLU, pooling and normalisation. Doing that before the cut is exact, saves all but
    /// one of them and shrinks what crosses. Only instructions that read a single value and no
    /// parameter are moved; the number and order of segments stay as they are.
    public func hoistingSharedLayers() -> Program {
        var program = self
        while let shared = program.firstSharedLayer() { program.hoist(shared) }
        return program
    }

    /// Segments that begin with the same instruction, and the one that writes its operand.
    private struct SharedLayer {
        let producer: Int
        let first: Int
        let others: [Int]
    }

    private func firstSharedLayer() -> SharedLayer? {
        for first in segments.indices {
            guard let instruction = segments[first].instructions.first,
                instruction.operands.count == 1, instruction.results.count == 1,
                let producer = segmentWriting(instruction.operands[0]), producer < first
            else { continue }
            let others = segments.indices[(first + 1)...].filter {
                let other = segments[$0].instructions.first
                return other?.operation == instruction.operation
                    && other?.operands == instruction.operands
            }
            if !others.isEmpty {
                return SharedLayer(producer: producer, first: first, others: others)
            }
        }
        return nil
    }

    private mutating func hoist(_ shared: SharedLayer) {
        let instruction = segments[shared.first].instructions.removeFirst()
        segments[shared.producer].instructions.append(instruction)
        for other in shared.others {
            let duplicate = segments[other].instructions.removeFirst()
            replaceUses(of: duplicate.results[0], with: instruction.results[0])
        }
    }

    private func segmentWriting(_ value: Value) -> Int? {
        segments.firstIndex { $0.instructions.contains { $0.results.contains(value) } }
    }
}
