import BranchyData
import BranchyImages
import BranchyNet

/// A file that cannot be answered, or no further, while others can.
struct UnansweredFile: Sendable {
    /// As the user named it, or as it was found in a folder that the user named.
    let path: String
    /// What is wrong with it; names the file too.
    let reason: String

    /// - Returns: `nil` where the error is not of this file alone: the model, the output or the user
    ///   ends the run.
    init?(_ path: String, _ error: any Error) {
        switch error {
        case is DatasetError, is ImageError, is NetworkError: break
        case let error as ModelError where [.missingFile, .unreadable].contains(error.code): break
        default: return nil
        }
        self.path = path
        reason = "\(error)"
    }
}
