import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// Networks for other numbers of classes than they are described with.
struct ClassCountTests {
    @Test(arguments: BranchedNetwork.known, [2, 26, 100])
    func everyBuiltInNetworkTakesAnyNumberOfClasses(network: BranchedNetwork, count: Int) throws {
        let other = try #require(network.classifying(count))
        #expect(other.name == network.name && other.classCount == count)
        #expect(other.isBuiltIn && network.isBuiltIn)
        #expect(other.classifying(network.classCount) == network)
        let program = try other.plainProgram().program
        let before = try network.plainProgram().program
        #expect(program.parameters.map(\.name) == before.parameters.map(\.name))
        // One weight and one bias of each exit changed, and nothing else.
        let changed = zip(program.parameters, before.parameters).filter {
            program.type(of: $0.value) != before.type(of: $1.value)
        }
        #expect(changed.count == 2 * network.exitCount)
        #expect(
            changed.allSatisfy { port, _ in
                program.type(of: port.value).shape.dimensions.first == count
            })
    }

    @Test func aNetworkThatWasDescribedIsNotBuiltIn() {
        var network = BranchedNetwork.bLeNet
        network.name = "own"
        #expect(!network.isBuiltIn)
        network.name = "lenet"
        #expect(!network.isBuiltIn)
    }

    @Test func logitsMayComeOfAConvolutionOrASum() throws {
        let network = BranchedNetwork("net", inputShape: [1, 4, 4], classCount: 3) {
            Conv2D("first", inputChannels: 1, outputChannels: 3, kernelSize: 1)
            Branch("early") {
                Parallel(join: .add) {
                    for size in [1, 2] {
                        Path {
                            AveragePool2D(
                                kernelSize: Extent2D(4 / size), stride: Extent2D(4 / size))
                            Flatten()
                            Linear("of\(size)", inputFeatures: 3 * size * size, outputFeatures: 3)
                        }
                    }
                }
            }
            Conv2D("last", inputChannels: 3, outputChannels: 3, kernelSize: 1)
            ReLU()
            GlobalAveragePool2D()
        }
        let other = try #require(network.classifying(7))
        let program = try other.plainProgram().program
        let shapes = program.parameters.map { program.type(of: $0.value).shape.dimensions }
        #expect(
            shapes == [
                [3, 1, 1, 1], [3], [7, 3], [7], [7, 12], [7], [7, 3, 1, 1], [7],
            ])
        #expect(other.classifying(3) == network)
        #expect(
            try network.exitParameters() == [
                "early.of1.weight", "early.of1.bias", "early.of2.weight", "early.of2.bias",
                "last.weight", "last.bias",
            ])
    }

    @Test func logitsOfABlockStayAsManyAsTheyAre() {
        let network = BranchedNetwork("net", inputShape: [3, 4, 4], classCount: 3) {
            Residual("block") {
                Conv2D("conv", inputChannels: 3, outputChannels: 3, kernelSize: 1)
            }
            GlobalAveragePool2D()
        }
        #expect(network.classifying(3) == network)
        #expect(network.classifying(4) == nil)
    }
}
