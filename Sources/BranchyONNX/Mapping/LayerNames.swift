/// Names of layers, which are those of the parameters in PyTorch.
struct LayerNames {
    private static let longest = 200
    private var taken: Set<String> = []

    /// The name of a layer, unlike those of all before.
    ///
    /// - Parameters:
    ///   - weight: the name of its weights in the file, such as `layer1.0.conv1.weight`; exporters
    ///     that fold batch normalization call them `onnx::Conv_193`.
    ///   - node: the node's name, such as `/layer1/layer1.0/conv1/Conv`.
    ///   - kind: a name where there is no other.
    mutating func name(weight: String, node: String, kind: String) -> String {
        let candidates = [Self.layer(ofWeight: weight), Self.layer(ofNode: node), kind]
        let name = candidates.compactMap(\.self).first(where: Self.isName) ?? kind
        return unique(name)
    }

    private mutating func unique(_ name: String) -> String {
        if taken.insert(name).inserted { return name }
        var number = 2
        while !taken.insert("\(name)_\(number)").inserted { number += 1 }
        return "\(name)_\(number)"
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && !name.hasSuffix(".") && name.utf8.count <= longest
            && name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    }

    private static func layer(ofWeight name: String) -> String? {
        let suffix = ".weight"
        return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : nil
    }

    /// The path of modules that a node's name tells: each module's name is given with the numbers of
    /// those above it in the same list, and the operator's stands at the end.
    private static func layer(ofNode name: String) -> String? {
        guard name.hasPrefix("/") else { return name }
        var path: [Substring] = []
        for module in name.split(separator: "/").dropLast() {
            if let last = path.last, module.hasPrefix(last + ".") { path.removeLast() }
            path.append(module)
        }
        return path.joined(separator: ".")
    }
}
