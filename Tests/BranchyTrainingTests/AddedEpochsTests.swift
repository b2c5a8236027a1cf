import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// A finished run that is given more epochs.
struct AddedEpochsTests {
    /// Ten batches in each of two epochs, and a peak of 1.
    private func recipe(
        _ schedule: Recipe.ScheduleRecipe.Name, adding added: [Int] = []
    ) throws -> Recipe {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.addedEpochs) = (2, added)
        recipe.schedule.name = schedule
        recipe.optimizer.learningRate = 1
        return recipe
    }

    @Test(arguments: Recipe.ScheduleRecipe.Name.allCases)
    func whatWasAddedChangesNothingBeforeIt(schedule: Recipe.ScheduleRecipe.Name) throws {
        let (short, long) = (try recipe(schedule), try recipe(schedule, adding: [3, 1]))
        for step in 0..<20 {
            let rate = short.learningRate(atStep: step, batchesPerEpoch: 10)
            #expect(long.learningRate(atStep: step, batchesPerEpoch: 10) == rate)
        }
        #expect(long.totalEpochs == 6)
    }

    /// Milestones at 0.5 and 0.75 with a decay of 0.1 leave a hundredth.
    @Test(arguments: [(.constant, 1), (.step, 0.01)] as [(Recipe.ScheduleRecipe.Name, Double)])
    func theLastRateGoesOn(schedule: Recipe.ScheduleRecipe.Name, rate: Double) throws {
        let recipe = try recipe(schedule, adding: [3, 1])
        for step in 20..<60 {
            let found = recipe.learningRate(atStep: step, batchesPerEpoch: 10)
            #expect(abs(found - rate) < 1e-12)
        }
    }

    /// A tenth of the peak at the first step, half of that in the middle, nothing behind the last.
    @Test(arguments: [.oneCycle, .cosine] as [Recipe.ScheduleRecipe.Name])
    func whatHasEndedFallsOnceMore(schedule: Recipe.ScheduleRecipe.Name) throws {
        let recipe = try recipe(schedule, adding: [3, 1])
        for (step, rate) in [(20, 0.1), (35, 0.05), (50, 0.1), (55, 0.05)] {
            let found = recipe.learningRate(atStep: step, batchesPerEpoch: 10)
            #expect(abs(found - rate) < 1e-12, "\(step)")
        }
        for step in (20..<59) where step != 49 {
            #expect(
                recipe.learningRate(atStep: step + 1, batchesPerEpoch: 10)
                    < recipe.learningRate(atStep: step, batchesPerEpoch: 10))
        }
    }

    /// To the bit, with whatever optimizer and average.
    @Test(arguments: Recipe.OptimizerRecipe.Name.allCases, [0, 0.9])
    func aRunThatWasGivenMoreEndsAsOneThatHadThemFromTheStart(
        optimizer: Recipe.OptimizerRecipe.Name, averageDecay: Double
    ) throws {
        var recipe = try recipe(.oneCycle)
        recipe.optimizer.learningRate = 0.01
        (recipe.optimizer.name, recipe.optimizer.averageDecay) = (optimizer, averageDecay)
        recipe.data.shift = 1
        let data = try TinyTraining.noise(13, seed: 1)
        let finished = try TinyTraining.state(recipe, on: data)
        #expect(finished.epoch == 2)
        recipe.addedEpochs = [2, 1]
        let resumed = try TinyTraining.state(recipe, on: data, from: finished)
        let whole = try TinyTraining.state(recipe, on: data)
        #expect(resumed == whole)
        #expect(resumed.epoch == 5 && resumed.history.map(\.epoch) == [1, 2, 3, 4, 5])
        #expect(resumed.parameters != finished.parameters)
    }

    @Test(
        arguments: [
            ([1], true), ([99_998], true), ([50_000, 49_998], true), ([99_999], false),
            ([0], false),
            ([-1], false), ([.max], false), ([.max, .max], false), ([5, -1], false),
        ] as [([Int], Bool)])
    func refusesNumbersThatNoRunHas(added: [Int], isValid: Bool) throws {
        let recipe = try recipe(.constant, adding: added)
        let fault = TinyTraining.fault { try recipe.validate() }
        #expect((fault == nil) == isValid)
        #expect(fault.map { $0.message.contains("'addedEpochs' is ") } ?? true)
    }

    @Test func readsRunsOfBeforeThereWereTheseKeys() throws {
        let recipe = try TinyTraining.recipe
        let document = try JSONSerialization.jsonObject(
            with: JSONEncoder.branchyNet.encode(recipe))
        var keys = try #require(document as? [String: Any])
        var data = try #require(keys["data"] as? [String: Any])
        #expect(keys.removeValue(forKey: "addedEpochs") != nil)
        #expect(data.removeValue(forKey: "classWeights") != nil)
        keys["data"] = data
        let old = try JSONSerialization.data(withJSONObject: keys)
        #expect(try JSONDecoder.branchyNet.decode(Recipe.self, from: old) == recipe)
    }

    @Test func yamlReadsBackWhatWasAdded() throws {
        var recipe = try recipe(.constant, adding: [3, 1])
        recipe.data.classWeights = .balanced
        let base = try TinyTraining.recipe
        #expect(try Recipe.resolved(from: base, document: recipe.yaml()) == recipe)
    }
}
