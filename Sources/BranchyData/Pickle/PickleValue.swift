/// A value of a pickle. Containers stand in the file's arenas and are known by their place there, so
/// that no value holds another: nothing is ever walked or freed by recursion, however deep a file
/// claims to be.
enum PickleValue: Hashable, Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    /// A text or bytes: where they stand in the file.
    case bytes(Range<Int>)
    case list(Int)
    case tuple(Int)
    case dictionary(Int)
    /// One of the three things of NumPy's that an array of bytes is described with.
    case name(PickleName)
    /// NumPy's type of unsigned bytes.
    case byteType
    case array(Int)

    /// What errors call it.
    var kind: String {
        switch self {
        case .none: "None"
        case .boolean: "a truth value"
        case .integer: "a number"
        case .bytes: "a text"
        case .list: "a list"
        case .tuple: "a tuple"
        case .dictionary: "a dictionary"
        case .name(let name): name.rawValue
        case .byteType: "a type"
        case .array: "an array"
        }
    }

    /// A number, or a truth value as one.
    var number: Int? {
        switch self {
        case .integer(let number): number
        case .boolean(let isTrue): isTrue ? 1 : 0
        default: nil
        }
    }
}

/// What a pickle may name. Nothing is looked up or called by these names: they are words by which an
/// array of bytes is recognized.
enum PickleName: String, CaseIterable, Sendable {
    case reconstruct = "numpy.core.multiarray._reconstruct"
    case array = "numpy.ndarray"
    case type = "numpy.dtype"

    /// The name, also as newer versions of NumPy write it.
    init?(module: String, name: String) {
        let module = module == "numpy._core.multiarray" ? "numpy.core.multiarray" : module
        self.init(rawValue: "\(module).\(name)")
    }
}

/// An array of unsigned bytes: its sizes, outermost first, and where its bytes stand in the file.
struct PickleArray: Hashable, Sendable {
    var dimensions: [Int] = []
    var bytes: Range<Int>?
}
