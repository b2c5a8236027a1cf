import BranchyCompute
import TestSupport
import Testing

/// What differentiation makes of a program, and how gradients follow the losses' weights.
struct TransformsDifferentiationTests {
    @Test(arguments: TrainingSample.all)
    func makesInputsOfParameters(_ sample: TrainingSample) throws {
        let forward = try sample.forward()
        let training = try forward.differentiated(losses: forward.losses)
        #expect(training.parameters.isEmpty)
        #expect(training.inputs == forward.inputs + forward.parameters)
        let gradients = forward.parameters.map { Program.gradientName(of: $0.name) }
        #expect(training.outputs.map(\.name) == forward.outputs.map(\.name) + gradients)
        for port in forward.parameters {
            let index = try #require(
                training.outputIndex(named: Program.gradientName(of: port.name)))
            let type = training.type(of: training.outputs[index].value)
            #expect(type == forward.type(of: port.value))
        }
    }

    /// Only poolings change, which have to record what they selected.
    @Test(arguments: TrainingSample.all)
    func appendsOneSegmentAndComputesTheSameForward(_ sample: TrainingSample) throws {
        let forward = try sample.forward()
        let training = try forward.differentiated(losses: forward.losses)
        #expect(training.segments.dropLast().map(\.name) == forward.segments.map(\.name))
        #expect(training.segments.last?.name == "backward")
        for (before, after) in zip(forward.segments, training.segments) {
            for (old, new) in zip(before.instructions, after.instructions) {
                #expect(old.operands == new.operands && old.results[0] == new.results[0])
                #expect(old.operation.description == new.operation.description)
            }
        }
        let feed = try sample.feed()
        let expected = try ReferenceEngine().outputs(
            of: forward, batchSize: TrainingSample.batchSize, feed)
        let actual = try ReferenceEngine().outputs(
            of: training, batchSize: TrainingSample.batchSize, feed)
        #expect(actual.filter { expected[$0.key] != nil } == expected)
    }

    @Test func givesNoGradientWhereNoLossDepends() throws {
        let forward = try TrainingSample.branched.forward()
        let early = try forward.differentiated(losses: ["loss 0"])
        #expect(
            early.outputs.map(\.name).filter { $0.hasPrefix("gradient") } == [
                "gradient of conv0.weight", "gradient of conv0.bias",
                "gradient of branch.weight", "gradient of branch.bias",
            ])
        let late = try forward.differentiated(losses: ["loss 1"])
        #expect(late.outputIndex(named: "gradient of branch.weight") == nil)
        let none = try forward.differentiated(losses: [])
        #expect(none.outputs == forward.outputs)
    }

    /// No instruction computes a derivative by the image or by a mask.
    @Test func computesNoGradientByInputs() throws {
        let forward = try TrainingSample.chain.forward()
        let training = try forward.differentiated(losses: ["loss 0"])
        let operations = try #require(training.segments.last).instructions.map(\.operation)
        #expect(
            operations.map(\.description) == [
                "softmax cross-entropy gradient", "linear source gradient",
                "linear parameter gradient", "dropout", "relu gradient",
                "linear parameter gradient",
            ])
    }

    /// Each gradient passes through some ten roundings, of 2⁻²⁴ relative to the largest number
    /// that it was summed from; sixteen units of the largest element cover both ways.
    @Test(arguments: [TrainingSample.branched, .fused, .hoisted, .threeReaders])
    func sumsTheLossesGradients(_ sample: TrainingSample) throws {
        let feed = try sample.feed()
        let losses = try sample.forward().losses
        let separate = try losses.map { try sample.gradients(of: [$0], feed) }
        for (name, joint) in try sample.gradients(feed) {
            let parts = separate.compactMap { $0[name]?.scalars }
            let largest = (parts + [joint.scalars]).flatMap(\.self).map(\.magnitude).max() ?? 0
            for index in joint.scalars.indices {
                let sum = parts.reduce(0) { $0 + $1[index] }
                #expect((joint.scalars[index] - sum).magnitude <= 16 * .ulpOfOne * largest)
            }
        }
    }

    @Test(arguments: TrainingSample.all)
    func givesExactlyZeroForWeightsOfZero(_ sample: TrainingSample) throws {
        var feed = try sample.feed()
        for exit in try sample.forward().losses.indices { feed.setWeights(0, ofExit: exit) }
        let gradients = try sample.gradients(feed)
        #expect(!gradients.isEmpty)
        #expect(gradients.values.allSatisfy { $0.scalars.allSatisfy { $0 == 0 } })
    }

    /// An exit of weight zero leaves no trace in what it shares with the others.
    @Test(arguments: [0, 1])
    func forgetsAnExitOfWeightZero(exit: Int) throws {
        let sample = TrainingSample.branched
        var feed = try sample.feed()
        feed.setWeights(0, ofExit: exit)
        let joint = try sample.gradients(feed)
        let alone = try sample.gradients(of: ["loss \(1 - exit)"], feed)
        #expect(joint.count == 10 && alone.count < joint.count)
        for (name, gradient) in joint {
            #expect(gradient.scalars == alone[name]?.scalars ?? gradient.scalars.map { _ in 0 })
        }
    }

    /// A gradient is linear in the loss's weight, and doubling changes no digit of a float.
    @Test(arguments: TrainingSample.all)
    func doublesWithTheWeight(_ sample: TrainingSample) throws {
        let feed = try sample.feed()
        for (exit, loss) in try sample.forward().losses.enumerated() {
            var doubled = feed
            doubled.inputs["weights \(exit)"] = feed.inputs["weights \(exit)"].map {
                Tensor($0.shape, $0.scalars.map { 2 * $0 })
            }
            let once = try sample.gradients(of: [loss], feed)
            let twice = try sample.gradients(of: [loss], doubled)
            #expect(twice.mapValues(\.scalars) == once.mapValues { $0.scalars.map { 2 * $0 } })
        }
    }

    @Test func ignoresLossesThatAreNotAskedFor() throws {
        let sample = TrainingSample.branched
        let feed = try sample.feed()
        var other = feed
        other.setWeights(1000, ofExit: 1)
        let early = try sample.gradients(of: ["loss 0"], feed)
        #expect(try sample.gradients(of: ["loss 0"], other) == early)
    }

    @Test func leavesTheProgramItself() throws {
        let forward = try TrainingSample.branched.forward()
        let copy = forward
        let training = try forward.differentiated(losses: forward.losses)
        #expect(forward == copy && training != forward)
    }
}

extension Feed {
    fileprivate mutating func setWeights(_ weight: Float, ofExit exit: Int) {
        inputs["weights \(exit)"] = Tensor(repeating: weight, [TrainingSample.batchSize])
    }
}
