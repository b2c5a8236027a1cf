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

    @Test func needsAFullyConnectedLayerBeforeTheLogits() {
        let network = BranchedNetwork("net", inputShape: [1, 4, 4], classCount: 3) {
            Conv2D("conv", inputChannels: 1, outputChannels: 3, kernelSize: 1)
            GlobalAveragePool2D()
        }
        #expect(network.classifying(3) == network)
        #expect(network.classifying(4) == nil)
    }
}
