import BranchyCompute
import BranchyNet
import BranchyWorkflow
import Foundation

#if ONNX
import BranchyONNX
#endif

/// The ONNX files of a model.
struct ExportedFiles {
    /// What one of them reads or gives.
    struct Port: Encodable, CustomStringConvertible {
        let name: String
        /// `float32`, `uint8` or `int64`.
        let element: String
        /// The sizes, outermost first; null for the number of images, where that may be any.
        let shape: [Int?]

        var description: String {
            let sizes = shape.map { $0.map(String.init) ?? "N" }.joined(separator: "x")
            return "\(name) \(sizes)" + (element == "float32" ? "" : " \(element)")
        }
    }

    struct File {
        let name: String
        /// The exit whose logits it gives, where that is one alone.
        let exit: Int?
        let inputs: [Port]
        let outputs: [Port]
        let bytes: [UInt8]
    }

    let form: ExportForm
    /// Whether graphs read bytes.
    let preparesImages: Bool
    /// The version of ONNX's operators.
    let opset: Int
    /// In the order in which they run.
    let files: [File]

    /// Makes the files.
    ///
    /// - Throws: `EngineError` where the program was built without ONNX, and what ``BranchyONNX`` throws.
    init(of model: TrainedModel, as form: ExportForm, preparesImages: Bool) throws {
        #if ONNX
        let network = try ExportedNetwork(
            model, as: form.ofNetwork, preparesImages: preparesImages, version: Version.number)
        (self.form, self.preparesImages, opset) = (form, preparesImages, ExportedNetwork.opset)
        files = network.graphs.map {
            File(
                name: $0.fileName, exit: $0.exit, inputs: $0.inputs.map(Port.init),
                outputs: $0.outputs.map(Port.init), bytes: $0.bytes)
        }
        #else
        throw EngineError.withoutONNX
        #endif
    }

    /// A row for each file.
    var table: String {
        var table = Table([.left, .right, .left, .left])
        table.add(["file", "size", "reads", "gives"])
        for file in files {
            table.add([
                file.name, Format.bytes(file.bytes.count), Self.list(file.inputs),
                Self.list(file.outputs),
            ])
        }
        return table.text
    }

    private static func list(_ ports: [Port]) -> String {
        ports.map(\.description).joined(separator: ", ")
    }

    /// Writes the files to a folder that holds nothing, and the manifest last. Where one cannot be
    /// written, those before it are taken away again.
    ///
    /// - Throws: `ModelError` of code `unwritable`, or `busy` where another writes there.
    func write(to folder: String, _ manifest: ExportManifest) throws {
        let lock = try FolderLock(folder)
        try lock.whileHeld {
            try OutputFolder.requireEmpty(folder)
            var written: [String] = []
            do {
                for file in files {
                    try AtomicFile.write(file.bytes, to: "\(folder)/\(file.name)")
                    written.append(file.name)
                }
                try AtomicFile.write(manifest.bytes(), to: "\(folder)/\(ExportManifest.fileName)")
            } catch {
                for name in written {
                    try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
                }
                throw error
            }
        }
    }
}

#if ONNX
extension ExportForm {
    fileprivate var ofNetwork: ExportedNetwork.Form {
        switch self {
        case .stages: .stages
        case .allExits: .allExits
        case .nestedIf: .nestedIf
        }
    }
}

extension ExportedFiles.Port {
    fileprivate init(_ port: ExportedNetwork.Port) {
        self.init(name: port.name, element: port.element.rawValue, shape: port.shape)
    }
}
#endif
