import BranchyCompute
import BranchyNet
import Foundation
import TestSupport
import Testing

/// The models that come with the program.
struct ShippedModelsTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../Models").standardizedFileURL.path

    private static var names: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter {
                FileManager.default.fileExists(atPath: "\(folder)/\($0)/manifest.json")
            }
        }
    }

    @Test func thereIsOneOfEachNetworkThatIsTrained() throws {
        let names = ["b-alexnet-fast", "b-lenet", "b-lenet-fast", "b-resnet110-fast"]
        #expect(try Self.names.sorted() == names)
    }

    @Test func areWholeCalibratedAndSmall() throws {
        for name in try Self.names {
            let folder = "\(Self.folder)/\(name)"
            let model = try ModelFolder(folder).read()
            #expect(model.network.name == name)
            #expect(model.calibration != nil && model.policy != nil, "\(name)")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(Set(files).isSuperset(of: ["recipe.yaml", "history.csv", "result.json"]))
            let sizes = try files.map { file in
                try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")).count
            }
            #expect(sizes.reduce(0, +) <= 12 << 20, "\(name)")
        }
    }

    @Test func areFoundByName() throws {
        try withTemporaryFolder { folder in
            for name in try Self.names {
                let shape = try ModelFolder("\(Self.folder)/\(name)").read().network.inputShape
                let png = SampleBytes.png(
                    [UInt8](repeating: 128, count: shape.elementCount), width: shape[2],
                    height: shape[1], channels: shape[0])
                let image = try write(png, to: name + ".png", in: folder)
                let result = try Program.run("predict", name, image)
                #expect(result.status == 0, "\(result.errors)")
            }
        }
    }

    /// Where the working folder has none, and the program stands elsewhere.
    @Test func areFoundWhereTheEnvironmentSays() throws {
        try withTemporaryFolder { folder in
            let (here, named) = (folder + "/here", folder + "/named")
            try SampleModel.writeConstant(to: named + "/mine")
            try FileManager.default.createDirectory(
                atPath: here, withIntermediateDirectories: false)
            let image = try write(SampleImages(count: 1).png(0), to: "image.png", in: folder)
            let line = "cd $1 && BRANCHYNET_MODELS=$2 \"$0\" predict $3 $4"
            let found = try Program.shell(line, here, named, "mine", image)
            #expect(found.status == 0, "\(found.errors)")
            let other = try Program.shell(line, here, named, "yours", image)
            #expect(other.status == 65)
            #expect(other.errors.contains("the models that are shipped are mine\n"))
        }
    }

    /// A path is never taken for a name, and a wrong name is told which ones there are.
    @Test(arguments: [("./b-lenet", false), ("b-lenex", true)])
    func otherNamesAreFolders(name: String, namesOthers: Bool) throws {
        let result = try Program.run("predict", name, "image.png")
        #expect(result.status == 65)
        #expect(result.errors.hasPrefix("Error: \(name) is not a model folder"))
        let names = try Self.names.sorted().joined(separator: ", ")
        #expect(result.errors.contains("that are shipped are \(names)\n") == namesOthers)
    }

    /// Whether by name, by path or through a link.
    @Test func areNotChanged() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link", withDestinationPath: Self.folder + "/b-lenet")
            for model in ["b-lenet", Self.folder + "/b-lenet", folder + "/link"] {
                let result = try Program.run("calibrate", model, "--data-dir", folder + "/none")
                #expect(result.status == 73)
                #expect(result.errors.contains("this model came with the program and stays as it"))
                #expect(result.errors.contains("`cp -r "))
            }
            // Its copy can be, were there data.
            try FileManager.default.copyItem(
                atPath: Self.folder + "/b-lenet", toPath: folder + "/copy")
            let copy = try Program.run(
                "calibrate", folder + "/copy", "--data-dir", folder + "/none")
            #expect(copy.errors.hasPrefix("Error: \(folder)/none: there is no such folder"))
        }
    }
}
