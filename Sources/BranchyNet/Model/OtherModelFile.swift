/// A file that was given where the folder of a model is expected.
struct OtherModelFile {
    private let path: String

    /// - Returns: `nil` where there is no file.
    init?(at path: String) {
        guard (try? AtomicFile.start(of: path, byteCount: 0)) != nil else { return nil }
        self.path = path
    }

    /// What it is, what is expected, and the model that it is part of, if it is.
    var message: String {
        let folder =
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
        let manifest = folder + "/" + ModelFolder.manifestName
        let isPart = (try? AtomicFile.start(of: manifest, byteCount: 0)) != nil
        return "\(path) is \(kind); expected the folder of a model, which holds its network, "
            + "parameters, classes and preprocessing"
            + (isPart ? ", such as \(folder), which it lies in" : "")
    }

    private var kind: String {
        let name = path.lowercased()
        for (endings, kind) in Self.kinds where endings.contains(where: name.hasSuffix) {
            return kind
        }
        return "a file"
    }

    /// Those that networks are handed on in, by how their names end.
    private static let kinds = [
        ([".safetensors"], "a file of parameters alone (safetensors)"),
        ([".onnx"], "a network in ONNX, which is not read here"),
        ([".pt", ".pth"], "a file of PyTorch, which is not read here"),
        (
            [".pb", ".tflite", ".h5", ".keras", ".gguf", ".mlmodel", ".engine"],
            "a model of another program, which is not read here"
        ),
    ]
}
