package import BranchyData

extension DataSplit {
    /// How many images there are of each class, in the order of the classes.
    package var classCounts: [Int] {
        (0..<count).reduce(into: Array(repeating: 0, count: classNames.count)) { counts, index in
            counts[label(at: index)] += 1
        }
    }
}
