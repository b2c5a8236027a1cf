import Yams

// Values that are one of a few names. The decoder would say that a value is invalid, and not which
// there are.
extension Recipe {
    private static let names: [(key: String, names: [String])] = [
        ("precision", Precision.allCases.map(\.rawValue)),
        ("regime.name", RegimeRecipe.Name.allCases.map(\.rawValue)),
        ("freeze", Freezing.allCases.map(\.rawValue)),
        ("initialization", Initialization.allCases.map(\.rawValue)),
        ("optimizer.name", OptimizerRecipe.Name.allCases.map(\.rawValue)),
        ("schedule.name", ScheduleRecipe.Name.allCases.map(\.rawValue)),
        ("data.classWeights", ClassWeighting.allCases.map(\.rawValue)),
    ]

    /// Refuses a name that there is none of, saying which there are and which is nearest. What is no
    /// text at all is left to the decoder.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe``.
    static func checkNames(in node: Node) throws(TrainingError) {
        for (key, names) in names {
            let value = key.split(separator: ".").reduce(node as Node?) { $0?[String($1)] }
            guard let name = value?.scalar?.string, !names.contains(name) else { continue }
            let nearest = name.nearest(of: names).map { "; did you mean '\($0)'?" } ?? ""
            throw TrainingError(
                .invalidRecipe,
                "'\(key)' is '\(name.prefix(200))', expected \(list(names))\(nearest)")
        }
    }

    /// Such as `adam, adamw or sgd`.
    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension String {
    /// Which of some words takes the fewest letters to be made of this one.
    func nearest(of words: [String]) -> String? {
        // Nobody mistypes by so much, and comparing takes as long as both are together.
        let word = String(prefix(200))
        return words.min { word.editDistance(to: $0) < word.editDistance(to: $1) }
    }

    /// How many letters have to be added, removed or replaced to get another word (Levenshtein);
    /// capitals count as small ones.
    private func editDistance(to other: String) -> Int {
        let (rows, columns) = (Array(lowercased()), Array(other.lowercased()))
        var distances = Array(0...columns.count)
        for (row, letter) in rows.enumerated() {
            var diagonal = distances[0]
            distances[0] = row + 1
            for (column, expected) in columns.enumerated() {
                let replaced = diagonal + (letter == expected ? 0 : 1)
                diagonal = distances[column + 1]
                distances[column + 1] = Swift.min(
                    replaced, distances[column] + 1, distances[column + 1] + 1)
            }
        }
        return distances[columns.count]
    }
}
