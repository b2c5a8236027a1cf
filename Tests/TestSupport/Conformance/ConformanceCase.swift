package import BranchyCompute

/// One thing that every engine must do, with a name that test reports print.
package struct ConformanceCase: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (any Engine) throws -> Void
    /// The same on random numbers in bfloat16; `nil` for cases that do not run one program so.
    private let narrowBody: (@Sendable (any Engine) throws -> Void)?

    /// A case that drives the engine itself.
    package init(_ name: String, _ body: @escaping @Sendable (any Engine) throws -> Void) {
        self.init(name, body, narrowBody: nil)
    }

    private init(
        _ name: String, _ body: @escaping @Sendable (any Engine) throws -> Void,
        narrowBody: (@Sendable (any Engine) throws -> Void)?
    ) {
        self.description = name
        self.body = body
        self.narrowBody = narrowBody
    }

    /// This case with the program's activations in bfloat16, where it is a program that must
    /// compute what the reference engine computes.
    package var inBFloat16: ConformanceCase? {
        narrowBody.map { ConformanceCase("\(description), in bfloat16", $0) }
    }

    /// A program that must compute what the reference engine computes, on random numbers.
    ///
    /// - Parameter adjust: replaces some of the random numbers.
    package init(
        _ name: String, batchSize: Int = 2, segments: [Int]? = nil,
        adjust: @escaping @Sendable (inout Feed) -> Void = { _ in },
        build: @escaping @Sendable (inout Program) throws -> Void
    ) {
        let compare = { @Sendable (program: Program, engine: any Engine) throws in
            var feed = Feed(for: program, batchSize: batchSize)
            adjust(&feed)
            let agreement = try Agreement(
                reference: program, batchSize: batchSize, feed, segments: segments)
            let executable = try engine.compile(
                program, batchSize: batchSize, parameters: feed.parameters)
            var workspace = try executable.makeWorkspace()
            let outputs = try executable.outputs(feed, segments: segments, in: &workspace)
            try agreement.require(outputs)
            // What the first run left in memory must not matter, nor which thread was faster.
            let repeated = try executable.outputs(feed, segments: segments, in: &workspace)
            guard repeated == outputs else { throw Mismatch("a second run computes other numbers") }
        }
        self.init(
            name, { try compare(Program(building: build), $0) },
            narrowBody: { try compare(Program(building: build).inBFloat16(), $0) })
    }

    /// A program of a size that can be checked by hand.
    ///
    /// - Parameters:
    ///   - numbers: for each parameter and input, by name.
    ///   - expected: for each output, by name.
    package init(
        _ name: String, batchSize: Int = 1, numbers: [String: [Float]],
        targets: [String: [Int32]] = [:], expected: [String: [Float]],
        build: @escaping @Sendable (inout Program) throws -> Void
    ) {
        self.init(name) { engine in
            let program = try Program(building: build)
            let feed = Feed(for: program, batchSize: batchSize, numbers: numbers, targets: targets)
            let agreement = try Agreement(
                expected: program.tensors(for: program.outputs, batchSize: batchSize, expected),
                of: program, batchSize: batchSize, feed)
            try agreement.require(try engine.outputs(of: program, batchSize: batchSize, feed))
        }
    }

    /// Throws a ``Mismatch`` where the engine computes something wrong, and what the engine throws.
    package func run(on engine: any Engine) throws {
        do {
            try body(engine)
        } catch let mismatch as Mismatch {
            throw Mismatch("\(engine.name), \(description): \(mismatch)")
        }
    }

    /// As ``run(on:)``, but an engine may also say that it does not have an operation.
    ///
    /// - Returns: whether the engine ran it.
    @discardableResult
    package func runUnlessRefused(on engine: any Engine) throws -> Bool {
        do {
            try run(on: engine)
            return true
        } catch let error as EngineError where error.code == .unsupported {
            return false
        }
    }
}

extension Program {
    /// A program built in one expression.
    package init(building build: (inout Program) throws -> Void) rethrows {
        self.init()
        try build(&self)
    }

    /// Appends an instruction to the last segment, of which only the first result matters.
    package mutating func apply(_ operation: Program.Operation, _ operands: Value...) throws
        -> Value
    {
        try append(operation, operands)[0]
    }

    /// Gives numbers the shapes of ports.
    package func tensors(
        for ports: [Port], batchSize: Int, _ numbers: [String: [Float]]
    ) -> [String: Tensor] {
        ports.reduce(into: [:]) { tensors, port in
            guard let scalars = numbers[port.name] else { return }
            let shape = type(of: port.value).fullShape(batchSize: batchSize)
            tensors[port.name] = Tensor(shape, scalars)
        }
    }
}

extension Feed {
    /// Numbers that a test writes down, for parameters and inputs alike.
    package init(
        for program: Program, batchSize: Int, numbers: [String: [Float]],
        targets: [String: [Int32]] = [:]
    ) {
        self.init()
        inputs = program.tensors(for: program.inputs, batchSize: batchSize, numbers)
        for (name, tensor) in program.tensors(
            for: program.parameters, batchSize: batchSize, numbers)
        {
            parameters[name] = tensor
        }
        self.targets = targets
    }
}
