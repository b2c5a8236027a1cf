import BranchyCompute

/// What the images of CIFAR-10 or CIFAR-100 are labelled with, and which label is asked for.
package struct CIFARLabelling: Sendable {
    /// One of the labels of an image.
    struct Label: Sendable {
        /// Under which the Python version has it.
        let key: String
        /// What the classes are called that it counts.
        let classNames: [String]
    }

    /// What people call the data set.
    let title: String
    /// The labels of an image, in the order in which they stand in a binary record.
    let labels: [Label]
    /// Which of them is the class.
    let chosen: Int

    var classNames: [String] { labels[chosen].classNames }
    var key: String { labels[chosen].key }

    /// How many bytes a binary record has: labels, then the red, green and blue plane, each row by
    /// row.
    var recordByteCount: Int { labels.count + CIFAR10.imageShape.elementCount }

    /// CIFAR-10's.
    package static let ten = CIFARLabelling(
        title: "CIFAR-10", labels: [Label(key: "labels", classNames: CIFAR10.classNames)],
        chosen: 0)

    /// CIFAR-100's twenty coarse classes or its hundred fine ones.
    package static func hundred(_ classes: CIFAR100.Classes) -> CIFARLabelling {
        let all = [CIFAR100.Classes.coarse, .fine]
        let keys = ["coarse_labels", "fine_labels"]
        return CIFARLabelling(
            title: "CIFAR-100",
            labels: zip(keys, all).map { Label(key: $0, classNames: $1.names) },
            chosen: classes == .coarse ? 0 : 1)
    }
}
