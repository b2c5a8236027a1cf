import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// A frozen trunk and the heads on it compute together what the network does.
struct FrozenNetworkTests {
    private static let plain = BranchedNetwork("plain", inputShape: [2, 9, 9], classCount: 3) {
        Conv2D("stem", inputChannels: 2, outputChannels: 4, kernelSize: 3, padding: 1)
        BatchNorm2D("bn", channels: 4)
        ReLU()
        Residual("block") {
            Conv2D("conv", inputChannels: 4, outputChannels: 4, kernelSize: 3, padding: 1)
        }
        ReLU()
        Dropout("dropout", rate: 0.5)
        Flatten()
        Linear("last", inputFeatures: 324, outputFeatures: 3)
    }

    /// Parameters as they may be in the middle of training: no zeros, no ones.
    private func parameters(of network: BranchedNetwork) throws -> ParameterStore {
        let program = try network.plainProgram().program
        var generator = SeededGenerator(seed: 4)
        var store = ParameterStore()
        for port in program.parameters {
            let shape = program.type(of: port.value).shape
            let range: ClosedRange<Float> = port.name.hasSuffix("_var") ? 0.5...2 : -0.4...0.4
            store[port.name] = Tensor(
                shape,
                (0..<shape.elementCount).map { _ in .random(in: range, using: &generator) })
        }
        return store
    }

    private func run(
        _ program: Program, _ parameters: ParameterStore, _ inputs: [String: [Float]]
    ) throws -> [String: [Float]] {
        let (program, folded) = try program.foldingBatchNormalization(with: parameters)
        let executable = try ReferenceEngine().compile(
            program, batchSize: 1, parameters: folded)
        var workspace = try executable.makeWorkspace()
        for (name, numbers) in inputs {
            let index = try #require(program.inputIndex(named: name))
            workspace.withInput(index) { span in
                for place in numbers.indices { span[place] = numbers[place] }
            }
        }
        for segment in program.segments.indices { try executable.run(segment, in: &workspace) }
        var outputs: [String: [Float]] = [:]
        for (index, port) in program.outputs.enumerated() {
            outputs[port.name] = workspace.withOutput(index) { span in
                span.indices.map { span[$0] }
            }
        }
        return outputs
    }

    @Test(arguments: BranchHead.allCases)
    func computesInTwoPartsWhatTheNetworkComputes(head: BranchHead) throws {
        let network = try Self.plain.branched(at: ["stem", "block"], head: head, share: 4)
        let parameters = try parameters(of: network)
        let frozen = try network.frozen(training: network.branchParameters())
        #expect(frozen.trainedExits == [0, 1])
        var generator = SeededGenerator(seed: 5)
        let image = (0..<162).map { _ in Float.random(in: -1...1, using: &generator) }
        let whole = try run(
            network.inferenceProgram().program, parameters, [NetworkProgram.imageInput: image])
        let trunk = try run(frozen.features, parameters, [NetworkProgram.imageInput: image])
        let features = frozen.featureShapes.indices.map(SeparatedProgram.featureName)
        let heads = try run(
            frozen.heads, parameters,
            Dictionary(uniqueKeysWithValues: features.map { ($0, trunk[$0] ?? []) }))
        for exit in 0...2 {
            let name = NetworkProgram.logitsOutput(ofExit: exit)
            #expect((exit == 2 ? trunk : heads)[name] == whole[name], "exit \(exit)")
        }
    }

    /// What is computed once is what layers without parameters make of the value at the branch point.
    @Test(
        arguments: [
            (BranchHead.linear, [[4], [4]]), (.conv, [[4, 9, 9], [4, 9, 9]]),
            (.twoScale, [[4], [16], [4], [16]]),
        ])
    func featuresAreWhatParametersRead(head: BranchHead, shapes: [[Int]]) throws {
        let network = try Self.plain.branched(at: ["stem", "block"], head: head, share: 4)
        let frozen = try network.frozen(training: network.branchParameters())
        #expect(frozen.featureShapes.map(\.dimensions) == shapes)
        let training = try frozen.trainingProgram()
        let names = Set(try network.branchParameters())
        let inputs = Set(training.program.inputs.map(\.name))
        let trained = names.filter { !$0.contains("running") }
        #expect(trained.isSubset(of: inputs))
        #expect(!inputs.contains("stem.weight") && !inputs.contains(NetworkProgram.imageInput))
        #expect(
            trained.allSatisfy {
                training.program.outputIndex(named: Program.gradientName(of: $0)) != nil
            })
        #expect(training.masks.isEmpty)
        #expect(training.batchStatistics.map(\.name).allSatisfy { $0.hasPrefix("branch") })
        let losses = (0...2).map {
            training.program.outputIndex(named: NetworkProgram.lossOutput(ofExit: $0)) != nil
        }
        #expect(losses == [true, true, false])
    }

    @Test func whatBeginsAtTheImageLeavesNothingToFreeze() throws {
        let network = Self.plain
        let names = try network.plainProgram().program.parameters.map(\.name)
        #expect(throws: NetworkError.self) { try network.frozen(training: names) }
        #expect(throws: NetworkError.self) { try network.frozen(training: [String]()) }
        // The last layer alone can be trained.
        let last = try network.frozen(training: ["last.weight", "last.bias"])
        #expect(last.featureShapes.map(\.dimensions) == [[324]] && last.trainedExits == [0])
    }
}
