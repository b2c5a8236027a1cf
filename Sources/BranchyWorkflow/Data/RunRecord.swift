import BranchyNet
import Foundation

/// What a training run remembers that is true on this machine only; not part of the model.
struct RunRecord: Codable, Hashable {
    static let name = "run.json"

    /// Where the data were.
    var dataFolder: String
    /// Where the image folder or the table of images was that the run learnt from, if it did.
    var imageFolder: String?
    /// The images of it that could not be read and were left out, from the folder on; `nil` where
    /// none was.
    var damagedImages: [String]?
    /// Where the IDX files were that the run learnt from, if it did.
    var idxFiles: [String]?

    init(dataFolder: String, of dataset: DatasetName, damagedImages: [String] = []) {
        self.dataFolder = dataFolder
        self.damagedImages = damagedImages.isEmpty ? nil : damagedImages
        switch dataset {
        case .known: break
        case .imageFolder(let path), .imageTable(let path): imageFolder = path
        case .idxFiles(let paths): idxFiles = paths
        }
    }

    /// The record in a run's folder, or `nil` where there is none that can be read.
    init?(in folder: String) {
        guard let bytes = try? AtomicFile.read(folder + "/" + Self.name, limit: 1 << 28),
            let record = try? JSONDecoder().decode(Self.self, from: Data(bytes))
        else { return nil }
        self = record
    }

    func write(by writer: borrowing ModelFolder.Writer) throws {
        try writer.write(Array(JSONEncoder.branchyNet.encode(self)), besideModelAs: Self.name)
    }
}
