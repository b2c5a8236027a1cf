// Trains B-LeNet on data such as folder:PATH, which holds train/CLASS/IMAGE and test/CLASS/IMAGE.
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import Foundation
import OneDNNEngine

guard CommandLine.arguments.count == 3 else {
    print("usage: train DATA OUTPUT")
    exit(64)
}
var recipe = try Recipe.standard(for: .bLeNet)
recipe.epochs = 2
let run = TrainingRun(.bLeNet, recipe: recipe, on: DataSource(CommandLine.arguments[1]))
print(try run.train(into: CommandLine.arguments[2]) { try OneDNNEngine(threads: $0) })
