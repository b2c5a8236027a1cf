import BranchyData
import BranchyImages
import BranchyWorkflow

/// What `datasets check` prints.
struct FolderReport: Encodable {
    /// A part of the data, as it would be used.
    struct Part: Encodable {
        let part: String
        let folder: String
        let images: Int
        /// By class, in the order of the classes.
        let perClass: [Int]
    }

    struct File: Encodable {
        let path: String
        let reason: String

        /// Whether its name, or that of a folder it is in, begins with a point.
        fileprivate var isHidden: Bool { path.hasPrefix(".") || path.contains("/.") }
    }

    struct Pair: Encodable {
        let training: String
        let test: String

        init(_ pair: ImageFolderSurvey.Pair) {
            (training, test) = (pair.training, pair.test)
        }
    }

    struct FormatCount: Encodable {
        let name: String
        let images: Int
    }

    struct Sizes: Encodable {
        let smallest: [Int]
        let median: [Int]
        let largest: [Int]
        /// How many sizes and colour types there are.
        let distinct: Int
    }

    let folder: String
    let images: Int
    let classNames: [String]
    let parts: [Part]
    let formats: [FormatCount]
    let sizes: Sizes?
    let damaged: [File]
    let passedOver: [File]
    let inBothParts: [Pair]
    let alikeInBothParts: [Pair]
    /// Files that are one picture, in different classes.
    let contradictions: [[String]]
    /// Why nothing can be trained on it; `nil` where something can.
    let problem: String?

    init(_ survey: ImageFolderSurvey, seed: UInt64) {
        folder = survey.path
        images = survey.images.count
        classNames = survey.classNames
        formats = survey.formats.map { FormatCount(name: $0.name, images: $0.count) }
        sizes = survey.sizes.map { sizes in
            Sizes(
                smallest: [sizes.smallest.width, sizes.smallest.height],
                median: [sizes.median.width, sizes.median.height],
                largest: [sizes.largest.width, sizes.largest.height], distinct: sizes.count)
        }
        damaged = survey.damaged.map { File(path: $0.path, reason: $0.reason) }
        passedOver = survey.passedOver.map { File(path: $0.path, reason: $0.reason) }
        contradictions = survey.contradictions
        // Where there are no parts to deal with, the problem says why.
        parts = ((try? survey.partCounts(seed: seed)) ?? []).map { part in
            Part(
                part: part.part, folder: part.folder, images: part.counts.reduce(0, +),
                perClass: part.counts)
        }
        inBothParts = ((try? survey.sharedFiles(seed: seed)) ?? []).map(Pair.init)
        alikeInBothParts = ((try? survey.nearDuplicates(seed: seed)) ?? []).map(Pair.init)
        problem = Self.problem(of: survey, seed: seed)
    }

    private static func problem(of survey: ImageFolderSurvey, seed: UInt64) -> String? {
        do {
            try survey.requireTrainable(seed: seed)
            return nil
        } catch {
            return "\(error)"
        }
    }
}

extension FolderReport {
    private static let listedCount = 10
    private static let classLimit = 20

    /// For people.
    var text: String {
        var lines = [
            "\(folder): \(Format.grouped(images)) images in "
                + "\(Format.grouped(classNames.count)) classes\n"
        ]
        if !parts.isEmpty { lines.append(classTable) }
        if let sizes {
            lines.append(
                "sizes: \(Self.text(sizes.smallest)) to \(Self.text(sizes.largest)), in the middle "
                    + "\(Self.text(sizes.median)); \(sizes.distinct) different ones\n")
        }
        lines.append(
            "formats: " + formats.map { "\($0.images) \($0.name)" }.joined(separator: ", ") + "\n")
        // Hidden files, of which there may be one in every folder, do not hide the others.
        let (visible, hidden) = (
            passedOver.filter { !$0.isHidden }, passedOver.filter(\.isHidden)
        )
        lines += list("passed over", (visible + hidden).map { "\($0.path): \($0.reason)" })
        lines += list("damaged", damaged.map { "\($0.path) \($0.reason)" })
        lines += list(
            "in the training and in the test part",
            inBothParts.map { "\($0.training) is \($0.test)" })
        lines += list(
            "looks like one picture in both parts",
            alikeInBothParts.map { "\($0.training) and \($0.test)" })
        lines += list(
            "one picture in several classes", contradictions.map { $0.joined(separator: ", ") })
        if problem == nil { lines.append("\nIt can be trained on.\n") }
        return lines.map {
            $0.split(separator: "\n", omittingEmptySubsequences: false)
                .map { String($0).onOneLine }.joined(separator: "\n")
        }.joined()
    }

    private static func text(_ size: [Int]) -> String {
        "\(size[0]) x \(size[1])"
    }

    /// How many images each class has in each part; of many classes, the smallest.
    private var classTable: String {
        var table = Table([.left] + parts.map { _ in .right })
        table.add(["class"] + parts.map(\.part))
        let order =
            classNames.count <= Self.classLimit
            ? Array(classNames.indices)
            : Array(
                classNames.indices.sorted { (total($0), $0) < (total($1), $1) }
                    .prefix(Self.classLimit))
        for index in order {
            table.add([classNames[index]] + parts.map { "\($0.perClass[index])" })
        }
        table.add(["all"] + parts.map { Format.grouped($0.images) })
        let rest = classNames.count - order.count
        return table.text
            + (rest > 0
                ? "The \(order.count) smallest classes; \(rest) more have as many or more.\n" : "")
            + "\n"
    }

    private func total(_ index: Int) -> Int {
        parts.reduce(0) { $0 + $1.perClass[index] }
    }

    private func list(_ title: String, _ entries: [String]) -> [String] {
        guard !entries.isEmpty else { return [] }
        let rest = entries.count - Self.listedCount
        return ["\n\(title): \(entries.count)\n"]
            + entries.prefix(Self.listedCount).map { "  \($0)\n" }
            + (rest > 0 ? ["  and \(rest) more; --json lists all\n"] : [])
    }
}
