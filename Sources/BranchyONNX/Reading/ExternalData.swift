import BranchyNet

/// Numbers of tensors that stand in a file beside the ONNX file.
struct ExternalData {
    /// The folder of the ONNX file.
    let folder: String

    /// The bytes of a tensor.
    ///
    /// - Parameters:
    ///   - entries: what the tensor says of their place: `location`, `offset`, `length`.
    ///   - byteCount: as many as its sizes come to.
    /// - Throws: ``ONNXError`` where the place is outside of the folder or beyond the file, and
    ///   `ModelError` where the file cannot be read.
    func bytes(_ entries: [String: String], byteCount: Int, of place: String) throws -> [UInt8] {
        let location = entries["location"] ?? ""
        let parts = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.isEmpty, !parts.contains(""), !parts.contains("..") else {
            throw ONNXError.unsupported(
                "\(place): its numbers stand in \(location.quoted), expected a file in the folder of "
                    + "the ONNX file")
        }
        let offset = try number("offset", entries, of: place) ?? 0
        let length = try number("length", entries, of: place) ?? byteCount
        guard length == byteCount else {
            throw ONNXError.corrupt(
                "\(place): \(length) bytes in \(location.quoted), expected \(byteCount)")
        }
        let path = folder + "/" + location
        try checkStaysInFolder(path, place)
        return try AtomicFile.part(of: path, offset: offset, byteCount: byteCount)
    }

    private func number(
        _ key: String, _ entries: [String: String], of place: String
    ) throws -> Int? {
        guard let text = entries[key] else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw ONNXError.corrupt(
                "\(place): \(key) is \(text.quoted), expected a number of bytes")
        }
        return number
    }

    /// A link may lead away from the folder.
    private func checkStaysInFolder(_ path: String, _ place: String) throws {
        guard let real = RealPath.of(path), let home = RealPath.of(folder) else { return }
        guard real.hasPrefix(home == "/" ? home : home + "/") else {
            throw ONNXError.unsupported(
                "\(place): its numbers stand in \(path.quoted), which leads out of the folder of the "
                    + "ONNX file")
        }
    }
}
