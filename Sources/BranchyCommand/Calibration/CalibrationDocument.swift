import BranchyNet
import Foundation

/// What `calibrate --json` prints: the record that is kept with the model, and what is to be said
/// of it.
struct CalibrationDocument: Encodable {
    private enum Key: String, CodingKey { case warnings }

    let record: CalibrationRecord
    let warnings: [String]

    func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(warnings, forKey: .warnings)
    }

    func json() throws -> String {
        String(decoding: try JSONEncoder.branchyNet.encode(self), as: UTF8.self) + "\n"
    }
}
