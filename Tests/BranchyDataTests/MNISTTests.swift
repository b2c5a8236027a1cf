import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

struct MNISTTests {
    private static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]

    @Test func listsWhereItLooked() throws {
        try withTemporaryFolder { folder in
            let error = try #require(datasetError { _ = try MNIST.load(from: folder) })
            #expect(error.code == .fileNotFound)
            for place in ["/mnist/", "/MNIST/raw/", "/"] {
                #expect(error.message.contains("\(folder)\(place)\(Self.names[0]),"))
                #expect(error.message.contains("\(folder)\(place)\(Self.names[0]).gz"))
            }
        }
    }

    @Test func saysThatAFolderIsMissing() throws {
        try withTemporaryFolder { folder in
            let error = datasetError { _ = try MNIST.load(from: folder + "/none") }
            #expect(
                error?.message
                    == "\(folder)/none: there is no such folder. `branchynet datasets fetch mnist "
                    + "--data-dir \(folder)/none` fetches it")
        }
    }

    // Which file is read shows in the error: it is not the published one.
    @Test(arguments: ["mnist/", "MNIST/raw/", ""], ["", ".gz"])
    func findsEveryLayoutAndRefusesOtherContents(place: String, ending: String) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/\(place)\(Self.names[2])\(ending)"
            try write(
                SampleBytes.idx([1, 1, 1], [0]), to: "\(place)\(Self.names[2])\(ending)",
                in: folder)
            let error = try #require(datasetError { _ = try MNIST.load(.test, from: folder) })
            #expect(error.code == .checksumMismatch)
            #expect(error.message.hasPrefix("\(path): "))
            #expect(error.message.contains("0fa7898d509279e482958e8ce81c8e77"))
        }
    }

    private static let dataFolder = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]

    @Test(.enabled(if: dataFolder != nil, "BRANCHYNET_DATA_DIR names no folder of data"))
    func readsThePublishedImages() throws {
        let (train, test) = try MNIST.load(from: #require(Self.dataFolder))
        #expect(train.count == 60_000)
        #expect(test.count == 10_000)
        #expect(train.imageShape == [1, 28, 28])
        #expect(train.labels.prefix(5) == [5, 0, 4, 1, 9])
        #expect(test.labels.prefix(5) == [7, 2, 1, 0, 4])
        #expect(train.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    }
}
