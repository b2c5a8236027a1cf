// The five most probable classes of a PNG or JPEG image, the answer first.
import BranchyClassifier
import BranchyNet
import Foundation
import NativeEngine

guard CommandLine.arguments.count == 3 else {
    print("usage: classify MODEL IMAGE")
    exit(64)
}
let classifier = try ImageClassifier(model: CommandLine.arguments[1], engine: NativeEngine())
let file = URL(fileURLWithPath: CommandLine.arguments[2])
let answer = try classifier.classify(Data(contentsOf: file))
for top in answer.top(5) { print(top.label, top.probability, "exit", answer.exit + 1) }
