import BranchyNet
import BranchyTraining
import Testing

/// What is wrong in a recipe file or setting is refused with a message that says where and what.
struct RecipeFaultTests {
    @Test(arguments: [
        ("epoch: 3", "epoch", "epochs"), ("Batchsize: 3", "Batchsize", "batchSize"),
        ("optimizer: {lerningRate: 1}", "optimizer.lerningRate", "learningRate"),
        ("data: {shifts: 1}", "data.shifts", "shift"), ("epochs: 3\n'': 1", "", "data"),
    ])
    func unknownKeyIsNamedWithTheNearestKnownOne(
        document: String, key: String, nearest: String
    ) {
        let message = fault(document: document)
        #expect(message.hasPrefix("my.yaml"))
        #expect(message.contains("there is no key '\(key)'"))
        // The empty key is as near to any other of four letters.
        if !key.isEmpty { #expect(message.hasSuffix("; did you mean '\(nearest)'?")) }
    }

    @Test func lineOfAnUnknownKeyIsNamed() {
        #expect(fault(document: "seed: 1\n\nepoch: 3").hasPrefix("my.yaml:3:"))
    }

    @Test(arguments: [
        ("epochs: many", "epochs"), ("epochs: 1.5", "epochs"), ("epochs: [3]", "epochs"),
        ("epochs: {value: 3}", "epochs"), ("epochs:", "epochs"), ("epochs: ~", "epochs"),
        ("epochs: 99999999999999999999", "epochs"), ("seed: -1", "seed"),
        ("seed: 18446744073709551616", "seed"), ("lossWeights: 1", "lossWeights"),
        ("lossWeights: [1, heavy]", "lossWeights"), ("network: [b-lenet]", "network"),
        ("optimizer: adam", "optimizer"), ("optimizer:", "optimizer"),
        ("optimizer: {name: lion}", "optimizer.name"),
        ("optimizer: {nesterov: 1}", "optimizer.nesterov"),
        ("initialization: xavier", "initialization"),
        ("schedule: {milestones: 0.5}", "schedule.milestones"),
        ("optimizer: {beta1: true}", "optimizer.beta1"), ("schedule: {name: 1}", "schedule.name"),
        ("data: {colorJitter: 0.4}", "data.colorJitter"),
        ("data: {erasing: {value: black}}", "data.erasing.value"),
        ("data: {erasing: {scale: 0.1}}", "data.erasing.scale"),
        ("data: {mixup: yes}", "data.mixup"), ("data: {mean: [[1]]}", "data.mean"),
        ("data: {mean: 0.1}", "data.mean"),
    ])
    func valueOfTheWrongTypeIsNamedByItsKey(document: String, key: String) {
        let message = fault(document: document)
        #expect(message.hasPrefix("my.yaml: "))
        #expect(message.contains("'\(key)"))
    }

    @Test(arguments: [
        "", "\n\n", "# only a comment", "~", "epochs", "42", "- epochs: 3", "[epochs, 3]",
        "epochs: 3\n\tseed: 1", "optimizer:\n\tname: adam", "network: \"b-lenet", "network: 'b",
        "epochs: [1", "{epochs: 3", "epochs: 3: 4", "epochs: 3\n---\nepochs: 4",
        "epochs: 3\nepochs: 4", "epochs: *unknown", "epochs: &a", "%YAML 9.9\n---\nepochs: 3",
        "epochs: \u{0}3", "@: 1", "? [1, 2]\n: 3",
    ])
    func documentThatIsNoMappingOfKeysIsRefused(document: String) {
        #expect(fault(document: document).hasPrefix("my.yaml"))
    }

    @Test(arguments: [
        "epochs", "", "epochs:3", "=3", "epoch=3", ".epochs=3", "epochs.=3", "optimizer..beta1=0",
        "optimizer.beta=0", "epochs=", "epochs=ten", "epochs.first=3", "optimizer=adam",
        "lossWeights=[1", "lossWeights=[1, 'a']", "network=\"b", "optimizer.name=lion", "epochs==3",
        "lossWeights.0=1",
    ])
    func settingThatMakesNoSenseIsQuoted(setting: String) {
        let error = resolve(settings: ["seed=1", setting])
        #expect(error?.code == .invalidRecipe)
        #expect(error?.message.hasPrefix("--set \(setting)") == true, "\(error?.message ?? "")")
    }

    @Test func unknownKeyInASettingIsNamedWithTheNearestKnownOne() {
        #expect(
            resolve(settings: ["optimizer.learnRate=1"])?.message.contains(
                "there is no key 'optimizer.learnRate'; did you mean 'learningRate'?") == true)
    }

