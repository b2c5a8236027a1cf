import BranchyCompute
import BranchyNet
import Testing

struct NetworkBuilderTests {
    @Test func cutsStagesAtBranches() {
        let network = BranchedNetwork("n", inputShape: [1, 4, 4], classCount: 2) {
            ReLU()
            Branch("a") { Flatten() }
            Branch("b") { Flatten() }
            MaxPool2D(kernelSize: 2, stride: 2)
            Flatten()
        }
        #expect(
            network.stages == [
                Stage(
                    backbone: [.reLU(ReLU())],
                    branch: Branch(name: "a", layers: [.flatten(Flatten())])),
                Stage(backbone: [], branch: Branch(name: "b", layers: [.flatten(Flatten())])),
                Stage(
                    backbone: [
                        .maxPool2D(MaxPool2D(kernelSize: 2, stride: 2)), .flatten(Flatten()),
                    ], branch: nil),
            ])
        #expect(network.exitNames == ["a", "b", "final exit"])
    }

    @Test(arguments: [true, false])
    func takesLoopsConditionsAndLists(condition: Bool) {
        let pair: [Layer] = [.reLU(ReLU()), .flatten(Flatten())]
        let network = BranchedNetwork("n", inputShape: [1, 4, 4], classCount: 2) {
            for index in 0..<2 {
                Conv2D("conv\(index)", inputChannels: 1, outputChannels: 1, kernelSize: 1)
                Branch("branch\(index)") {
                    if condition { Dropout("drop", rate: 0.5) }
                    pair
                    for width in [3, 2] {
                        Linear("linear\(width)", inputFeatures: 1, outputFeatures: width)
                    }
                }
            }
            if condition { ReLU() } else { Flatten() }
            if condition { MaxPool2D(kernelSize: 1, stride: 1) }
            pair
        }
        #expect(network.exitNames == ["branch0", "branch1", "final exit"])
        let branch = network.stages[0].branch?.layers ?? []
        #expect(branch.count == (condition ? 5 : 4))
        #expect(Array(branch.suffix(4).prefix(2)) == pair)
        let final = network.stages[2].backbone
        #expect(final.count == (condition ? 4 : 3))
        #expect(final.first == (condition ? .reLU(ReLU()) : .flatten(Flatten())))
        #expect(Array(final.suffix(2)) == pair)
    }

    @Test func takesChoicesInABranch() {
        func branch(_ isWide: Bool) -> Branch {
            Branch("b") {
                if isWide {
                    Linear("wide", inputFeatures: 4, outputFeatures: 9)
                } else {
                    Linear("narrow", inputFeatures: 4, outputFeatures: 2)
                }
            }
        }
        #expect(branch(true).layers.map(\.description) == ["wide: Linear 4 → 9"])
        #expect(branch(false).layers.map(\.description) == ["narrow: Linear 4 → 2"])
    }

    @Test func anEmptyNetworkHasOneEmptyStage() {
        let network = BranchedNetwork("n", inputShape: [1, 4, 4], classCount: 2) {}
        #expect(network.stages == [Stage(backbone: [], branch: nil)])
    }
}
