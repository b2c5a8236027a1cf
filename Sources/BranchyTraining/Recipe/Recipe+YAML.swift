import Yams

extension Recipe {
    /// A recipe with some keys changed: first those of a YAML document, then single settings.
    ///
    /// - Parameters:
    ///   - base: what holds where nothing is said.
    ///   - document: a YAML mapping of some of the recipe's keys, or `nil`.
    ///   - source: the document's name, for errors.
    ///   - settings: as `key=value`, with dots between levels: `optimizer.learningRate=0.002`.
    /// - Throws: ``TrainingError/Code/invalidRecipe`` for YAML that does not parse, an unknown key
    ///   (with the nearest known one), a value of the wrong type or one out of range.
    public static func resolved(
        from base: Recipe, document: String? = nil, source: String = "recipe",
        settings: [String] = []
    ) throws -> Recipe {
        var node = try base.node()
        if let document { try node.merge(parse(document, source), source: source, path: "") }
        for setting in settings { try node.apply(setting) }
        let recipe: Recipe
        do {
            recipe = try YAMLDecoder().decode(Recipe.self, from: Yams.serialize(node: node))
        } catch {
            throw TrainingError(.invalidRecipe, "\(source): \(describe(error))")
        }
        try recipe.validate()
        return recipe
    }

    /// The name of the network that a YAML document asks for, or `nil` where it does not say.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe`` for YAML that does not parse.
    public static func network(in document: String, source: String) throws -> String? {
        try parse(document, source).mapping?["network"]?.string
    }

    /// The whole recipe as a YAML document.
    public func yaml() throws -> String {
        try YAMLEncoder().encode(self)
    }

    private func node() throws -> Node {
        guard let node = try Yams.compose(yaml: yaml()) else {
            throw TrainingError(.invalidRecipe, "recipe: cannot be written as YAML")
        }
        return node
    }

    private static func parse(_ document: String, _ source: String) throws -> Node {
        do {
            guard let node = try Yams.compose(yaml: document), node.mapping != nil else {
                throw TrainingError(
                    .invalidRecipe, "\(source): expected a YAML mapping such as 'epochs: 10'")
            }
            return node
        } catch let error as YamlError {
            throw TrainingError(.invalidRecipe, "\(source): \(error)")
        }
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case DecodingError.typeMismatch(let type, let context):
            "'\(path(context))' has the wrong type, expected \(type)"
        case DecodingError.dataCorrupted(let context):
            "'\(path(context))': \(context.debugDescription)"
        case DecodingError.keyNotFound(let key, _): "the key '\(key.stringValue)' is missing"
        case DecodingError.valueNotFound(let type, let context):
            "'\(path(context))' is empty, expected \(type)"
        default: "\(error)"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            .joined(separator: ".")
    }
}

extension Node {
    /// Replaces the values of the keys that another mapping has; both have the same levels.
    fileprivate mutating func merge(_ other: Node, source: String, path: String) throws {
        guard let pairs = other.mapping else {
            throw TrainingError(
                .invalidRecipe, "\(source): '\(path)' has the wrong type, expected a mapping")
        }
        for (keyNode, value) in pairs {
            let key = keyNode.string ?? ""
            let fullKey = path.isEmpty ? key : "\(path).\(key)"
            guard var current = self[key] else {
                let line = keyNode.mark.map { ":\($0.line)" } ?? ""
                throw unknownKey(fullKey, key, in: source + line)
            }
            if current.mapping != nil {
                try current.merge(value, source: source, path: fullKey)
            } else {
                current = value
            }
            self[key] = current
        }
    }

    /// Replaces the value of one key, given as `key=value`.
    fileprivate mutating func apply(_ setting: String) throws {
        guard let equals = setting.firstIndex(of: "=") else {
            throw TrainingError(
                .invalidRecipe, "--set \(setting): expected key=value, as in --set epochs=10")
        }
        let keys = setting[..<equals].split(separator: ".", omittingEmptySubsequences: false)
        let value: Node
        do {
            value = try Yams.compose(yaml: String(setting[setting.index(after: equals)...])) ?? ""
        } catch {
            throw TrainingError(.invalidRecipe, "--set \(setting): \(error)")
        }
        var nested = value
        for key in keys.reversed() { nested = Node([(Node(String(key)), nested)]) }
        try merge(nested, source: "--set \(setting)", path: "")
    }

    private func unknownKey(_ fullKey: String, _ key: String, in source: String) -> TrainingError {
        let known = mapping?.compactMap(\.key.string) ?? []
        let nearest = known.min { key.editDistance(to: $0) < key.editDistance(to: $1) }
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        return TrainingError(.invalidRecipe, "\(source): there is no key '\(fullKey)'\(hint)")
    }
}

extension String {
    /// How many letters have to be added, removed or replaced to get another word (Levenshtein).
    fileprivate func editDistance(to other: String) -> Int {
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
