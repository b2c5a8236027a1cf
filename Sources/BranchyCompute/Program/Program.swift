/// A computation as data: instructions over numbered values, cut into ordered segments.
///
/// A network lowers to one program whose segments an engine compiles together, so that layouts,
/// memory and fusion cross the cuts; the caller then runs the segments it needs, in order, leaving
/// out those it does not. What a segment is for (a piece of backbone, a branch) is the caller's
/// knowledge, not the program's.
///
///     var program = Program()
///     let image = program.addInput("image", ValueType([1, 28, 28]))
///     program.beginSegment("backbone 0")
///     let weight = program.addParameter("conv1.weight", [5, 1, 5, 5])
///     let maps = try program.append(.convolution(.init(padding: 3)), [image, weight])
///     program.addOutput("maps", maps[0])
public struct Program: Hashable, Sendable {
    /// A value that an instruction reads or writes; every value is written once.
    public struct Value: Hashable, Sendable {
        /// The value's place in ``Program/types``.
        public let index: Int
    }

    /// One operation applied to values.
    public struct Instruction: Hashable, Sendable {
        /// What is done.
        public var operation: Program.Operation
        /// What it reads, in the order that the operation documents.
        public var operands: [Value]
        /// What it writes.
        public var results: [Value]
    }

    /// Instructions that always run together.
    public struct Segment: Hashable, Sendable {
        /// For people: errors, listings, profiles.
        public var name: String
        /// In the order in which they run.
        public var instructions: [Instruction] = []
    }

    /// A value that has a name outside the program.
    public struct Port: Hashable, Sendable {
        /// Unique among the ports of its kind.
        public let name: String
        /// The value.
        public let value: Value
    }

    /// The type of each value, by its index.
    public private(set) var types: [ValueType] = []
    /// Values that the caller writes before running a segment that reads them.
    public internal(set) var inputs: [Port] = []
    /// Values that the caller reads, in plain row-major layout.
    public internal(set) var outputs: [Port] = []
    /// Values that are bound to tensors when the program is compiled.
    public internal(set) var parameters: [Port] = []
    /// The pieces, in the only order in which they may run; any of them may be left out as long
    /// as nothing that runs reads its results.
    public internal(set) var segments: [Segment] = []

    /// An empty program.
    public init() {}

    /// The type of a value.
    public func type(of value: Value) -> ValueType { types[value.index] }

    /// Names a new value that the caller writes.
    public mutating func addInput(_ name: String, _ type: ValueType) -> Value {
        let value = addValue(type)
        inputs.append(Port(name: name, value: value))
        return value
    }

    /// Names a new value that is bound when the program is compiled.
    public mutating func addParameter(_ name: String, _ shape: Shape) -> Value {
        let value = addValue(ValueType(shape, isBatched: false))
        parameters.append(Port(name: name, value: value))
        return value
    }

    /// Gives a value that an instruction wrote a name under which the caller reads it.
    public mutating func addOutput(_ name: String, _ value: Value) {
        outputs.append(Port(name: name, value: value))
    }

    /// Starts the next segment; instructions are appended to it.
    public mutating func beginSegment(_ name: String) {
        segments.append(Segment(name: name))
    }

    /// Appends an instruction to the last segment.
    ///
    /// - Returns: its results.
    /// - Throws: ``ShapeError`` where the operands do not fit the operation.
    /// - Precondition: a segment was begun.
    @discardableResult
    public mutating func append(
        _ operation: Program.Operation, _ operands: [Value]
    ) throws(ShapeError) -> [Value] {
        precondition(!segments.isEmpty, "append needs a segment; call beginSegment first")
        let results = try operation.resultTypes(for: operands.map(type)).map { addValue($0) }
        segments[segments.count - 1].instructions.append(
            Instruction(operation: operation, operands: operands, results: results))
        return results
    }

    /// The index of the input of that name in ``inputs``, or `nil`.
    public func inputIndex(named name: String) -> Int? { inputs.firstIndex { $0.name == name } }

    /// The index of the output of that name in ``outputs``, or `nil`.
    public func outputIndex(named name: String) -> Int? { outputs.firstIndex { $0.name == name } }
}

extension Program {
    mutating func addValue(_ type: ValueType) -> Value {
        types.append(type)
        return Value(index: types.count - 1)
    }

    /// Makes inputs of the parameters, behind those there are.
    mutating func turnParametersIntoInputs() {
        inputs += parameters
        parameters = []
    }

    /// Takes values from the inputs.
    mutating func removeInputs(_ values: Set<Value>) {
        inputs.removeAll { values.contains($0.value) }
    }

    /// Takes values from the parameters.
    mutating func removeParameters(where isRemoved: (Value) -> Bool) {
        parameters.removeAll { isRemoved($0.value) }
    }

    /// Reads other values wherever some are read, outputs included.
    mutating func replaceUses(by new: [Value: Value]) {
        guard !new.isEmpty else { return }
        for segment in segments.indices {
            for index in segments[segment].instructions.indices {
                segments[segment].instructions[index].operands.replace(by: new)
            }
        }
        outputs = outputs.map { Port(name: $0.name, value: new[$0.value] ?? $0.value) }
    }

    /// How often each value is read, by its index; an output counts as one reading.
    package var useCounts: [Int] {
        var counts = [Int](repeating: 0, count: types.count)
        for instruction in segments.flatMap(\.instructions) {
            for operand in instruction.operands { counts[operand.index] += 1 }
        }
        for output in outputs { counts[output.value.index] += 1 }
        return counts
    }
}

extension [Program.Value] {
    fileprivate mutating func replace(by new: [Program.Value: Program.Value]) {
        for index in indices {
            if let value = new[self[index]] { self[index] = value }
        }
    }
}
