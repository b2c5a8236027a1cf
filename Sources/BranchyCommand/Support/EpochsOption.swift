import ArgumentParser

/// How many epochs a training has, or how many a finished one is given more.
enum EpochsOption: Hashable {
    /// In place of the recipe's.
    case total(Int)
    /// Behind those of a finished run.
    case added(Int)

    /// Reads `20` and `+10`.
    static func parse(_ argument: String) throws -> EpochsOption {
        let isAdded = argument.hasPrefix("+")
        guard let count = Int(isAdded ? String(argument.dropFirst()) : argument),
            1...100_000 ~= count, !argument.hasPrefix("++"), !argument.hasPrefix("+-")
        else {
            throw ValidationError(
                "expected a whole number from 1 to 100000, with a plus sign to add to a finished run"
            )
        }
        return isAdded ? .added(count) : .total(count)
    }
}
