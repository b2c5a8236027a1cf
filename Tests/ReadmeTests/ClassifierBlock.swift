import BranchyClassifier
import BranchyNet
import NativeEngine

func classify(_ pngOrJPEG: [UInt8], _ batch: [[UInt8]]) throws -> [String] {
    let classifier = try ImageClassifier(model: "b-alexnet-fast", engine: NativeEngine())
    let answer = try classifier.classify(pngOrJPEG)
    print(answer.label, answer.probability, answer.exit, answer.top(5), answer.logits)
    return try classifier.classify(batch, threads: 8).map(\.label)
}
