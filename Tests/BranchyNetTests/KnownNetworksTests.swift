import BranchyCompute
import BranchyNet
import Testing

/// The built-in networks, with numbers worked out by hand.
struct KnownNetworksTests {
    /// 28 + 6 − 4 = 30; pooled with ceiling sizes 15, 8 in the branch; in the backbone 15, then
    /// 15 + 6 − 4 = 17, 9, 9 + 6 − 4 = 11 and 6. Flattened 10·8·8 and 20·6·6.
    @Test func bLeNetHasTheShapesOfThePaper() throws {
        let program = try BranchedNetwork.bLeNet.plainProgram().program
        let shapes = program.segments.map { segment in
            segment.instructions.map { program.type(of: $0.results[0]).shape }
        }
        #expect(
            shapes == [
                [[5, 30, 30]],
                [
                    [5, 15, 15], [5, 15, 15], [10, 15, 15], [10, 8, 8], [10, 8, 8], [640], [10],
                ],
                [
                    [5, 15, 15], [5, 15, 15], [10, 17, 17], [10, 9, 9], [10, 9, 9],
                    [20, 11, 11], [20, 6, 6], [20, 6, 6], [720], [84], [10],
                ],
            ])
        #expect(program.segments.map(\.name) == ["backbone 0", "branch 0", "backbone 1"])
        #expect(program.outputs.map(\.name) == ["logits of exit 0", "logits of exit 1"])
        #expect(program.inputs.map(\.name) == ["image"])
    }

    @Test func bLeNetHasTheseParameters() throws {
        let program = try BranchedNetwork.bLeNet.plainProgram().program
        let expected: [(String, Shape)] = [
            ("conv1.weight", [5, 1, 5, 5]), ("conv1.bias", [5]),
            ("branch1.conv.weight", [10, 5, 3, 3]), ("branch1.conv.bias", [10]),
            ("branch1.linear.weight", [10, 640]), ("branch1.linear.bias", [10]),
            ("conv2.weight", [10, 5, 5, 5]), ("conv2.bias", [10]),
            ("conv3.weight", [20, 10, 5, 5]), ("conv3.bias", [20]),
            ("linear1.weight", [84, 720]), ("linear1.bias", [84]),
            ("linear2.weight", [10, 84]), ("linear2.bias", [10]),
        ]
        #expect(program.parameters.map(\.name) == expected.map(\.0))
        #expect(program.parameters.map { program.type(of: $0.value).shape } == expected.map(\.1))
        // conv1 130, branch 460 + 6410, conv2 1260, conv3 5020, linear1 60 564, linear2 850.
        let count = program.parameters.reduce(0) {
            $0 + program.type(of: $1.value).shape.elementCount
        }
        #expect(count == 74_694)
    }

    /// Rows · columns · output channels · input channels · taps, and outputs · inputs.
    @Test func bLeNetCostsTheseMultiplyAccumulates() throws {
        let program = try BranchedNetwork.bLeNet.plainProgram().program
        let costs = program.segments.indices.map(program.multiplyAccumulates(inSegment:))
        let branch = 15 * 15 * 10 * 5 * 9 + 640 * 10
        let rest =
            17 * 17 * 10 * 5 * 25 + 11 * 11 * 20 * 10 * 25 + 720 * 84 + 84 * 10
        #expect(costs == [112_500, 107_650, 1_027_570])
        #expect(costs == [30 * 30 * 5 * 25, branch, rest])
        let inference = try BranchedNetwork.bLeNet.inferenceProgram().program
        #expect(inference.segments.indices.map(inference.multiplyAccumulates(inSegment:)) == costs)
    }

    /// Pooling and relu behind conv1 are done once, in the producer; each relu by what precedes it.
    @Test func bLeNetInfersWithSharedLayersDoneOnce() throws {
        let program = try BranchedNetwork.bLeNet.inferenceProgram().program
        #expect(
            program.segments.map { $0.instructions.map(\.operation.description) } == [
                ["convolution", "max pooling + relu"],
                ["convolution", "max pooling + relu", "flatten", "linear"],
                [
                    "convolution", "max pooling + relu", "convolution", "max pooling + relu",
                    "flatten", "linear", "linear",
                ],
            ])
    }

    @Test func lenetIsTheBackboneAlone() throws {
        let (network, branched) = (BranchedNetwork.leNet, BranchedNetwork.bLeNet)
        #expect(network.name == "lenet" && network.exitCount == 1)
        #expect(network.exitNames == ["final exit"])
        #expect(network.stages.count == 1 && network.stages[0].branch == nil)
        #expect(network.stages[0].backbone == branched.stages.flatMap(\.backbone))
        let names = try network.plainProgram().program.parameters.map(\.name)
        let all = try branched.plainProgram().program.parameters.map(\.name)
        #expect(names == all.filter { !$0.hasPrefix("branch1.") })
        let cost = try network.plainProgram().program.multiplyAccumulates(inSegment: 0)
        #expect(cost == 112_500 + 1_027_570)
    }

    /// (28 + 2 − 7) / 4 + 1 = 6 pixels in a row; 6·6 · 16 · 7·7 taps, and 16·6·6 features to 10.
    @Test func bLeNetFastAnswersBeforeItsTrunkBegins() throws {
        let network = BranchedNetwork.bLeNetFast
        #expect(network.stages[0].backbone.isEmpty)
        #expect(network.stages[1].backbone == BranchedNetwork.leNet.stages[0].backbone)
        let program = try network.plainProgram().program
        let shapes = program.segments[1].instructions.map {
            program.type(of: $0.results[0]).shape
        }
        #expect(shapes == [[16, 6, 6], [16, 6, 6], [576], [10]])
        let costs = program.segments.indices.map(program.multiplyAccumulates(inSegment:))
        #expect(costs == [0, 36 * 16 * 49 + 576 * 10, 112_500 + 1_027_570])
    }

    @Test func bLeNetNamesItsExits() {
        #expect(BranchedNetwork.bLeNet.exitNames == ["branch1", "final exit"])
        #expect(BranchedNetwork.bLeNet.exitCount == 2)
    }

    @Test func networksAreFoundByName() throws {
        for network in BranchedNetwork.known {
            #expect(try BranchedNetwork.named(network.name) == network)
        }
        let failure = #expect(throws: NetworkError.self) {
            try BranchedNetwork.named("resnet")
        }
        #expect(failure?.code == .unknownName)
        #expect(
            failure?.message
                == "there is no network 'resnet'; known are b-lenet, lenet, b-lenet-fast, "
                + "b-alexnet, alexnet, b-alexnet-fast, b-resnet110, resnet110, "
                + "b-resnet110-fast, resnet110-fast, b-photo, photo")
    }

    @Test func trainingHasALossAndWeightsForEachExit() throws {
        let program = try BranchedNetwork.bLeNet.trainingProgram().program
        #expect(program.parameters.isEmpty)
        #expect(
            program.inputs.prefix(4).map(\.name) == [
                "image", "targets", "loss weights of exit 0", "loss weights of exit 1",
            ])
        #expect(program.inputs.count == 4 + 14)
        #expect(
            program.outputs.prefix(4).map(\.name) == [
                "logits of exit 0", "logits of exit 1", "loss of exit 0", "loss of exit 1",
            ])
        #expect(program.outputs.count == 4 + 14)
    }
}
