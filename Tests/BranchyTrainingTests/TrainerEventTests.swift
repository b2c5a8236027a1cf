import BranchyCompute
import BranchyNet
import BranchyTraining
import TestSupport
import Testing

/// What a run tells and saves: 13 images in batches of 4 make 4 steps an epoch, for 2 epochs.
struct TrainerEventTests {
    private struct FullDisk: Error, Equatable {}

    @Test func progressGoesUpToItsEnd() throws {
        var steps: [TrainingProgress] = []
        var epochs: [EpochRecord] = []
        var trainer = try trainer()
        let stepCount = trainer.stepCount
        _ = try trainer.fit(observe: { event in
            switch event {
            case .step(let progress): steps.append(progress)
            case .epoch(let record): epochs.append(record)
            case .checkpoint: break
            }
        })
        #expect(stepCount == 8)
        #expect(steps.map(\.step) == Array(1...8))
        #expect(steps.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(steps.map(\.samples) == [4, 4, 4, 1, 4, 4, 4, 1])
        #expect(steps.allSatisfy { $0.stepCount == 8 && $0.epochCount == 2 && $0.loss > 0 })
        #expect(epochs == trainer.state.history)
        // The last loss that an epoch tells is that of the epoch.
        #expect([steps[3].loss, steps[7].loss] == epochs.map(\.trainingLoss))
    }

    @Test func progressOfAResumedRunGoesOn() throws {
        let stopped = try TinyTraining.state(
            recipe(), on: TinyTraining.noise(13, seed: 1), stoppingAfter: 3)
        var trainer = try trainer(from: stopped)
        var steps: [Int] = []
        _ = try trainer.fit(observe: { if case .step(let step) = $0 { steps.append(step.step) } })
        #expect(steps == Array(4...8))
    }

    @Test(arguments: [(Duration.zero, Array(1...8)), (.seconds(3600), [4, 8])])
    func stateIsSavedAtTheIntervalAndAtTheEndOfEachEpoch(
        interval: Duration, expected: [Int]
    ) throws {
        var (saved, told): ([TrainingState], [Int]) = ([], [])
        var trainer = try trainer()
        _ = try trainer.fit(
            checkpointInterval: interval, save: { saved.append($0) },
            observe: { if case .checkpoint(let step) = $0 { told.append(step) } })
        #expect(saved.map(\.step) == expected)
        #expect(told == expected)
        #expect(saved.last == trainer.state)
        #expect(saved.first { $0.step == 4 }?.history.count == 1)
        #expect(saved.first { $0.step == 4 }?.batch == 0)
    }

    @Test(arguments: [1, 3, 4, 7]) func stoppingSavesTheStateOnce(limit: Int) throws {
        var (saved, steps): ([Int], Int) = ([], 0)
        var trainer = try trainer()
        let outcome = try trainer.fit(
            save: { saved.append($0.step) }, observe: { if case .step = $0 { steps += 1 } },
            shouldStop: { steps >= limit })
        #expect(outcome == .stopped)
        #expect(saved == (limit > 4 ? [4, limit] : [limit]))
        #expect(trainer.state.step == limit)
    }

    @Test func stoppingAfterTheLastStepIsCompletion() throws {
        var steps = 0
        var saved: [Int] = []
        var trainer = try trainer()
        let outcome = try trainer.fit(
            save: { saved.append($0.step) }, observe: { if case .step = $0 { steps += 1 } },
            shouldStop: { steps >= 8 })
        #expect(outcome == .completed)
        #expect(saved == [4, 8])
    }

    @Test func savingThatFailsEndsTheRunWithItsError() throws {
        var trainer = try trainer()
        var steps = 0
        #expect(throws: FullDisk()) {
            _ = try trainer.fit(
                save: { _ in throw FullDisk() },
                observe: { event in
                    if case .step = event { steps += 1 }
                    if case .checkpoint = event { Issue.record("nothing was saved") }
                })
        }
        #expect(steps == 4)
    }

    /// After a step of 1e30 the next logits overflow; with rates above 3e38 the step itself does,
    /// and that of the only batch of an epoch would be saved before any loss tells.
    @Test(arguments: [1e30, 1e39, 1e300], [4, 13])
    func divergenceIsAnErrorAndNeverSaved(learningRate: Double, batchSize: Int) throws {
        var recipe = try recipe()
        (recipe.optimizer.learningRate, recipe.batchSize) = (learningRate, batchSize)
        var trainer = try TinyTraining.trainer(recipe, on: TinyTraining.noise(13, seed: 1))
        var saved: [TrainingState] = []
        let error = TinyTraining.fault {
            _ = try trainer.fit(checkpointInterval: .zero, save: { saved.append($0) })
        }
        #expect(error?.code == .diverged)
        #expect(error?.message.contains("optimizer.learningRate than \(learningRate)") == true)
        #expect(saved.allSatisfy { $0.parameters.isFinite && $0.lossSum.isFinite })
        #expect(saved.count < 2)
    }

    @Test func divergenceInTheLastStepIsAnError() throws {
        var recipe = try recipe()
        (recipe.optimizer.learningRate, recipe.batchSize, recipe.epochs) = (1e39, 13, 1)
        var trainer = try TinyTraining.trainer(recipe, on: TinyTraining.noise(13, seed: 1))
        let error = TinyTraining.fault {
            _ = try trainer.fit(save: { _ in Issue.record("a diverged state was saved") })
        }
        #expect(error?.code == .diverged)
    }

    private func recipe() throws -> Recipe {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize) = (2, 4)
        return recipe
    }

    private func trainer(from state: TrainingState? = nil) throws -> Trainer {
        try TinyTraining.trainer(recipe(), on: TinyTraining.noise(13, seed: 1), from: state)
    }
}
