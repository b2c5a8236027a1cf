import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import Testing

/// A run reads back from its file as it was, whatever its optimizer remembers.
struct CheckpointTests {
    @Test(arguments: Recipe.OptimizerRecipe.Name.allCases, [0, 0.9])
    func readsBackAsItWas(optimizer: Recipe.OptimizerRecipe.Name, averageDecay: Double) throws {
        var recipe = try TinyTraining.recipe
        recipe.optimizer.name = optimizer
        recipe.optimizer.averageDecay = averageDecay
        recipe.optimizer.maximumGradientNorm = .infinity
        try withCheckpoint(of: TinyTraining.network, recipe) { checkpoint, path in
            let found = try Checkpoint(contentsOf: path)
            #expect(found == checkpoint)
        }
    }

    @Test func runningValuesAreKept() throws {
        var recipe = try TinyTraining.recipe
        recipe.optimizer.averageDecay = 0.9
        try withCheckpoint(of: TinyTraining.networkWithBatchNorm, recipe) { checkpoint, path in
            let found = try Checkpoint(contentsOf: path)
            #expect(found == checkpoint)
            let running = found.state.parameters["bn1.running_mean"]
            #expect(running?.scalars.contains { $0 != 0 } == true)
        }
    }

    @Test(arguments: [
        "parameter.conv1.weight", "moment1.conv1.weight", "moment2.conv1.weight",
        "average.conv1.weight",
    ]) func missingTensorIsNamed(name: String) throws {
        var recipe = try TinyTraining.recipe
        recipe.optimizer.averageDecay = 0.9
        try withCheckpoint(of: TinyTraining.network, recipe) { _, path in
            var file = try Safetensors(parsing: AtomicFile.read(path, limit: 1 << 20), source: path)
            #expect(file.tensors[name] != nil)
            file.tensors[name] = nil
            try AtomicFile.write(file.serialized(), to: path)
            let error = #expect(throws: ModelError.self) { try Checkpoint(contentsOf: path) }
            #expect(error?.message.contains("'\(name)' is missing") == true)
        }
    }

    @Test(arguments: [Int.min, -1, 0, 1025, 1 << 31, Int.max])
    func refusesThreadsThatNoRunHas(threads: Int) throws {
        try withCheckpoint(of: TinyTraining.network, TinyTraining.recipe) { checkpoint, path in
            var checkpoint = checkpoint
            checkpoint.threads = threads
            try checkpoint.write(to: path)
            let error = #expect(throws: ModelError.self) { try Checkpoint(contentsOf: path) }
            #expect(error?.message == "\(path): its counters contradict one another")
        }
    }

    /// Two steps into a run.
    private func withCheckpoint(
        of network: BranchedNetwork, _ recipe: Recipe, _ body: (Checkpoint, String) throws -> Void
    ) throws {
        let checkpoint = Checkpoint(
            network: network, recipe: recipe, dataChecksums: ["a", "b"], initialChecksum: nil,
            threads: 2,
            state: try TinyTraining.state(
                of: network, recipe, on: TinyTraining.noise(24, seed: 1), stoppingAfter: 2))
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try checkpoint.write(to: path)
        try body(checkpoint, path)
    }
}
