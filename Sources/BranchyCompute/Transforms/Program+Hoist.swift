extension Program {
    /// This program with work that several segments begin with done once, in the segment that all
    /// of them read from.
    ///
    /// A branch and the next piece of backbone often start alike: LeNet's pooling and ReLU,
    /// AlexNet's ReLU, pooling and normalisation. Doing that before the cut is exact, saves all but
    /// one of them and shrinks what crosses. Only instructions that read a single value and no
    /// parameter are moved; the number and order of segments stay as they are.
    public func hoistingSharedLayers() -> Program {
        var hoisting = Hoisting(self)
        while hoisting.hoistOnce() {}
        return hoisting.finish()
    }
}

/// Moves instructions with which segments begin, in time that grows with the program and no faster:
/// segments are found by what they begin with.
private struct Hoisting {
    /// What an instruction does with which value: two that agree compute the same.
    private struct Work: Hashable {
        let operation: Program.Operation
        let operand: Program.Value
    }

    private var program: Program
    /// How many instructions at the beginning of each segment were moved away.
    private var movedCounts: [Int]
    /// By what they begin with, the segments that begin with something that could be moved.
    private var segments: [Work: Set<Int>] = [:]
    /// The segments that begin by reading a value.
    private var readers: [Program.Value: Set<Int>] = [:]
    private var writers: [Program.Value: Int] = [:]
    /// Values that are no longer written, and those that took their places.
    private var replacements: [Program.Value: Program.Value] = [:]

    init(_ program: Program) {
        self.program = program
        movedCounts = program.segments.map { _ in 0 }
        for (index, segment) in program.segments.enumerated() {
            for result in segment.instructions.flatMap(\.results) { writers[result] = index }
        }
        for segment in program.segments.indices { enter(segment) }
    }

    /// Goes once through all segments; `false` where nothing was there to be moved.
    mutating func hoistOnce() -> Bool {
        var hasMoved = false
        for segment in program.segments.indices {
            while let work = work(beginning: segment), let producer = writers[work.operand],
                producer < segment,
                let others = segments[work]?.filter({ $0 > segment }), !others.isEmpty
            {
                hoist(segment, others.sorted(), into: producer)
                hasMoved = true
            }
        }
        return hasMoved
    }

    /// The program as it is then.
    mutating func finish() -> Program {
        for segment in program.segments.indices {
            program.segments[segment].instructions.removeFirst(movedCounts[segment])
        }
        program.replaceUses(by: replacements.keys.reduce(into: [:]) { $0[$1] = current($1) })
        return program
    }

    private mutating func hoist(_ first: Int, _ others: [Int], into producer: Int) {
        let instruction = removeFirst(of: first)
        program.segments[producer].instructions.append(instruction)
        writers[instruction.results[0]] = producer
        // It is what the segment begins with where all else was moved away.
        enter(producer)
        for other in others {
            let duplicate = removeFirst(of: other).results[0]
            // Whoever begins by reading the duplicate begins with something else from now on.
            let affected = readers.removeValue(forKey: duplicate) ?? []
            for segment in affected { leave(segment) }
            replacements[duplicate] = instruction.results[0]
            for segment in affected { enter(segment) }
        }
    }

    private mutating func removeFirst(of segment: Int) -> Program.Instruction {
        leave(segment)
        let instruction = program.segments[segment].instructions[movedCounts[segment]]
        movedCounts[segment] += 1
        enter(segment)
        return instruction
    }

    private mutating func enter(_ segment: Int) {
        guard let work = work(beginning: segment) else { return }
        segments[work, default: []].insert(segment)
        readers[work.operand, default: []].insert(segment)
    }

    private mutating func leave(_ segment: Int) {
        guard let work = work(beginning: segment) else { return }
        segments[work]?.remove(segment)
        readers[work.operand]?.remove(segment)
    }

    /// What a segment begins with, if that could be done elsewhere.
    private func work(beginning segment: Int) -> Work? {
        let instructions = program.segments[segment].instructions.dropFirst(movedCounts[segment])
        guard let first = instructions.first, first.operands.count == 1, first.results.count == 1
        else { return nil }
        return Work(operation: first.operation, operand: current(first.operands[0]))
    }

    private func current(_ value: Program.Value) -> Program.Value {
        var value = value
        while let other = replacements[value] { value = other }
        return value
    }
}
