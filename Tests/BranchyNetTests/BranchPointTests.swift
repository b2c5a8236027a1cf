import BranchyCompute
import BranchyNet
import Testing

struct BranchPointTests {
    /// Behind the whole of a layer, its normalization and activation, and not within blocks.
    @Test func lieWhereOneImageIsAlive() throws {
        let network = BranchedNetwork("n", inputShape: [3, 8, 8], classCount: 2) {
            Conv2D("conv1", inputChannels: 3, outputChannels: 4, kernelSize: 1, hasBias: false)
            BatchNorm2D("bn1", channels: 4)
            ReLU()
            Branch("branch1") {
                Flatten()
                Linear("linear", inputFeatures: 256, outputFeatures: 2)
            }
            Parallel(join: .add) {
                Path {
                    Conv2D(
                        "layer1.0.conv1", inputChannels: 4, outputChannels: 6, kernelSize: 1,
                        stride: 2)
                }
                Path {
                    Conv2D(
                        "layer1.0.conv2", inputChannels: 4, outputChannels: 6, kernelSize: 2,
                        stride: 2)
                    SiLU()
                }
            }
            ReLU()
            Residual("layer2") {
                Conv2D("conv", inputChannels: 6, outputChannels: 6, kernelSize: 1)
            }
            MaxPool2D(kernelSize: 2, stride: 2)
            Flatten()
            Linear("linear1", inputFeatures: 24, outputFeatures: 2)
        }
        let points = try network.branchPoints()
        // Multiply-accumulates by hand: 3·4·64; then 4·6·16 and 4·4·6·16; then 6·6·16.
        let found = points.map {
            point($0.layerCount, $0.name, $0.shape.dimensions, $0.multiplyAccumulates)
        }
        #expect(
            found == [
                point(3, "conv1", [4, 8, 8], 768),
                point(5, "layer1.0", [6, 4, 4], 768 + 384 + 1_536),
                point(6, "layer2", [6, 4, 4], 2_688 + 576),
                point(7, "layer2", [6, 2, 2], 2_688 + 576),
            ])
    }

    /// Every branch of a built-in network stands at one of them or between two parts of a piece.
    @Test(arguments: BranchedNetwork.known)
    func growFromTheImageOn(network: BranchedNetwork) throws {
        let points = try network.branchPoints()
        let work = points.map(\.multiplyAccumulates)
        #expect(!points.isEmpty)
        #expect(work == work.sorted())
        #expect(points.allSatisfy { $0.shape.rank == 3 && $0.layerCount >= 1 })
    }

    @Test func unnamedBlocksAreCalledByWhatIsInThem() throws {
        let network = BranchedNetwork("n", inputShape: [1, 2, 2], classCount: 4) {
            Parallel(join: .add) {
                Path { Conv2D("a", inputChannels: 1, outputChannels: 1, kernelSize: 1) }
                Path {}
            }
            MaxPool2D(kernelSize: 1, stride: 1)
            Flatten()
        }
        #expect(try network.branchPoints().map(\.name) == ["a", "a"])
    }

    private func point(
        _ layers: Int, _ name: String, _ shape: [Int], _ work: Int
    ) -> String { "\(layers) \(name) \(shape) \(work)" }
}
