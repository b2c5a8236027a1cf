import BranchyCompute
import BranchyNet
import Foundation
import TestSupport
import Testing

struct InspectTests {
    @Test func drawsANetworkAsATree() throws {
        let result = try Program.run("inspect", "b-lenet")
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        #expect(
            result.output == """
                b-lenet: images of 1x28x28, 10 classes, 2 exits, 74,694 parameters

                                                                 shape  parameters  multiply-accumulates
                ├─ stage 1                                                                       112,500
                │  ├─ conv1: Conv2D 1 → 5, 5×5, padding 3      5x30x30         130               112,500
                │  └─ branch1, exit 1                                                            107,650
                │     ├─ MaxPool2D 2×2, stride 2, ceiling      5x15x15
                │     ├─ ReLU                                  5x15x15
                │     ├─ conv: Conv2D 5 → 10, 3×3, padding 1  10x15x15         460               101,250
                │     ├─ MaxPool2D 2×2, stride 2, ceiling       10x8x8
                │     ├─ ReLU                                   10x8x8
                │     ├─ Flatten                                   640
                │     └─ linear: Linear 640 → 10                    10       6,410                 6,400
                └─ stage 2                                                                     1,027,570
                   ├─ MaxPool2D 2×2, stride 2, ceiling         5x15x15
                   ├─ ReLU                                     5x15x15
                   ├─ conv2: Conv2D 5 → 10, 5×5, padding 3    10x17x17       1,260               361,250
                   ├─ MaxPool2D 2×2, stride 2, ceiling          10x9x9
                   ├─ ReLU                                      10x9x9
                   ├─ conv3: Conv2D 10 → 20, 5×5, padding 3   20x11x11       5,020               605,000
                   ├─ MaxPool2D 2×2, stride 2, ceiling          20x6x6
                   ├─ ReLU                                      20x6x6
                   ├─ Flatten                                      720
                   ├─ linear1: Linear 720 → 84                      84      60,564                60,480
                   └─ linear2: Linear 84 → 10                       10         850                   840

                multiply-accumulates from image to answer                share
                exit 1, branch1                              220,150   17.64 %
                final exit                                 1,247,720  100.00 %

                a branch may go behind     shape  share of the work
                conv1                    5x30x30             9.87 %
                conv1                    5x15x15             9.87 %
                conv2                   10x17x17            41.55 %
                conv2                     10x9x9            41.55 %
                conv3                   20x11x11            94.62 %
                conv3                     20x6x6            94.62 %

                """)
    }

    @Test func measuresTheWayToEachPlaceForABranch() throws {
        let result = try Program.run("inspect", "b-lenet", "--time")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ") }
        let heading = try #require(lines.firstIndex { $0.first == "a" })
        #expect(lines[heading].suffix(3) == ["work", "time", "share"])
        let points = lines[(heading + 1)...]
        #expect(points.map { $0[0] } == ["conv1", "conv1", "conv2", "conv2", "conv3", "conv3"])
        for point in points {
            #expect(point.suffix(3).first == "µs", "\(point)")
            #expect(Double(point[point.count - 2]) ?? 0 > 0, "\(point)")
        }
    }

    @Test func hasNoTimesInADescription() throws {
        let result = try Program.run("inspect", "b-lenet", "--time", "--json")
        #expect(result.status == 64)
        #expect(result.errors.contains("pass --time or --json"))
    }

    @Test func drawsThePathsOfABlock() throws {
        try withTemporaryFolder { folder in
            let network = BranchedNetwork("n", inputShape: [4, 2, 2], classCount: 4) {
                Parallel(join: .multiply) {
                    Path {}
                    Path {
                        GlobalAveragePool2D(keepsDimensions: true)
                        Conv2D("se.fc", inputChannels: 4, outputChannels: 4, kernelSize: 1)
                        Sigmoid()
                    }
                }
                GlobalAveragePool2D()
            }
            let file = folder + "/n.json"
            try JSONEncoder().encode(network).write(to: URL(filePath: file))
            let result = try Program.run("inspect", file)
            #expect(result.status == 0, "\(result.errors)")
            let lines = result.output.split(separator: "\n").map(String.init)
            #expect(
                lines[2...8].map { String($0.prefix(38)).trimmingCharacters(in: .whitespaces) }
                    == [
                        "└─ stage 1", "├─ Parallel, 2 paths, multiply", "│  ├─ path 1, as it is",
                        "│  └─ path 2", "│     ├─ GlobalAveragePool2D, 1×1",
                        "│     ├─ se.fc: Conv2D 4 → 4, 1×1", "│     └─ Sigmoid",
                    ])
            #expect(lines.contains { $0.hasPrefix("se ") && $0.contains("4x2x2") })
        }
    }

    @Test(arguments: BranchedNetwork.known)
    func printsADescriptionThatReadsBack(network: BranchedNetwork) throws {
        let result = try Program.run("inspect", network.name, "--json")
        #expect(result.status == 0)
        let data = Data(result.output.utf8)
        #expect(try JSONDecoder().decode(BranchedNetwork.self, from: data) == network)
    }

    @Test func showsTheNetworkOfAModel() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let model = try Program.run("inspect", folder)
            let network = try Program.run("inspect", "b-lenet")
            #expect(model.status == 0)
            #expect(model.output == network.output)
        }
    }

    @Test func saysThatThereIsNoSuchModel() throws {
        let result = try Program.run("inspect", "lenett")
        #expect(result.status == 65)
        #expect(result.output.isEmpty)
        #expect(
            result.errors == """
                Error: lenett is not a model folder: it has no manifest.json; `branchynet train \
                NETWORK --output lenett` makes one

                """)
    }
}