    /// Nine levels of nine aliases each stand for nine to the ninth numbers; in place of a value
    /// they would be written out, in place of a key they would be compared.
    @Test(arguments: ["lossWeights: ", "? ", "", "a: 1\nnetwork: "])
    func documentWhoseAliasesExplodeIsRefusedAtOnce(place: String) {
        let levels = (1...8).map { level in
            let aliases = [String](repeating: "*a\(level - 1)", count: 9)
            return "&a\(level) [\(aliases.joined(separator: ", "))]"
        }
        let bomb = "[&a0 [1, 1, 1, 1, 1, 1, 1, 1, 1], \(levels.joined(separator: ", "))]"
        #expect(fault(document: place + bomb).hasPrefix("my.yaml"))
        let error = resolve(settings: ["lossWeights=" + bomb])
        #expect(error?.message.hasPrefix("--set lossWeights=") == true)
    }

    /// A few aliases of something large are as bad as many of something small.
    @Test func documentOfFewAliasesOfMuchIsRefused() {
        let numbers = String(repeating: "1, ", count: 10_000) + "1"
        let levels = (1...8).map { "&a\($0) [*a\($0 - 1), *a\($0 - 1)]" }
        let document = "lossWeights: [&a0 [\(numbers)], \(levels.joined(separator: ", "))]"
        #expect(
            fault(document: document)
                == "my.yaml: 16 YAML aliases (*) in \(document.utf8.count) bytes, which could stand "
                + "for more than 262144; write out what they stand for")
    }

    /// Each alias can double the text before it: 2¹¹ bytes with seven, and half as many with eight.
    @Test(arguments: [(7, 1 << 11), (8, 1 << 10), (3, 1 << 15)])
    func aliasesAreCountedAgainstTheLength(count: Int, limit: Int) throws {
        let aliases = [String](repeating: "*n", count: count).joined(separator: ", ")
        let document = "lossWeights: [&n 1, \(aliases)] #"
        let longest = document + String(repeating: "x", count: limit - document.utf8.count)
        #expect(resolve(document: longest)?.message.contains("aliases") != true)
        #expect(fault(document: longest + "x").contains("\(count) YAML aliases"))
    }

    @Test func starsWithoutAliasesAreNotRefused() throws {
        let stars = String(repeating: "*", count: 100)
        let recipe = try Recipe.resolved(
            from: Recipe.builtIn(for: "b-lenet"),
            document: "# \(stars)\n# 2 *3 \"*x\n\nepochs: &n 3 # \(stars) *x\n",
            settings: ["dataset=folder:/a*b/*c"])
        #expect(recipe.epochs == 3)
        #expect(recipe.dataset == "folder:/a*b/*c")
    }

    @Test func documentAboveTheLimitIsRefusedAndOneBelowIsNot() throws {
        let comment = "epochs: 3\n#" + String(repeating: "x", count: 1 << 16 - 11)
        let recipe = try Recipe.resolved(
            from: Recipe.builtIn(for: "b-lenet"), document: comment)
        #expect(recipe.epochs == 3)
        #expect(
            fault(document: comment + "x")
                == "my.yaml: more than 65536 bytes, which no recipe needs")
    }

    /// Deep nodes are what is built by calls within calls.
    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: ", "- ? "])
    func documentOfDeepNestingIsRefused(level: String) {
        let deep = String(repeating: level, count: 60_000 / level.utf8.count)
        for document in ["lossWeights:\n " + deep, deep] {
            let message = fault(document: document)
            #expect(message.hasPrefix("my.yaml"))
            #expect(message.utf8.count < 1_100)
        }
    }

    /// As deep as is parsed at all: it is then refused for what it is.
    @Test func deepestNestingThatIsParsedIsRefusedAsAValue() {
        let document =
            "lossWeights: " + String(repeating: "[", count: 900)
            + String(repeating: "]", count: 900)
        #expect(fault(document: document).contains("lossWeights"))
    }

    @Test func documentOfEndlessNestingIsRefused() {
        let document = "lossWeights: " + String(repeating: "[", count: 100_000)
        #expect(fault(document: document).hasPrefix("my.yaml"))
    }

    private func fault(document: String) -> String {
        let error = resolve(document: document)
        #expect(error?.code == .invalidRecipe)
        return error?.message ?? "no TrainingError"
    }

    private func resolve(document: String? = nil, settings: [String] = []) -> TrainingError? {
        TinyTraining.fault {
            _ = try Recipe.resolved(
                from: Recipe.builtIn(for: "b-lenet"), document: document, source: "my.yaml",
                settings: settings)
        }
    }
}
