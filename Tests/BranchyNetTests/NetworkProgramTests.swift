import BranchyCompute
import BranchyNet
import RealModule
import TestSupport
import Testing

struct NetworkProgramTests {
    /// Dropout everywhere, and both ways on from the branch point begin alike.
    static let dropouts = BranchedNetwork("dropouts", inputShape: [2, 7, 6], classCount: 3) {
        Dropout("first", rate: 0.25)
        Conv2D("conv", inputChannels: 2, outputChannels: 4, kernelSize: 3)
        Branch("branch") {
            MaxPool2D(kernelSize: 2, stride: 2, rounding: .ceiling)
            ReLU()
            Dropout("drop", rate: 0.5)
            Flatten()
            Linear("linear", inputFeatures: 24, outputFeatures: 3)
        }
        MaxPool2D(kernelSize: 2, stride: 2, rounding: .ceiling)
        ReLU()
        Flatten()
        Linear("hidden", inputFeatures: 24, outputFeatures: 8)
        ReLU()
        Dropout("last", rate: 0)
        Linear("linear", inputFeatures: 8, outputFeatures: 3)
    }

    /// An exit that has no layer of its own.
    static let bare = BranchedNetwork("bare", inputShape: [1, 1, 4], classCount: 3) {
        Flatten()
        Linear("linear", inputFeatures: 4, outputFeatures: 3)
        Branch("branch") { ReLU() }
        ReLU()
    }

    static let networks = [BranchedNetwork.bLeNet, .leNet, dropouts, bare]

    /// Dropout is left out, layers are moved and fused, and not a bit changes.
    @Test(arguments: networks)
    func inferenceComputesThePlainLogits(_ network: BranchedNetwork) throws {
        let (plain, inference) = (try network.plainProgram(), try network.inferenceProgram())
        var feed = Feed(for: plain.program, batchSize: 2)
        for mask in plain.masks {
            feed.inputs[mask.input] = feed.inputs[mask.input].map {
                Tensor(repeating: 1, $0.shape)
            }
        }
        let expected = try ReferenceEngine().outputs(of: plain.program, batchSize: 2, feed)
        let actual = try ReferenceEngine().outputs(of: inference.program, batchSize: 2, feed)
        #expect(actual == expected)
        #expect(inference.masks.isEmpty)
        #expect(inference.program.inputs.map(\.name) == ["image"])
    }

    @Test(arguments: networks)
    func trainingComputesTheLossesOfThePlainLogits(_ network: BranchedNetwork) throws {
        let (plain, training) = (try network.plainProgram(), try network.trainingProgram())
        var feed = Feed(for: plain.program, batchSize: 2)
        feed.targets["targets"] = [1, 0]
        for exit in 0..<network.exitCount {
            let name = NetworkProgram.lossWeightsInput(ofExit: exit)
            feed.inputs[name] = Tensor([2], [0.5, 1])
        }
        for (name, tensor) in feed.parameters { feed.inputs[name] = tensor }
        let expected = try ReferenceEngine().outputs(of: plain.program, batchSize: 2, feed)
        let actual = try ReferenceEngine().outputs(of: training.program, batchSize: 2, feed)
        for exit in 0..<network.exitCount {
            let name = NetworkProgram.logitsOutput(ofExit: exit)
            let logits = try #require(expected[name]).scalars.map(Double.init)
            #expect(actual[name] == expected[name])
            let rows = [
                Array(logits[..<network.classCount]), Array(logits[network.classCount...]),
            ]
            let loss = 0.5 * crossEntropy(rows[0], 1) + crossEntropy(rows[1], 0)
            let found = try #require(actual[NetworkProgram.lossOutput(ofExit: exit)]).scalars[0]
            // Both are computed in double precision, and one is rounded to a float at the end.
            #expect(abs(Double(found) - loss) <= Double(loss) * 0x1p-23)
        }
    }

    @Test(arguments: networks)
    func parametersAreStoredOnce(_ network: BranchedNetwork) throws {
        let names = try network.plainProgram().program.parameters.map(\.name)
        let inference = try network.inferenceProgram().program
        let training = try network.trainingProgram().program
        #expect(Set(names).count == names.count)
        #expect(inference.parameters.map(\.name) == names)
        #expect(training.inputs.suffix(names.count).map(\.name) == names)
        let gradients = names.map(Program.gradientName(of:))
        #expect(training.outputs.suffix(names.count).map(\.name) == gradients)
    }

    @Test(arguments: networks)
    func segmentsKeepTheirNumbers(_ network: BranchedNetwork) throws {
        let plain = try network.plainProgram().program
        let inference = try network.inferenceProgram().program
        let training = try network.trainingProgram().program
        #expect(plain.segments.count == 2 * network.exitCount - 1)
        #expect(inference.segments.map(\.name) == plain.segments.map(\.name))
        #expect(
            training.segments.map(\.name)
                == plain.segments.map(\.name) + ["losses", "backward"])
        for exit in 0..<network.exitCount {
            let backbone = NetworkProgram.backboneSegment(ofStage: exit)
            #expect(plain.segments[backbone].name == "backbone \(exit)")
            guard exit < network.exitCount - 1 else { continue }
            let branch = NetworkProgram.branchSegment(ofStage: exit)
            #expect(plain.segments[branch].name == "branch \(exit)")
        }
    }

    /// What mixes no samples is the same program as before there was mixing.
    @Test(arguments: networks)
    func lossesAgainstPartnersAreThereOnlyWhereSamplesAreMixed(_ network: BranchedNetwork) throws {
        let plain = try network.trainingProgram().program
        let mixed = try network.trainingProgram(mixesSamples: true).program
        let outputs = (0..<network.exitCount).map(NetworkProgram.partnerLossOutput(ofExit:))
        let inputs =
            [NetworkProgram.partnerTargetsInput]
            + (0..<network.exitCount).map(NetworkProgram.partnerLossWeightsInput(ofExit:))
        #expect(inputs.allSatisfy { plain.inputIndex(named: $0) == nil })
        #expect(inputs.allSatisfy { mixed.inputIndex(named: $0) != nil })
        #expect(outputs.allSatisfy { plain.outputIndex(named: $0) == nil })
        #expect(outputs.allSatisfy { mixed.outputIndex(named: $0) != nil })
        #expect(mixed.segments.map(\.name) == plain.segments.map(\.name))
        #expect(mixed.inputs.count == plain.inputs.count + inputs.count)
        #expect(mixed.outputs.count == plain.outputs.count + outputs.count)
    }

    @Test func masksAreNamedAfterTheirDropouts() throws {
        let masks = try Self.dropouts.trainingProgram().masks
        #expect(
            masks.map(\.input) == [
                "mask of first", "mask of branch.drop", "mask of last",
            ])
        #expect(masks.map(\.rate) == [0.25, 0.5, 0])
        let program = try Self.dropouts.trainingProgram().program
        #expect(masks.allSatisfy { program.inputIndex(named: $0.input) != nil })
    }

    private func crossEntropy(_ logits: [Double], _ target: Int) -> Double {
        let maximum = logits.max() ?? 0
        let sum = logits.reduce(0) { $0 + .exp($1 - maximum) }
        return .log(sum) + maximum - logits[target]
    }
}
