// How accurate and how fast a model is on its test images, and where they leave it.
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation
import NativeEngine

guard CommandLine.arguments.count == 2 else {
    print("usage: evaluate MODEL")
    exit(64)
}
let report = try ModelFolder(CommandLine.arguments[1]).evaluate(engine: NativeEngine())
print("right:", report.evaluation.accuracy ?? 0, "left early:", report.evaluation.exitRates)
print("mean time in microseconds:", report.latency?.policy.mean ?? 0)
