extension Evaluation {
    /// The mean over the classes that occur of the share of their samples that is answered rightly
    /// (their recall), each sample answered where it left: what no class outweighs by its number.
    /// `nil` without samples.
    ///
    /// References: Brodersen et al., *The Balanced Accuracy and Its Posterior Distribution*, ICPR
    /// 2010.
    public var balancedAccuracy: Double? {
        let recalls = classes.compactMap(\.accuracy)
        return recalls.isEmpty ? nil : recalls.reduce(0, +) / Double(recalls.count)
    }

    /// More classes than this are not listed where people read.
    package static let mostListedClasses = 20
    /// So many are listed of more.
    package static let worstClassCount = 10

    /// The classes to be listed where people read: all in order, or where there are many, those that
    /// are least often right, the worst first.
    package var listedClasses: [Int] {
        guard classes.count > Self.mostListedClasses else { return Array(classes.indices) }
        let ranked = classes.indices.sorted {
            (classes[$0].accuracy ?? .infinity, $0) < (classes[$1].accuracy ?? .infinity, $1)
        }
        return Array(ranked.prefix(Self.worstClassCount))
    }
}
