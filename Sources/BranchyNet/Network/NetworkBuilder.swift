/// Collects the layers of a branch.
@resultBuilder
public enum LayerBuilder {
    /// A layer.
    public static func buildExpression(_ layer: some LayerConvertible) -> [Layer] { [layer.layer] }
    /// Layers made elsewhere.
    public static func buildExpression(_ layers: [Layer]) -> [Layer] { layers }
    /// Layers one after the other.
    public static func buildBlock(_ layers: [Layer]...) -> [Layer] { layers.flatMap(\.self) }
    /// Layers from a loop.
    public static func buildArray(_ layers: [[Layer]]) -> [Layer] { layers.flatMap(\.self) }
    /// Layers that may be left out.
    public static func buildOptional(_ layers: [Layer]?) -> [Layer] { layers ?? [] }
    /// Layers of the first choice.
    public static func buildEither(first layers: [Layer]) -> [Layer] { layers }
    /// Layers of the second choice.
    public static func buildEither(second layers: [Layer]) -> [Layer] { layers }
}

/// Collects the layers of a backbone and the branches on it.
@resultBuilder
public enum NetworkBuilder {
    /// What a network is written from.
    public enum Element: Hashable, Sendable {
        /// A layer of the backbone.
        case layer(Layer)
        /// A branch on what the layers before it produce.
        case branch(Branch)
    }

    /// A layer of the backbone.
    public static func buildExpression(_ layer: some LayerConvertible) -> [Element] {
        [.layer(layer.layer)]
    }
    /// A branch.
    public static func buildExpression(_ branch: Branch) -> [Element] { [.branch(branch)] }
    /// Layers of the backbone made elsewhere.
    public static func buildExpression(_ layers: [Layer]) -> [Element] { layers.map(Element.layer) }
    /// Elements one after the other.
    public static func buildBlock(_ elements: [Element]...) -> [Element] {
        elements.flatMap(\.self)
    }
    /// Elements from a loop.
    public static func buildArray(_ elements: [[Element]]) -> [Element] { elements.flatMap(\.self) }
    /// Elements that may be left out.
    public static func buildOptional(_ elements: [Element]?) -> [Element] { elements ?? [] }
    /// Elements of the first choice.
    public static func buildEither(first elements: [Element]) -> [Element] { elements }
    /// Elements of the second choice.
    public static func buildEither(second elements: [Element]) -> [Element] { elements }

    /// Cuts a sequence of elements into stages, one at each branch.
    static func stages(_ elements: [Element]) -> [Stage] {
        var stages: [Stage] = []
        var backbone: [Layer] = []
        for element in elements {
            switch element {
            case .layer(let layer):
                backbone.append(layer)
            case .branch(let branch):
                stages.append(Stage(backbone: backbone, branch: branch))
                backbone = []
            }
        }
        stages.append(Stage(backbone: backbone, branch: nil))
        return stages
    }
}
