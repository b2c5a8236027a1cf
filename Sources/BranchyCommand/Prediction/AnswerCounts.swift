import BranchyWorkflow

/// What became of the images and files that were to be answered.
struct AnswerCounts: Hashable, Sendable {
    /// Images that were answered.
    var images = 0
    /// Those of them whose probability is below the least that the user takes for an answer.
    var unsureImages = 0
    /// Files that could not be answered, or not all of.
    var failedFiles = 0

    static func += (sum: inout Self, other: Self) {
        sum.images += other.images
        sum.unsureImages += other.unsureImages
        sum.failedFiles += other.failedFiles
    }

    /// What is wrong with the run as a whole; `nil` where everything was answered.
    var failure: ExitStatus? {
        guard failedFiles > 0 else { return nil }
        return images > 0 ? .failure : .badInput
    }

    /// What is said at the end, when the files that failed were named long ago; nothing where there
    /// is no more to say than was said.
    var summary: String? {
        guard failure == .failure else { return nil }
        let files = failedFiles == 1 ? "1 file" : "\(Format.grouped(failedFiles)) files"
        let images = images == 1 ? "1 image was" : "\(Format.grouped(images)) images were"
        return "\(files) could not be answered, as said above; \(images)\n"
    }
}
