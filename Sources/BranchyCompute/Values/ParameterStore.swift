/// The trained numbers of a network, each under a dotted path such as `branch1.conv.weight`.
///
/// Gradients, optimizer state and checkpoints use the same paths. Order is the order of insertion,
/// so that everything that walks over parameters does so in the same order in every run.
public struct ParameterStore: Hashable, Sendable {
    /// The paths, in the order in which they were added.
    public private(set) var names: [String] = []

    private var tensors: [String: Tensor] = [:]

    /// An empty store.
    public init() {}

    /// How many parameters there are (tensors, not numbers).
    public var count: Int { names.count }

    /// How many numbers there are in all tensors together.
    public var scalarCount: Int { tensors.values.reduce(0) { $0 + $1.shape.elementCount } }

    /// The tensor at a path, or `nil`. Setting a new path adds it at the end; setting `nil`
    /// removes it.
    public subscript(name: String) -> Tensor? {
        get { tensors[name] }
        set {
            switch (tensors[name], newValue) {
            case (nil, .some): names.append(name)
            case (.some, nil): names.removeAll { $0 == name }
            default: break
            }
            tensors[name] = newValue
        }
    }

    /// Calls `body` with the numbers at a path, to be changed in place.
    ///
    /// - Returns: what `body` returns, or `nil` where there is no such path.
    public mutating func withMutableScalars<Result>(
        of name: String, _ body: (inout MutableSpan<Float>) throws -> Result
    ) rethrows -> Result? {
        try tensors[name]?.withMutableScalars(body)
    }
}

extension ParameterStore: Sequence {
    /// The paths with their tensors, in order of insertion.
    public func makeIterator() -> some IteratorProtocol<(name: String, tensor: Tensor)> {
        names.lazy.compactMap { name in tensors[name].map { (name, $0) } }.makeIterator()
    }
}
