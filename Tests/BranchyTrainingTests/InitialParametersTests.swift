import BranchyCompute
import BranchyNet
import BranchyTraining
import Testing

struct InitialParametersTests {
    /// By hand from the shapes: 1·4·4, 2·2·2, 18 and 12 numbers go into an output of each layer.
    @Test(arguments: [("conv1", 16), ("conv2", 8), ("branch1.linear", 18), ("linear1", 12)])
    func weightsAndBiasesStayWithinOneOverTheRootOfFanIn(layer: String, fanIn: Float) throws {
        let bound = 1 / fanIn.squareRoot()
        for seed in 0..<UInt64(50) {
            let parameters = try ParameterStore.initial(for: TinyTraining.network, seed: seed)
            for part in ["weight", "bias"] {
                let tensor = try #require(parameters["\(layer).\(part)"])
                #expect(tensor.scalars.allSatisfy { $0.magnitude <= bound })
            }
        }
    }

    /// Uniform numbers within ±b have mean 0 and variance b²/3. For the 60,480 of B-LeNet's
    /// `linear1.weight` the means' standard errors are 0.0023·b and 0.0012·b²; five of them.
    @Test func weightsAreSpreadOverTheWholeRange() throws {
        let parameters = try ParameterStore.initial(for: .bLeNet, seed: 3)
        let scalars = try #require(parameters["linear1.weight"]).scalars.map(Double.init)
        let bound = 1 / 720.0.squareRoot()
        let mean = scalars.reduce(0, +) / Double(scalars.count)
        let variance = scalars.reduce(0) { $0 + $1 * $1 } / Double(scalars.count)
        #expect(scalars.count == 60_480)
        #expect(abs(mean) < 5 * 0.0024 * bound)
        #expect(abs(variance - bound * bound / 3) < 5 * 0.00125 * bound * bound)
    }

    @Test func normalizationsBeginByPassingOn() throws {
        let network = BranchedNetwork("n", inputShape: [2, 3, 3], classCount: 2) {
            Conv2D("conv", inputChannels: 2, outputChannels: 3, kernelSize: 1, hasBias: false)
            Residual("block") { BatchNorm2D("bn", channels: 3) }
            Conv2D("conv2", inputChannels: 3, outputChannels: 2, kernelSize: 3)
            Flatten()
        }
        let parameters = try ParameterStore.initial(for: network, seed: 1)
        for (part, constant) in [
            ("weight", Float(1)), ("bias", 0), ("running_mean", 0), ("running_var", 1),
        ] {
            #expect(parameters["block.bn.\(part)"] == Tensor(repeating: constant, [3]))
        }
        for name in ["conv.weight", "conv2.weight", "conv2.bias"] {
            let scalars = try #require(parameters[name]).scalars
            #expect(scalars.allSatisfy { $0 != 0 && $0.magnitude < 1 })
        }
    }

    /// Normal numbers of variance 2/720; the standard error of the variance of 60,480 of them is
    /// √(2 / 60,480) of it, 0.0058; five of them. A share of 0.6827 lies within one deviation, with
    /// a standard error of 0.0019.
    @Test func heDrawsNormalWeightsOfTwiceOneOverFanInAndNoBiases() throws {
        let parameters = try ParameterStore.initial(for: .bLeNet, seed: 3, by: .he)
        let scalars = try #require(parameters["linear1.weight"]).scalars.map(Double.init)
        let (count, expected) = (Double(scalars.count), 2 / 720.0)
        let mean = scalars.reduce(0, +) / count
        let variance = scalars.reduce(0) { $0 + $1 * $1 } / count
        let within = scalars.count { $0.magnitude < expected.squareRoot() }
        #expect(abs(mean) < 5 * (expected / count).squareRoot())
        #expect(abs(variance - expected) < 5 * 0.0058 * expected)
        #expect(abs(Double(within) / count - 0.6827) < 5 * 0.0019)
        for name in parameters.names where name.hasSuffix(".bias") {
            #expect(parameters[name]?.scalars.allSatisfy { $0 == 0 } == true)
        }
    }

    @Test func parametersAreThoseOfTheProgram() throws {
        let network = TinyTraining.network
        let parameters = try ParameterStore.initial(for: network, seed: 1)
        let program = try network.trainingProgram().program
        for name in parameters.names {
            let index = try #require(program.inputIndex(named: name))
            #expect(parameters[name]?.shape == program.type(of: program.inputs[index].value).shape)
        }
        #expect(
            Set(parameters.names)
                == Set(
                    ["conv1", "conv2", "linear1", "branch1.linear"].flatMap {
                        ["\($0).weight", "\($0).bias"]
                    }))
    }

    @Test func branchDoesNotChangeTheBackbone() throws {
        let branched = try ParameterStore.initial(for: .bLeNet, seed: 5)
        let plain = try ParameterStore.initial(for: .leNet, seed: 5)
        #expect(plain.count == 10)
        for (name, tensor) in plain { #expect(branched[name] == tensor) }
        #expect(branched.count == plain.count + 4)
    }

    @Test func sameSeedGivesTheSameBits() throws {
        let network = TinyTraining.network
        #expect(
            try ParameterStore.initial(for: network, seed: .max)
                == ParameterStore.initial(for: network, seed: .max))
    }

    @Test func anotherSeedChangesEveryParameter() throws {
        let one = try ParameterStore.initial(for: TinyTraining.network, seed: 1)
        let two = try ParameterStore.initial(for: TinyTraining.network, seed: 2)
        for name in one.names { #expect(one[name] != two[name]) }
    }

    @Test func parametersOfEqualShapeDiffer() throws {
        let network = BranchedNetwork("twins", inputShape: [1, 2, 2], classCount: 4) {
            Flatten()
            Linear("one", inputFeatures: 4, outputFeatures: 4)
            Linear("two", inputFeatures: 4, outputFeatures: 4)
        }
        let parameters = try ParameterStore.initial(for: network, seed: 1)
        #expect(parameters["one.weight"] != parameters["two.weight"])
        #expect(parameters["one.bias"] != parameters["two.bias"])
    }

    @Test func descriptionThatIsNoNetworkIsRefused() {
        let network = BranchedNetwork("none", inputShape: [1, 2, 2], classCount: 3) {
            Flatten()
            Linear("one", inputFeatures: 5, outputFeatures: 3)
        }
        #expect(throws: NetworkError.self) { try ParameterStore.initial(for: network, seed: 1) }
    }
}
