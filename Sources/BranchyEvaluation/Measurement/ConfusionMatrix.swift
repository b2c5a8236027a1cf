/// Which classes are taken for which.
public struct ConfusionMatrix: Hashable, Sendable, Codable {
    /// How many samples of a class got an answer, `[classes, answers]`: a row is a class, and adds
    /// up to the number of its samples; the right answers are on the diagonal.
    public private(set) var rows: [[Int]]

    init(classCount: Int) {
        rows = Array(repeating: Array(repeating: 0, count: classCount), count: classCount)
    }

    /// The wrong answer that a class gets oftenest, the first of equals, and how often; `nil` where
    /// all its answers are right.
    public func commonestMistake(ofClass label: Int) -> (answer: Int, count: Int)? {
        var commonest: (answer: Int, count: Int)?
        for (answer, count) in rows[label].enumerated()
        where answer != label && count > commonest?.count ?? 0 {
            commonest = (answer, count)
        }
        return commonest
    }

    mutating func record(_ answer: Int, label: Int) {
        rows[label][answer] += 1
    }
}
