/// Which of a model's classes each class of some data is: found by name, whatever the order.
///
/// Data may lack classes that the model knows, as a folder of some kinds only does. It may have
/// none that the model does not know, since no answer to such an image can be right.
public struct ClassMatch: Hashable, Sendable {
    /// How many names a message lists of each side.
    private static let listLimit = 12

    /// What the data are called.
    let dataset: String
    /// What the data call their classes.
    let names: [String]
    /// What the model calls its own.
    let modelNames: [String]
    /// For each class of the data, the model's class that it is, counted from 0.
    public let modelClasses: [Int]
    /// Whether names were compared. Where not, the data only number their classes, by numbers that
    /// the model does not use as names, and the first number was taken for the model's first class.
    public let isByName: Bool

    /// Finds the classes of a data set among a model's.
    ///
    /// - Throws: ``DatasetError`` of code `invalidDataset`, with both lists, where the data have a
    ///   class that the model does not know, or a name stands for two classes of either side.
    public init(of dataset: ImageDataset, among modelNames: [String]) throws {
        (self.dataset, names, self.modelNames) = (dataset.name, dataset.classNames, modelNames)
        let known = Self.indices(of: modelNames)
        let found = names.map { known[$0] }
        guard names != modelNames else {
            (modelClasses, isByName) = (Array(names.indices), true)
            return
        }
        if !dataset.namesClasses, names.count == modelNames.count, found.allSatisfy({ $0 == nil }) {
            (modelClasses, isByName) = (Array(names.indices), false)
            return
        }
        (modelClasses, isByName) = (found.compactMap(\.self), true)
        guard modelClasses.count == names.count else {
            let unknown = zip(names, found).filter { $0.1 == nil }.map(\.0)
            throw refusal("the model does not know \(Self.list(unknown))")
        }
        guard known.count == modelNames.count, Set(modelClasses).count == names.count else {
            throw refusal("a name stands for two classes")
        }
    }

    private static func indices(of names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func refusal(_ problem: String) -> DatasetError {
        DatasetError(
            .invalidDataset,
            "\(dataset) and the model have different classes: \(problem). The data have "
                + "\(names.count): \(Self.list(names)). The model has \(modelNames.count): "
                + "\(Self.list(modelNames)). Classes are matched by name")
    }

    private static func list(_ names: [String]) -> String {
        let rest = names.count > listLimit ? " and \(names.count - listLimit) more" : ""
        return names.prefix(listLimit).joined(separator: ", ") + rest
    }
}

extension ClassMatch {
    /// What a reader of results has to know about the match; `nil` where every class of the model
    /// was found by its name.
    public var note: String? {
        guard isByName else {
            let pairs = zip(names, modelNames).map { "\($0) for \($1)" }
            return "\(dataset) numbers its classes and does not name them, so names could not be "
                + "compared; by their order, it was taken \(Self.list(pairs))"
        }
        let present = Set(modelClasses)
        let missing = modelNames.indices.filter { !present.contains($0) }.map { modelNames[$0] }
        guard !missing.isEmpty else { return nil }
        return "\(dataset) lacks \(missing.count) of the model's \(modelNames.count) classes: "
            + Self.list(missing)
    }
}

extension ImageDataset {
    /// The same images, with labels that count a model's classes.
    ///
    /// - Parameter match: of this data set.
    /// - Throws: ``DatasetError`` of code `invalidDataset` where the model has more classes than a
    ///   data set can.
    public func relabelled(by match: ClassMatch) throws -> ImageDataset {
        guard match.modelNames != classNames else { return self }
        guard match.modelNames.count <= Self.classLimit else {
            throw DatasetError(
                .invalidDataset,
                "\(name): labels cannot count the model's \(match.modelNames.count) classes; "
                    + "expected at most \(Self.classLimit)")
        }
        return try ImageDataset(
            name: name, imageShape: imageShape, classNames: match.modelNames, store: store,
            labels: labels.map { UInt16(match.modelClasses[Int($0)]) }, namesClasses: namesClasses)
    }
}

extension DataSplit {
    /// The split with labels that count a model's classes.
    ///
    /// - Throws: ``DatasetError`` of code `invalidDataset`, see ``ClassMatch``.
    public func relabelled(for modelNames: [String]) throws -> Self {
        let match = try ClassMatch(of: dataset, among: modelNames)
        return Self(try dataset.relabelled(by: match))
    }
}
