/// Numbers that stand in a file or follow from such: weights, and the integers that shapes are
/// computed with.
struct ONNXTensor: Hashable {
    /// The most elements of a tensor of integers, and of a tensor that is computed while a file is
    /// imported: far more than shapes need.
    static let computedLimit = 1 << 16

    /// What its elements are.
    enum Elements: Hashable {
        /// Of any kind of floating-point numbers.
        case floats([Float])
        /// Of any kind of integers; of truth values, 0 and 1.
        case integers([Int])

        var count: Int {
            switch self {
            case .floats(let floats): floats.count
            case .integers(let integers): integers.count
            }
        }
    }

    /// Under which the file has it, for the names of parameters; empty for what was computed.
    var name: String
    /// The sizes, outermost first; empty for a scalar.
    let dimensions: [Int]
    /// As many as the sizes come to, row-major.
    let elements: Elements

    init(_ dimensions: [Int], _ elements: Elements, name: String = "") {
        assert(elements.count == dimensions.reduce(1, *))
        (self.dimensions, self.elements, self.name) = (dimensions, elements, name)
    }

    /// A tensor of one dimension.
    init(integers: [Int]) { self.init([integers.count], .integers(integers)) }

    var floats: [Float]? { if case .floats(let floats) = elements { floats } else { nil } }
    var integers: [Int]? { if case .integers(let integers) = elements { integers } else { nil } }

    /// The one number that it has, whatever its rank.
    var scalar: Float? {
        switch elements {
        case .floats(let floats): floats.count == 1 ? floats[0] : nil
        case .integers(let integers): integers.count == 1 ? Float(integers[0]) : nil
        }
    }
}
