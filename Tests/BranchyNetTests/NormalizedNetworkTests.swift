import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// Batch normalization and residual blocks, from the description to the numbers.
struct NormalizedNetworkTests {
    private let network = BranchedNetwork.normalized

    @Test func hasTheseParameters() throws {
        let program = try network.plainProgram().program
        let normalizing = ["weight", "bias", "running_mean", "running_var"]
        let expected =
            ["conv.weight"] + normalizing.map { "bn.\($0)" }
            + ["layer1.0.conv1.weight", "layer1.0.conv1.bias"]
            + normalizing.map { "layer1.0.bn1.\($0)" }
            + ["layer1.0.conv2.weight", "layer1.0.conv2.bias"]
            + normalizing.map { "layer1.0.bn2.\($0)" } + normalizing.map { "branch.bn.\($0)" }
            + ["branch.linear.weight", "branch.linear.bias", "layer2.0.conv1.weight"]
            + normalizing.map { "layer2.0.bn1.\($0)" } + ["linear.weight", "linear.bias"]
        #expect(program.parameters.map(\.name) == expected)
    }

    @Test func blocksBecomeABodyAShortcutAndASum() throws {
        let program = try network.plainProgram().program
        #expect(
            program.segments.map { $0.instructions.map(\.operation.description) } == [
                [
                    "convolution", "batch normalization", "relu", "convolution",
                    "batch normalization", "relu", "convolution", "batch normalization", "add",
                    "relu",
                ],
                [
                    "local response normalization", "average pooling", "batch normalization",
                    "flatten", "linear",
                ],
                [
                    "convolution", "batch normalization", "relu", "add", "shortcut", "add", "relu",
                    "global average pooling", "linear",
                ],
            ])
        for (stage, segment) in [(0, 0), (1, 2)] {
            let count = network.stages[stage].backbone.reduce(0) { $0 + $1.instructionCount }
            #expect(count == program.segments[segment].instructions.count)
        }
    }

    @Test func inferenceComputesThePlainLogitsBitForBit() throws {
        let feed = try Feed.random(for: network)
        let plain = try ReferenceEngine().outputs(
            of: network.plainProgram().program, batchSize: 2, feed)
        let inference = try ReferenceEngine().outputs(
            of: network.inferenceProgram().program, batchSize: 2, feed)
        #expect(inference == plain)
    }

    /// Those of convolutions are folded; that of the pooling has nothing to be folded into.
    @Test func engineSeesFoldedNormalizations() throws {
        let feed = try Feed.random(for: network)
        let executable = try CompiledNetwork(
            network, parameters: feed.parameters, engine: ReferenceEngine(), batchSize: 2
        ).executable
        let operations = executable.program.segments.map {
            $0.instructions.map(\.operation.description)
        }
        #expect(
            operations == [
                [
                    "convolution + relu", "convolution + relu", "convolution", "add", "relu",
                ],
                [
                    "local response normalization", "average pooling", "batch normalization",
                    "flatten", "linear",
                ],
                [
                    "convolution", "relu", "add", "shortcut", "add", "relu",
                    "global average pooling", "linear",
                ],
            ])
        var workspace = try executable.makeWorkspace()
        let outputs = try executable.outputs(feed, in: &workspace)
        try Agreement(reference: network.plainProgram().program, batchSize: 2, feed)
            .require(outputs)
    }

    @Test func trainingLeavesTheStatisticsOfEachNormalization() throws {
        let training = try network.trainingProgram()
        let names = ["bn", "layer1.0.bn1", "layer1.0.bn2", "branch.bn", "layer2.0.bn1"]
        #expect(training.batchStatistics.map(\.name) == names)
        #expect(training.batchStatistics.map(\.count) == [72, 72, 72, 16, 20])
        #expect(training.batchStatistics.map(\.runningMean) == names.map { "\($0).running_mean" })
        #expect(
            training.batchStatistics.map(\.runningVariance) == names.map { "\($0).running_var" })
        for statistics in training.batchStatistics {
            for output in [statistics.meanOutput, statistics.varianceOutput] {
                let index = try #require(training.program.outputIndex(named: output))
                let type = training.program.type(of: training.program.outputs[index].value)
                #expect(
                    type == ValueType([statistics.name == "layer2.0.bn1" ? 7 : 4], isBatched: false)
                )
            }
        }
        #expect(try network.plainProgram().batchStatistics.isEmpty)
        #expect(try network.inferenceProgram().batchStatistics.isEmpty)
    }

    @Test func trainingKnowsNoRunningValues() throws {
        let program = try network.trainingProgram().program
        let trained = try network.plainProgram().program.parameters.map(\.name)
            .filter { !$0.contains(".running_") }
        #expect(program.inputs.suffix(trained.count).map(\.name) == trained)
        #expect(
            program.outputs.suffix(trained.count).map(\.name)
                == trained.map(Program.gradientName(of:)))
    }

    /// Normalizing by given values that are the batch's is normalizing by the batch. Only that
    /// they were rounded to single precision lies between.
    @Test func inferenceByTheStatisticsOfTheBatchIsTraining() throws {
        let training = try network.trainingProgram()
        var feed = try Feed.random(for: network, batchSize: 3)
        for (name, tensor) in feed.parameters { feed.inputs[name] = tensor }
        feed.targets["targets"] = [0, 1, 2]
        for exit in 0..<2 {
            feed.inputs[NetworkProgram.lossWeightsInput(ofExit: exit)] = Tensor([3], [1, 1, 1])
        }
        let trained = try ReferenceEngine().outputs(of: training.program, batchSize: 3, feed)
        for statistics in training.batchStatistics {
            feed.parameters[statistics.runningMean] = trained[statistics.meanOutput]
            feed.parameters[statistics.runningVariance] = trained[statistics.varianceOutput]
        }
        let inferred = try ReferenceEngine().outputs(
            of: network.plainProgram().program, batchSize: 3, feed)
        for (name, logits) in inferred {
            let found = try #require(trained[name])
            for (one, other) in zip(found.scalars, logits.scalars) {
                #expect(abs(one - other) <= 1e-5 * max(1, abs(other)))
            }
        }
    }
}
