package import BranchyCompute

/// How far two engines may be apart on a program's outputs.
///
/// A sum of `n` products in single precision is off by at most `n·u·Σ|terms|`, whatever the order
/// of the terms (`u` = 2⁻²⁴; Higham, *Accuracy and Stability of Numerical Algorithms*, section
/// 3.1), and errors of operations in a chain add up. So an output may be off by
///
///     terms · 2⁻²³ · scale
///
/// where `terms` adds up the longest sums of all instructions and `scale` is the largest element
/// of the output when the program runs on magnitudes. Twice `u` leaves room for the rounding
/// of the reference. Operations that only choose and move (pooling, relu, flatten) have no
/// terms: programs of those alone must agree exactly.
///
/// A result in bfloat16 has 8 bits: two engines that round it from either side of a tie are apart by
/// 2⁻⁷ of it, once for each instruction that writes such a result.
package struct Agreement: Sendable {
    /// What is expected, by the name of the output.
    package let expected: [String: Tensor]
    /// How far off every element may be, by the name of the output.
    package let tolerances: [String: Float]

    /// What the reference engine computes.
    package init(
        reference program: Program, batchSize: Int, _ feed: Feed, segments: [Int]? = nil
    ) throws {
        let engine = ReferenceEngine()
        let expected = try engine.outputs(
            of: program, batchSize: batchSize, feed, segments: segments)
        try self.init(
            expected: expected, of: program, batchSize: batchSize, feed, segments: segments)
    }

    /// Numbers that a test writes down.
    package init(
        expected: [String: Tensor], of program: Program, batchSize: Int, _ feed: Feed,
        segments: [Int]? = nil
    ) throws {
        let scales = try ReferenceEngine().outputs(
            of: program, batchSize: batchSize, feed.magnitudes, segments: segments)
        let unit =
            Float(program.termCount(batchSize: batchSize)) * .ulpOfOne
            + Float(program.narrowInstructionCount) * 0x1p-7
        self.expected = expected
        tolerances = expected.reduce(into: [:]) { tolerances, output in
            let magnitudes = (output.value.scalars + (scales[output.key]?.scalars ?? []))
                .map(\.magnitude)
            tolerances[output.key] = unit * (magnitudes.max() ?? 0)
        }
    }

    /// Throws a ``Mismatch`` at the first element that is too far off.
    package func require(_ actual: [String: Tensor], _ context: String = "") throws {
        let names = (actual.keys.sorted(), expected.keys.sorted())
        guard names.0 == names.1 else {
            throw Mismatch("\(context) got outputs \(names.0), expected \(names.1)")
        }
        for (name, expected) in expected.sorted(by: { $0.key < $1.key }) {
            guard let actual = actual[name], let tolerance = tolerances[name] else { continue }
            try require(actual, expected, within: tolerance, "\(context) output '\(name)'")
        }
    }

    private func require(
        _ actual: Tensor, _ expected: Tensor, within tolerance: Float, _ context: String
    ) throws {
        guard actual.shape == expected.shape else {
            throw Mismatch("\(context) has shape \(actual.shape), expected \(expected.shape)")
        }
        for (index, pair) in zip(actual.scalars, expected.scalars).enumerated()
        where !(pair.0 == pair.1 || (pair.0 - pair.1).magnitude <= tolerance) {
            throw Mismatch(
                "\(context) of shape \(actual.shape) is \(pair.0) at \(index), expected "
                    + "\(pair.1) within \(tolerance)")
        }
    }
}

extension Program {
    /// How many instructions round to bfloat16.
    fileprivate var narrowInstructionCount: Int {
        segments.flatMap(\.instructions).count { instruction in
            instruction.results.contains { type(of: $0).element == .bfloat16 }
        }
    }

    /// The longest sums of all instructions, added up.
    fileprivate func termCount(batchSize: Int) -> Int {
        segments.flatMap(\.instructions).reduce(0) { $0 + termCount(of: $1, batchSize) }
    }

    private func termCount(of instruction: Instruction, _ batchSize: Int) -> Int {
        ownTermCount(of: instruction, batchSize)
            + (instruction.operation.activation?.termCount ?? 0)
    }

    /// Without an activation that is applied to the result.
    private func ownTermCount(of instruction: Instruction, _ batchSize: Int) -> Int {
        func shape(_ operand: Int) -> Shape { type(of: instruction.operands[operand]).shape }
        switch instruction.operation {
        case .convolution, .linear: return shape(1).elementCount / max(shape(1)[0], 1) + 1
        case .maxPooling, .flatten, .shortcut, .convert, .concatenate, .selectChannels,
            .shuffleChannels:
            return 0
        case .averagePooling(let pooling): return pooling.kernelSize.area + 1
        case .globalAveragePooling: return shape(0).elementCount / max(shape(0)[0], 1) + 1
        // A root, a division and, of a batch, two sums over it.
        case .batchNormalization, .gradient(.batchNormalization):
            return 4 * batchSize * shape(0).elementCount / max(shape(0)[0], 1) + 32
        // `pow` is good to a few units, and so is what comes before it.
        case .localResponseNormalization(let normalization),
            .gradient(.localResponseNormalization(let normalization)):
            return 2 * normalization.size + 32
        case .activation(let activation), .gradient(.activation(let activation)):
            return activation.termCount
        case .dropout, .add, .multiply: return 1
        case .softmaxCrossEntropy, .gradient(.softmaxCrossEntropy), .distillation,
            .gradient(.distillation):
            // `exp` and `log` are good to a few units, and so is what comes between them.
            return shape(0).elementCount + batchSize + 32
        case .gradient(.convolutionSource), .gradient(.linearSource):
            return shape(1).elementCount
        case .gradient(.convolutionParameters), .gradient(.linearParameters):
            return batchSize * shape(1).elementCount
        case .gradient(.maxPooling(let pooling, _)):
            return pooling.kernelSize.area
        case .gradient(.averagePooling(let pooling, _)):
            return pooling.kernelSize.area + 1
        case .gradient(.globalAveragePooling): return 1
        case .gradient(.multiply): return shape(0).elementCount / max(shape(0)[0], 1)
        case .gradient(.flatten), .gradient(.shortcut): return 0
        }
    }
}

extension Program.Operation.Activation {
    /// Good to a few units where it is no choice.
    fileprivate var termCount: Int { selects ? 0 : 8 }
}

extension Program.Operation {
    /// What the operation applies to its result.
    fileprivate var activation: Activation? {
        switch self {
        case .convolution(let convolution): convolution.activation
        case .linear(let linear): linear.activation
        case .maxPooling(let pooling): pooling.activation
        case .batchNormalization(let normalization): normalization.activation
        case .averagePooling, .globalAveragePooling, .localResponseNormalization, .shortcut,
            .activation, .dropout, .add, .multiply, .concatenate, .selectChannels,
            .shuffleChannels, .flatten, .softmaxCrossEntropy, .distillation, .convert, .gradient:
            nil
        }
    }
}

extension Extent2D {
    fileprivate var area: Int { height * width }
}
