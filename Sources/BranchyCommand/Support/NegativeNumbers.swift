extension [String] {
    /// These arguments with each negative number joined to the option before it, `--limit -1` as
    /// `--limit=-1`: the parser takes a word that begins with a dash for another option, and would
    /// say that the value is missing. No option has a digit for its name.
    var joiningNegativeNumbers: [String] {
        let end = firstIndex(of: "--") ?? endIndex
        return enumerated().reduce(into: []) { joined, next in
            let isValue =
                next.offset > 0 && next.offset < end && next.element.isNegativeNumber
                && self[next.offset - 1].isLongOption
            if isValue {
                joined[joined.count - 1] += "=" + next.element
            } else {
                joined.append(next.element)
            }
        }
    }
}

extension String {
    fileprivate var isLongOption: Bool { hasPrefix("--") && count > 2 && !contains("=") }

    fileprivate var isNegativeNumber: Bool {
        guard hasPrefix("-") else { return false }
        let rest = dropFirst().lowercased()
        return rest.hasPrefix("inf") || rest.hasPrefix("nan")
            || rest.first.map { "0123456789.".contains($0) } ?? false
    }
}
