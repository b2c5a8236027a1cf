// Chooses thresholds at which most images leave early, and keeps them with the model.
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation
import NativeEngine

guard CommandLine.arguments.count == 2 else {
    print("usage: calibrate MODEL")
    exit(64)
}
let model = ModelFolder(CommandLine.arguments[1])
let result = try model.calibrate(for: .earlyExitRate(atLeast: 0.9), engine: NativeEngine())
print(result.record.chosen)
