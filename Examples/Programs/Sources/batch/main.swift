// Answers PNG and JPEG images on eight threads, in their order.
import BranchyClassifier
import BranchyNet
import Foundation
import NativeEngine

guard CommandLine.arguments.count > 2 else {
    print("usage: batch MODEL IMAGE...")
    exit(64)
}
let files = CommandLine.arguments.dropFirst(2).map { URL(fileURLWithPath: $0) }
let classifier = try ImageClassifier(model: CommandLine.arguments[1], engine: NativeEngine())
let answers = try classifier.classify(files.map { try Data(contentsOf: $0) }, threads: 8)
for answer in answers { print(answer.label, "at exit", answer.exit + 1) }
