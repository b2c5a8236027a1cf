public import BranchyCompute
import BranchyData
public import BranchyNet

extension ParameterStore {
    /// Random parameters for a network. Batch normalizations begin by passing on what is normalized:
    /// weight 1, bias 0, running mean 0, running variance 1.
    ///
    /// Each parameter's numbers depend on the seed and its name only, so a backbone starts alike
    /// with and without branches.
    ///
    /// - Parameter others: parameters that stay as they are; the others are drawn.
    /// - Throws: `NetworkError` where the description does not make a network.
    public static func initial(
        for network: BranchedNetwork, seed: UInt64, by rule: Initialization = .pytorch,
        besides others: ParameterStore = ParameterStore()
    ) throws -> ParameterStore {
        let program = try network.plainProgram().program
        let normalizing = program.normalizingParameters
        var parameters = ParameterStore()
        var bound: Float = 0
        for port in program.parameters {
            let shape = program.type(of: port.value).shape
            if let constant = normalizing[port.value] {
                parameters[port.name] = others[port.name] ?? Tensor(repeating: constant, shape)
                continue
            }
            // A bias follows its weight and shares its bound.
            if shape.rank > 1 {
                bound = 1 / Float(shape.elementCount / shape[0]).squareRoot()
            }
            if let kept = others[port.name] {
                parameters[port.name] = kept
                continue
            }
            var generator = SplitMix64(
                seed: seed, stream: RandomPurpose.initialization.rawValue, hash(port.name))
            parameters[port.name] = Tensor(
                shape, rule.draw(shape, bound: bound, from: &generator))
        }
        return parameters
    }

    /// FNV-1a: the same name gives the same number on every machine, as Swift's hashing does not.
    private static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

extension Program {
    /// What the parameters of batch normalizations begin with.
    fileprivate var normalizingParameters: [Value: Float] {
        var constants: [Value: Float] = [:]
        for instruction in segments.flatMap(\.instructions) {
            guard case .batchNormalization = instruction.operation else { continue }
            for (parameter, constant) in zip(instruction.operands.dropFirst(), [1, 0, 0, 1]) {
                constants[parameter] = Float(constant)
            }
        }
        return constants
    }
}
