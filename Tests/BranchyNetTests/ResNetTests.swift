import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// B-ResNet-110 in both kinds, with numbers worked out by hand.
struct ResNetTests {
    private static let resNets = [
        BranchedNetwork.bResNet110, .resNet110, .bResNet110Fast, .resNet110Fast,
    ]

    /// Outside of the branches: a stem, 54 blocks of two convolutions, a linear layer.
    @Test(arguments: resNets)
    func has110LayersWithWeights(_ network: BranchedNetwork) throws {
        let trunk = network.withoutBranches(name: "trunk")
        let operations = try trunk.plainProgram().program.segments[0].instructions.map(\.operation)
        let weighted = operations.count {
            switch $0 {
            case .convolution, .linear: true
            default: false
            }
        }
        #expect(weighted == 110)
        #expect(operations.count { $0 == .add } == 54)
    }

    /// 54 blocks on maps of 30, 15 and 8 rows, and maps of 3 in the end; or of 32, 16 and 8.
    @Test(arguments: [
        (BranchedNetwork.resNet110, [30, 15, 8]), (.resNet110Fast, [32, 16, 8]),
    ])
    func blocksHaveTheseShapes(_ network: BranchedNetwork, sizes: [Int]) throws {
        let program = try network.plainProgram().program
        let sums = program.segments[0].instructions.filter { $0.operation == .add }
        let shapes = zip([16, 32, 64], sizes).flatMap { channels, size in
            [Shape](repeating: [channels, size, size], count: 18)
        }
        #expect(sums.map { program.type(of: $0.results[0]).shape } == shapes)
    }

    @Test func bResNet110HasTheBranchesOfThePaper() throws {
        let program = try BranchedNetwork.bResNet110.plainProgram().program
        let shapes = program.segments.map { segment in
            segment.instructions.map { program.type(of: $0.results[0]).shape }
        }
        let maps: Shape = [16, 30, 30]
        #expect(shapes[0] == [maps, maps, maps])
        #expect(
            shapes[1] == [
                [64, 30, 30], [64, 30, 30], [64, 30, 30], [32, 30, 30], [32, 30, 30],
                [32, 30, 30], [32, 30, 30], [28_800], [10],
            ])
        #expect(shapes[3] == [Shape](repeating: maps, count: 7) + [[14_400], [10]])
        #expect(shapes[4].suffix(3) == [[64, 3, 3], [576], [10]])
    }

    /// Rows · columns · output channels · input channels · taps, and outputs · inputs. The paper's
    /// first branch alone is 21 % of what the trunk costs.
    @Test func bResNet110CostsTheseMultiplyAccumulates() throws {
        let costs = try costs(of: .bResNet110)
        let block = 2 * 30 * 30 * 16 * 16 * 9
        let (second, third) = (
            15 * 15 * (32 * 16 + 35 * 32 * 32) * 9, 8 * 8 * (64 * 32 + 35 * 64 * 64) * 9
        )
        #expect(
            costs == [
                30 * 30 * 16 * 3 * 9,
                30 * 30 * (64 * 16 * 25 + 32 * 64 * 9 + 32 * 32 * 9) + 28_800 * 10,
                18 * block, block + 14_400 * 10, second + third + 576 * 10,
            ])
        #expect(costs == [388_800, 48_211_200, 74_649_600, 4_291_200, 157_373_568])
        #expect(try self.costs(of: .resNet110) == [232_411_968])
    }

    @Test func bResNet110FastCostsTheseMultiplyAccumulates() throws {
        let costs = try costs(of: .bResNet110Fast)
        let block = 2 * 32 * 32 * 16 * 16 * 9
        #expect(
            costs == [
                32 * 32 * 16 * 3 * 9 + 9 * block,
                16 * 16 * 32 * 16 * 9 + 8 * 8 * 64 * 32 * 9 + 64 * 10,
                17 * block + block * 3 / 4,
                8 * 8 * 64 * 32 * 9 + 4 * 4 * 128 * 64 * 9 + 128 * 10,
                9 * block + 17 * block + block * 3 / 4 + 64 * 10,
            ])
        #expect(costs == [42_909_696, 2_359_936, 83_755_008, 2_360_576, 126_222_976])
        #expect(try self.costs(of: .resNet110Fast) == [252_887_680])
    }

    /// 1.7 million, as the trunk is known for.
    @Test func resNet110FastHasAsManyParametersAsTheStandardOne() throws {
        let program = try BranchedNetwork.resNet110Fast.plainProgram().program
        let trained = program.parameters.filter { !$0.name.contains(".running_") }
        let count = trained.reduce(0) { $0 + program.type(of: $1.value).shape.elementCount }
        #expect(count == 1_727_962)
        #expect(
            trained.prefix(4).map(\.name) == [
                "conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight",
            ])
    }

    /// Each relu by the normalization before it in training, and nothing left to normalize in
    /// inference.
    @Test(arguments: resNets)
    func normalizationsAreFusedAndFolded(_ network: BranchedNetwork) throws {
        let training = try network.trainingProgram()
        let normalizations = training.program.segments.flatMap(\.instructions).filter {
            if case .batchNormalization = $0.operation { true } else { false }
        }
        #expect(normalizations.count == training.batchStatistics.count)
        #expect(normalizations.contains { $0.results.count == 4 })
        let inference = try network.inferenceProgram().program
        var feed = Feed(for: inference, batchSize: 1)
        feed.makeVariancesPositive()
        let folded = try inference.foldingBatchNormalization(with: feed.parameters).program
        let operations = folded.segments.flatMap(\.instructions).map(\.operation.description)
        #expect(!operations.contains { $0.hasPrefix("batch normalization") })
        #expect(folded.parameters.allSatisfy { !$0.name.contains(".running_") })
    }

    private func costs(of network: BranchedNetwork) throws -> [Int] {
        let program = try network.plainProgram().program
        return program.segments.indices.map(program.multiplyAccumulates(inSegment:))
    }
}
