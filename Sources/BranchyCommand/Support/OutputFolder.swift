import BranchyNet
import Foundation

/// A folder that results are written to.
enum OutputFolder {
    /// Makes it, and the folders above it, where they are not there.
    ///
    /// - Throws: `ModelError` of code `unwritable`, with what the system says.
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError
            let reason = cause.map { String(cString: strerror($0.code.rawValue)) }
            throw ModelError(
                .unwritable,
                "\(path): cannot make the folder: \(reason ?? error.localizedDescription)")
        }
    }
}
