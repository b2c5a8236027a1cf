import BranchyNet
import Compute
import NativeEngine

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `Classify MODEL IMAGE`: answers a grey image with a model folder.
@main
struct Classify {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { throw Failure("usage: Classify MODEL IMAGE.pgm") }
        let model = try ModelFolder(arguments[1]).read()
        let predictor = try Predictor(
            network: model.network, parameters: model.parameters,
            policy: model.policy ?? ThresholdPolicy(thresholds: []), engine: NativeEngine())
        let prediction = try predictor.predict(image(arguments[2], for: model))
        let name = model.classNames[prediction.predictedClass]
        print("\(name), at exit \(prediction.exit + 1), entropy \(prediction.observation.entropy)")
    }

    /// Reads a binary PGM file without comments, of the size that the network takes.
    static func image(_ file: String, for model: TrainedModel) throws -> Tensor {
        let shape = model.network.inputShape
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let header = Data("P5\n\(shape[2]) \(shape[1])\n255\n".utf8)
        guard shape[0] == 1, bytes.starts(with: header),
            bytes.count == header.count + shape.elementCount
        else { throw Failure("\(file): expected a binary PGM file of shape \(shape)") }
        return Tensor(
            shape,
            bytes.dropFirst(header.count).map { model.preprocessing.apply(to: $0, channel: 0) })
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
