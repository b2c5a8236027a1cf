/// What was wrong with one mirror.
package struct MirrorFailure: Error, Equatable {
    /// The file's URL there.
    package let url: String
    /// Such as `answers 404 (not found)`.
    package let reason: String
}

/// No mirror had a file.
package struct DownloadError: Error, CustomStringConvertible {
    /// What it is called.
    package let file: String
    /// Why, for each mirror that was tried, in that order.
    package let failures: [MirrorFailure]
    /// What was fetched of it and where it is, or `nil` where nothing is left.
    let kept: String?

    /// Everything, over several lines.
    package var description: String {
        let reasons = failures.map { "\n  \($0.url): \($0.reason)" }.joined()
        let rest = kept.map { "\n\($0); the same command goes on from there" } ?? ""
        return "\(file) was not fetched:\(reasons)\(rest)"
    }
}
