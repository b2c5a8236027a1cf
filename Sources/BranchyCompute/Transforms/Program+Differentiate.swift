extension Program {
    /// The name of the output that carries the derivative of the losses by a parameter.
    public static func gradientName(of parameter: String) -> String { "gradient of \(parameter)" }

    /// This program with one more segment that computes the derivatives of the sum of some outputs
    /// by every parameter, by reverse-mode differentiation.
    ///
    /// In the result the parameters are inputs, so that an optimizer can change them between runs,
    /// and for each parameter that the losses depend on there is an output
    /// ``gradientName(of:)`` of the parameter's shape. A parameter that no loss depends on gets
    /// none.
    ///
    /// - Parameters:
    ///   - losses: the names of scalar outputs written by ``Program/Operation/softmaxCrossEntropy(labelSmoothing:)``.
    ///   - frozen: the names of parameters that get no derivative.
    /// - Throws: ``ShapeError`` where the program is not consistent in itself, where the losses depend
    ///   on derivatives, or where an operation applies an activation whose derivative is found from
    ///   what that reads (``Program/Operation/Activation/derivativeOperand``), as
    ///   ``fusingActivations()`` makes them for inference.
    /// - Precondition: there is an output of each of the names.
    public func differentiated(
        losses: [String], freezing frozen: Set<String> = []
    ) throws(ShapeError) -> Program {
        var tape = Differentiation(of: self, freezing: frozen)
        tape.program.turnParametersIntoInputs()
        tape.program.recordSelections()
        tape.program.beginSegment("backward")
        let forward = tape.program.segments.flatMap(\.instructions)
        precondition(
            losses.allSatisfy { outputIndex(named: $0) != nil }, "no such outputs: \(losses)")
        let lossValues = Set(outputs.filter { losses.contains($0.name) }.map(\.value))
        for instruction in forward.reversed() {
            try tape.propagate(through: instruction, losses: lossValues)
        }
        for parameter in parameters {
            if let gradient = tape.gradients[parameter.value] {
                tape.program.addOutput(Self.gradientName(of: parameter.name), gradient)
            }
        }
        return tape.program
    }

    /// Makes every max pooling record which elements it picked.
    private mutating func recordSelections() {
        for segment in segments.indices {
            for index in segments[segment].instructions.indices {
                var instruction = segments[segment].instructions[index]
                guard case .maxPooling(var pooling) = instruction.operation,
                    !pooling.recordsSelection
                else { continue }
                pooling.recordsSelection = true
                instruction.operation = .maxPooling(pooling)
                let result = type(of: instruction.results[0])
                instruction.results.append(
                    addValue(ValueType(result.shape, element: .selection)))
                segments[segment].instructions[index] = instruction
            }
        }
    }
}
