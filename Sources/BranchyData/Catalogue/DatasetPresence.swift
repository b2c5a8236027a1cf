/// What of a data set is in a folder of data.
package enum DatasetPresence: String, Sendable {
    /// The program draws it.
    case always
    /// All of its files are there, with the published contents.
    case complete
    /// Some of its files are there, with the published contents.
    case partial
    /// It is there in a form in which it is only checked when it is loaded, if at all.
    case unverified
    /// A file is not the published one.
    case different
    /// Nothing of it is there.
    case absent
}

extension KnownDataset {
    /// Looks for the data set, and whether it is the published one.
    package func presence(in dataFolder: String) -> DatasetPresence {
        if origin == .drawn { return .always }
        return presence(of: files.map { $0.presence(in: dataFolder) }, in: dataFolder)
    }

    /// What the presence of each file means for the whole.
    package func presence(of files: [FilePresence], in dataFolder: String) -> DatasetPresence {
        let right = files.count { if case .right = $0 { true } else { false } }
        let absent = files.count { if case .absent = $0 { true } else { false } }
        if right + absent < files.count { return .different }
        if right > 0 { return absent == 0 ? .complete : .partial }
        return isUnpacked(dataFolder) ? .unverified : .absent
    }
}
