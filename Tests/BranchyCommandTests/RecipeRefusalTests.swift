import Foundation
import TestSupport
import Testing

/// What `train` says about recipes and numbers that make no sense. No data are read for it.
struct RecipeRefusalTests {
    private func refusal(
        _ arguments: [String], status: Int32 = 65, in folder: String
    ) throws -> String {
        let output = folder + "/run"
        let result = try Program.run(
            ["train", "lenet", "-o", output, "--data-dir", folder + "/none"] + arguments)
        #expect(result.status == status)
        #expect(result.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: output))
        return result.errors
    }

    @Test(arguments: [
        ("epoch=3", "there is no key 'epoch'; did you mean 'epochs'?"),
        ("optimizer.rate=3", "there is no key 'optimizer.rate'"),
        ("epochs", "expected key=value, as in --set epochs=10"),
        ("epochs=many", "'epochs' has the wrong type"),
        ("epochs=1.5", "'epochs' has the wrong type"),
        ("epochs=1e9", "'epochs' has the wrong type"),
        ("epochs=1000000000", "'epochs' is 1000000000, expected 1 to 100000"),
        ("epochs=0", "'epochs' is 0, expected 1 to 100000"),
        ("seed=-1", "'seed' has the wrong type"),
        ("seed=99999999999999999999", "'seed' has the wrong type"),
        ("batchSize=0", "'batchSize' is 0, expected 1 to 65536"),
        (
            "precision=float16",
            "'precision' is 'float16', expected float32 or bfloat16; did you mean 'bfloat16'?"
        ),
        (
            "optimizer.name=Adam",
            "'optimizer.name' is 'Adam', expected adam, adamw or sgd; did you mean 'adam'?"
        ),
        (
            "schedule.name=cosin",
            "'schedule.name' is 'cosin', expected constant, oneCycle, step or cosine; did you mean "
                + "'cosine'?"
        ),
        (
            "initialization=xavier",
            "'initialization' is 'xavier', expected pytorch or he; did you mean "
        ),
        ("optimizer.name=[adam]", "'optimizer.name' has the wrong type"),
        ("thresholds=[0, 1]", "'thresholds' has 2 numbers, expected 0, one for each early exit"),
        ("lossWeights=[1, 1]", "'lossWeights' has 2 numbers, expected 1: one for each exit"),
        ("batchSize=65537", "'batchSize' is 65537, expected 1 to 65536"),
        (
            "optimizer.learningRate=-0.1",
            "'optimizer.learningRate' is -0.1, expected a number above 0"
        ),
        ("optimizer.learningRate=.nan", "'optimizer.learningRate' is nan"),
        ("optimizer.name=lion", "'optimizer.name' is 'lion', expected adam, adamw or sgd"),
        (
            "data.colorJitter=0.4",
            "'data.colorJitter' has the wrong type, expected a mapping of brightness, contrast, "
                + "saturation, hue"
        ),
        (
            "data.colorJitter.hue=0.1",
            "'data.colorJitter.hue' is 0.1, expected 0: images of 1 channel have no hue"
        ),
        ("data.colorJitter.contrast=11", "'data.colorJitter.contrast' is 11.0, expected 0 to 10"),
        ("data.erasing.value=black", "'data.erasing.value': expected a number, or random"),
        (
            "data.erasing.scale=[0.3, 0.1]",
            "'data.erasing.scale' is [0.3, 0.1], expected two numbers of 0 to 1, the smaller one"
        ),
        ("data.mixup=-1", "'data.mixup' is -1.0, expected 0 to 100"),
        ("data.cutMix=1", "there is no key 'data.cutMix'; did you mean 'cutmix'?"),
        ("data.validationImages=0", "'data.validationImages' is 0, expected 1 or more"),
        ("network=b-lenet", "the recipe is for 'b-lenet', but 'lenet' was asked for"),
        (
            "dataset=cifar",
            "there is no data set 'cifar'; the nearest name is cifar10, known are mnist, "
                + "fashion-mnist, kmnist, emnist-balanced, emnist-byclass, emnist-bymerge, "
                + "emnist-letters, emnist-digits, emnist-mnist, cifar10, cifar10-jpeg, cifar100, cifar100-coarse, "
                + "digits, folder:PATH, csv:FILE or idx:IMAGES,LABELS"
        ),
    ])
    func refusesASetting(setting: String, message: String) throws {
        try withTemporaryFolder { folder in
            let errors = try refusal(["--set", setting], in: folder)
            #expect(errors.hasPrefix("Error: "))
            #expect(errors.contains(message), "\(errors)")
        }
    }

