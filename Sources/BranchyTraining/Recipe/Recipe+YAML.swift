import BranchyData
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
        var recipe = base
        try base.validate()
        // Read after each change, so that a wrong value is blamed on its source.
        if let document {
            try node.merge(parse(document, source), source: source, path: "")
            recipe = try read(node, source)
        }
        for setting in settings {
            try node.apply(setting)
            recipe = try read(node, "--set \(setting)")
        }
        return recipe
    }

    private static func read(_ node: Node, _ source: String) throws -> Recipe {
        do {
            try checkNames(in: node)
            let recipe = try YAMLDecoder().decode(Recipe.self, from: Yams.serialize(node: node))
            try recipe.validate()
            return recipe
        } catch {
            throw TrainingError(.invalidRecipe, "\(source): \(describe(error))")
        }
    }

    /// The whole recipe as a YAML document, which reads back as the same recipe.
    public func yaml() throws -> String {
        try Yams.serialize(node: node())
    }

    private func node() throws -> Node {
        guard var node = try Yams.compose(yaml: YAMLEncoder().encode(self)) else {
            throw TrainingError(.invalidRecipe, "recipe: cannot be written as YAML")
        }
        // Yams writes 15 digits, and infinity in a way that it does not read.
        node["lossWeights"] = Node(numbers: lossWeights.map(\.description))
        node["regime"]?["trunkShare"] = Node(number: regime.trunkShare.description)
        node["labelSmoothing"] = Node(number: labelSmoothing.description)
        node["distillation"] = [
            "weight": Node(number: distillation.weight.description),
            "temperature": Node(number: distillation.temperature.description),
        ]
        node["thresholds"] = Node(numbers: thresholds.map(\.description))
        for (key, number) in [
            ("learningRate", optimizer.learningRate), ("beta1", optimizer.beta1),
            ("beta2", optimizer.beta2), ("epsilon", optimizer.epsilon),
            ("momentum", optimizer.momentum), ("weightDecay", optimizer.weightDecay),
            ("maximumGradientNorm", optimizer.maximumGradientNorm),
            ("averageDecay", optimizer.averageDecay),
        ] {
            node["optimizer"]?[key] = Node(number: number.description)
        }
        node["schedule"]?["warmup"] = Node(number: schedule.warmup.description)
        node["schedule"]?["milestones"] = Node(numbers: schedule.milestones.map(\.description))
        node["schedule"]?["decay"] = Node(number: schedule.decay.description)
        for (key, number) in [
            ("cropArea", data.cropArea), ("mixup", data.mixup), ("cutmix", data.cutmix),
        ] {
            node["data"]?[key] = Node(number: number.description)
        }
        for (key, number) in [
            ("brightness", data.colorJitter.brightness), ("contrast", data.colorJitter.contrast),
            ("saturation", data.colorJitter.saturation), ("hue", data.colorJitter.hue),
        ] {
            node["data"]?["colorJitter"]?[key] = Node(number: number.description)
        }
        node["data"]?["erasing"] = data.erasing.node
        node["data"]?["mean"] = Node(numbers: data.mean.map(\.description))
        node["data"]?["standardDeviation"] = Node(
            numbers: data.standardDeviation.map(\.description))
        return node
    }

    private static func parse(_ document: String, _ source: String) throws -> Node {
        guard let node = try compose(document, source), node.mapping != nil else {
            throw TrainingError(
                .invalidRecipe, "\(source): expected a YAML mapping such as 'epochs: 10'")
        }
        return node
    }

    fileprivate static func compose(_ text: String, _ source: String) throws -> Node? {
        try RecipeText.check(text, source)
        let isMarked = text.unicodeScalars.first == "\u{FEFF}"
        do {
            return try Yams.compose(
                yaml: isMarked ? String(text.unicodeScalars.dropFirst()) : text)
        } catch {
            // It quotes the line, which may be the whole text.
            throw TrainingError(.invalidRecipe, "\(source): \("\(error)".prefix(1_000))")
        }
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case let error as TrainingError: error.message
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

extension Recipe.ErasingRecipe {
    fileprivate var node: Node {
        let value: Node =
            switch value {
            case .number(let number): Node(number: number.description)
            case .noise: "random"
            }
        return [
            "probability": Node(number: probability.description),
            "scale": Node(numbers: scale.map(\.description)),
            "ratio": Node(numbers: ratio.map(\.description)), "value": value,
        ]
    }
}

extension Node {
    /// A number as Swift writes it: the fewest digits that give the same number again.
    fileprivate init(number: String) {
        let isFinite = !number.hasSuffix("inf") && number != "nan"
        let text = isFinite ? number : number.hasPrefix("-") ? "-.inf" : ".\(number)"
        self = .scalar(Scalar(text, Tag(.float)))
    }

    fileprivate init(numbers: [String]) {
        self = .sequence(Sequence(numbers.map { Node(number: $0) }, .implicit, .flow))
    }

    /// Replaces the values of the keys that another mapping has; both have the same levels.
    fileprivate mutating func merge(_ other: Node, source: String, path: String) throws {
        guard let pairs = other.mapping else {
            let keys = mapping?.compactMap(\.key.string).joined(separator: ", ") ?? ""
            throw TrainingError(
                .invalidRecipe,
                "\(source): '\(path)' has the wrong type, expected a mapping of \(keys)")
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
        let text = String(setting[setting.index(after: equals)...])
        var nested = try Recipe.compose(text, "--set \(setting)") ?? ""
        for key in keys.reversed() { nested = Node([(Node(String(key)), nested)]) }
        try merge(nested, source: "--set \(setting)", path: "")
    }

    private func unknownKey(_ fullKey: String, _ key: String, in source: String) -> TrainingError {
        let known = mapping?.compactMap(\.key.string) ?? []
        let hint = key.nearest(of: known).map { "; did you mean '\($0)'?" } ?? ""
        return TrainingError(
            .invalidRecipe, "\(source): there is no key '\(fullKey.prefix(200))'\(hint)")
    }
}
