import BranchyData
import BranchyNet

// A run keeps which images it was dealt in a file of its own, which becomes part of the model.
extension DealtImages {
    static let name = "images.csv"
    private static let byteLimit = 1 << 30

    /// What a run was dealt, or `nil` where its data have parts of their own, or it is older than this
    /// list.
    ///
    /// - Throws: `ModelError` where the list cannot be read, `DatasetError` where it is none.
    init?(ofRun folder: String) throws {
        guard let bytes = try Self.bytes(ofRun: folder) else { return nil }
        try self.init(parsing: bytes, source: folder + "/" + Self.name)
    }

    /// The list as it stands: that of the model, or of the run until there is one.
    static func bytes(ofRun folder: String) throws -> [UInt8]? {
        try whereThere { try ModelFolder(folder).contents(of: name, limit: byteLimit) }
            ?? whereThere { try AtomicFile.read(folder + "/" + name, limit: byteLimit) }
    }

    private static func whereThere(_ read: () throws -> [UInt8]) throws -> [UInt8]? {
        do {
            return try read()
        } catch let error as ModelError where error.code == .missingFile {
            return nil
        }
    }
}