    @Test(arguments: [
        ("seed: 1\noptimizer:\n  learningrate: 3\n", "FILE:3: there is no key "),
        ("optimizer: adam\n", "FILE: 'optimizer' has the wrong type, expected a mapping"),
        ("seed: [1]\n", "FILE: 'seed' has the wrong type"),
        ("seed: 1\nseed: 2\n", "'seed'"),
        ("a: b: c\n", "FILE: 1:5: error: "),
        ("", "FILE: expected a YAML mapping"),
        ("\u{1}\u{2}", "FILE: 1:1: error: "),
    ])
    func refusesARecipeFile(text: String, message: String) throws {
        try withTemporaryFolder { folder in
            let file = try write(Array(text.utf8), to: "recipe.yaml", in: folder)
            let errors = try refusal(["--recipe", file], in: folder)
            let message = message.replacingOccurrences(of: "FILE", with: file)
            #expect(errors.contains(message), "\(errors)")
        }
    }

    /// Some editors put a mark in front of a text: a wrong key shows that what follows was read.
    @Test func readsARecipeBehindAByteOrderMark() throws {
        try withTemporaryFolder { folder in
            let text = "\u{FEFF}seed: 1\noptimizer:\n  name: lion\n"
            let file = try write(Array(text.utf8), to: "recipe.yaml", in: folder)
            let errors = try refusal(["--recipe", file], in: folder)
            #expect(errors.hasPrefix("Error: \(file): 'optimizer.name' is 'lion', expected adam,"))
        }
    }

    @Test func refusesARecipeThatIsNoFile() throws {
        try withTemporaryFolder { folder in
            let missing = try refusal(["--recipe", folder + "/none"], in: folder)
            #expect(
                missing == "Error: \(folder)/none: not read: open: No such file or directory\n")
            let directory = try refusal(["--recipe", folder], in: folder)
            #expect(directory == "Error: \(folder): not read: expected a regular file\n")
        }
    }

    @Test(arguments: [
        (["--output", ""], "--output is empty, expected a path, a name or a value")
    ])
    func refusesAnOption(arguments: [String], message: String) throws {
        try withTemporaryFolder { folder in
            let errors = try refusal(arguments, status: 64, in: folder)
            #expect(errors.hasPrefix("Error: \(message)"), "\(errors)")
        }
    }

    @Test func refusesAFolderWithoutData() throws {
        try withTemporaryFolder { folder in
            let none = try refusal([], in: folder)
            #expect(none.hasPrefix("Error: \(folder)/none: there is no such folder. "))
            try FileManager.default.createDirectory(
                atPath: folder + "/none", withIntermediateDirectories: true)
            let empty = try refusal([], in: folder)
            #expect(
                empty.contains("train-images-idx3-ubyte of MNIST is not there; expected one of"))
        }
    }

    @Test func refusesAModelToStartFromThatIsNone() throws {
        try withTemporaryFolder { folder in
            let errors = try refusal(["--from", folder + "/model"], in: folder)
            #expect(errors.hasPrefix("Error: \(folder)/model is not a model folder"))
        }
    }

    @Test func findsAModelToStartFromByName() throws {
        try withTemporaryFolder { folder in
            let misfit = try refusal(["--from", "b-alexnet-fast"], in: folder)
            #expect(misfit.hasPrefix("Error: 'conv1.weight' has shape "))
            #expect(misfit.contains(" in 'b-alexnet-fast' and "))
            let unknown = try refusal(["--from", "b-lenex"], in: folder)
            #expect(unknown.contains("the models that are shipped are b-alexnet-fast, "))
        }
    }

    @Test func refusesANetworkThatIsNotKnown() throws {
        let result = try Program.run("train", "alexnext", "-o", "run")
        #expect(result.status == 65)
        #expect(
            result.errors.hasPrefix(
                "Error: there is no network 'alexnext'; known are b-lenet, lenet, b-lenet-fast, "))
    }
}
