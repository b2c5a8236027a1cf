import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyImages
import BranchyNet
import BranchyTraining

#if ONNX
import BranchyONNX
#endif

/// A reader of files, to be fed with inputs that nobody meant: by the fuzzer with made-up ones, by
/// the tests with those that are kept in the corpus.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// An IDX file, plain or compressed with gzip.
    case idx
    /// A pickle of labels and pixels, as the Python version of CIFAR has it.
    case pickle
    /// A PNG, JPEG, WebP or BMP file, as it is and with its checksums put right.
    case image
    /// An image folder in a tar archive, plain or compressed with gzip; checksums are put right in
    /// plain ones.
    case tar
    /// An image folder in a zip archive.
    case zip
    /// Decoded images that an earlier run kept.
    case cache
    /// The list of the images that a run was dealt.
    case dealt
    /// A safetensors file.
    case safetensors
    /// A network's description, lowered to programs.
    case network
    /// A recipe in YAML.
    case recipe
    /// A training run's checkpoint.
    case checkpoint
    /// The manifest of a model folder whose other files are right.
    case manifest
    /// The details of a model (`model.json`) in a folder whose other files are right.
    case details
    /// A certificate.
    case certificate
    #if ONNX
    /// An ONNX file.
    case onnx
    #endif

    /// Reads an input as a user's file is read, and does with it what needs no engine.
    ///
    /// - Parameter folder: where files are put for it; one input at a time.
    /// - Throws: the refusal of the reader, or ``FuzzFinding`` where it did what it must not.
    package func read(_ input: [UInt8], in folder: ScratchFolder) throws {
        do {
            try take(input, in: folder)
        } catch {
            throw error is FuzzFinding || Self.isRefusal(error)
                ? error : FuzzFinding("a refusal that the program does not know: \(error)")
        }
    }

    /// Whether an error is one of those that the program answers with the exit code 65.
    private static func isRefusal(_ error: any Error) -> Bool {
        #if ONNX
        if error is ONNXError { return true }
        #endif
        return switch error {
        case is DatasetError, is ImageError, is ModelError, is NetworkError, is PolicyError,
            is TrainingError:
            true
        default: false
        }
    }

    private func take(_ input: [UInt8], in folder: ScratchFolder) throws {
        switch self {
        case .idx: try IDXImages.read(folder.write(input, "images"))
        case .pickle: try Pickle.read(input)
        case .image: try ImageBytes.read(input)
        case .tar:
            try ImageArchive.read(folder.write(Checksums.repairedTar(input), "images.tar"))
        case .zip: try ImageArchive.read(folder.write(input, "images.zip"))
        case .cache: try KeptImages.read(input, in: folder)
        case .dealt: try DealtList.read(input)
        case .safetensors: try Tensors.read(input)
        case .network: try NetworkFile.read(folder.write(input, "network.json"))
        case .recipe: try RecipeText.read(String(decoding: input, as: UTF8.self))
        case .checkpoint: _ = try Checkpoint(contentsOf: folder.write(input, "checkpoint"))
        case .manifest: try ModelFiles.read(manifest: input, in: folder)
        case .details: try ModelFiles.read(details: input, in: folder)
        case .certificate: try CertificateDocument.read(input)
        #if ONNX
        case .onnx: try ONNXBytes.read(input, in: folder.path)
        #endif
        }
    }
}
