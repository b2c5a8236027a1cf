import BranchyCompute
import BranchyNet
import Testing

/// B-AlexNet in both kinds, with numbers worked out by hand.
struct AlexNetTests {
    /// 32; pooled with ceiling sizes 16 and 8; 4 in the branch and in the end, 2 in branch 2.
    @Test func bAlexNetHasTheShapesOfThePaper() throws {
        let program = try BranchedNetwork.bAlexNet.plainProgram().program
        let shapes = program.segments.map { segment in
            segment.instructions.map { program.type(of: $0.results[0]).shape }
        }
        #expect(
            shapes == [
                [[32, 32, 32], [32, 32, 32], [32, 16, 16], [32, 16, 16], [64, 16, 16]],
                [
                    [64, 16, 16], [64, 8, 8], [64, 8, 8], [32, 8, 8], [32, 8, 8], [32, 8, 8],
                    [32, 8, 8], [32, 4, 4], [512], [10],
                ],
                [[64, 16, 16], [64, 8, 8], [64, 8, 8], [96, 8, 8]],
                [
                    [96, 8, 8], [96, 4, 4], [96, 4, 4], [32, 4, 4], [32, 4, 4], [32, 2, 2], [128],
                    [10],
                ],
                [
                    [96, 8, 8], [96, 8, 8], [96, 8, 8], [64, 8, 8], [64, 8, 8], [64, 4, 4],
                    [1024], [256], [256], [256], [128], [128], [128], [10],
                ],
            ])
        #expect(BranchedNetwork.bAlexNet.exitNames == ["branch1", "branch2", "final exit"])
    }

    /// Rows · columns · output channels · input channels · taps, and outputs · inputs.
    @Test func bAlexNetCostsTheseMultiplyAccumulates() throws {
        let costs = try costs(of: .bAlexNet)
        let end =
            8 * 8 * 96 * 96 * 9 + 8 * 8 * 64 * 96 * 9 + 1024 * 256 + 256 * 128 + 128 * 10
        #expect(
            costs == [
                32 * 32 * 32 * 3 * 25 + 16 * 16 * 64 * 32 * 25,
                8 * 8 * 32 * 64 * 9 + 8 * 8 * 32 * 32 * 9 + 512 * 10,
                8 * 8 * 96 * 64 * 9,
                4 * 4 * 32 * 96 * 9 + 128 * 10,
                end,
            ])
        #expect(costs == [15_564_800, 1_774_592, 3_538_944, 443_648, 9_143_552])
        #expect(try self.costs(of: .alexNet) == [28_247_296])
    }

    @Test func bAlexNetFastCostsTheseMultiplyAccumulates() throws {
        let costs = try costs(of: .bAlexNetFast)
        let branch = 16 * 16 * 32 * 32 * 9 + 8 * 8 * 96 * 32 * 9 + 1536 * 10
        #expect(costs == [32 * 32 * 32 * 3 * 25, branch, 28_247_296 - 2_457_600])
        #expect(costs == [2_457_600, 4_144_128, 25_789_696])
    }

    /// Both kinds have one trunk, by the names of PyTorch's layouts too.
    @Test func kindsShareTheirTrunk() throws {
        let fast = BranchedNetwork.bAlexNetFast.withoutBranches(name: "alexnet")
        #expect(BranchedNetwork.alexNet == fast)
    }

    /// What branch 1 and the trunk begin with is done once: relu, pooling and normalization. Of
    /// branch 2 only the relu is the trunk's too.
    @Test func bAlexNetInfersWithSharedLayersDoneOnce() throws {
        let program = try BranchedNetwork.bAlexNet.inferenceProgram().program
        let norm = ["max pooling", "local response normalization"]
        #expect(
            program.segments.map { $0.instructions.map(\.operation.description) } == [
                ["convolution + relu"] + norm + ["convolution + relu"] + norm,
                [
                    "convolution + relu", "convolution + relu", "max pooling", "flatten", "linear",
                ],
                ["convolution + relu"],
                norm + ["convolution + relu", "max pooling", "flatten", "linear"],
                [
                    "convolution + relu", "convolution + relu", "max pooling", "flatten",
                    "linear + relu", "linear + relu", "linear",
                ],
            ])
    }

    private func costs(of network: BranchedNetwork) throws -> [Int] {
        let program = try network.plainProgram().program
        return program.segments.indices.map(program.multiplyAccumulates(inSegment:))
    }
}
