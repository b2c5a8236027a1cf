import BranchyNet
import NativeEngine

#if canImport(FoundationEssentials)
import FoundationEssentials
import Glibc
#else
import Foundation
#endif

/// `Classify MODEL IMAGE`: answers a grey image with a model folder.
@main
enum Classify {
    static func main() {
        do {
            print(try answer(to: CommandLine.arguments))
        } catch {
            var message = "Classify: \(error)\n"
            message.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
            exit(1)
        }
    }

    static func answer(to arguments: [String]) throws -> String {
        guard arguments.count == 3 else { throw Failure("usage: Classify MODEL IMAGE.pgm") }
        let model = try ModelFolder(arguments[1]).read()
        let classifier = try ImageClassifier(model, engine: NativeEngine())
        let answer = try classifier.classify(pixels: pixels(of: arguments[2], for: classifier))
        let entropy = answer.prediction.observation.entropy
        return "\(answer.label), at exit \(answer.exit + 1), entropy \(entropy)"
    }

    /// Reads a binary PGM file without comments, of the size that the network takes.
    static func pixels(of file: String, for classifier: ImageClassifier) throws -> Data {
        let shape = classifier.inputShape
        let header = Data("P5\n\(shape[2]) \(shape[1])\n255\n".utf8)
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: file)) else {
            throw Failure("\(file): cannot be read")
        }
        guard shape[0] == 1, bytes.starts(with: header),
            bytes.count == header.count + shape.elementCount
        else { throw Failure("\(file): expected a binary PGM file of shape \(shape)") }
        return bytes.dropFirst(header.count)
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
