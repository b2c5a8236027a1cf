import BranchyCompute

/// What the header of a safetensors file says of one tensor.
struct HeaderEntry {
    let name: String
    let elementType: String
    let dimensions: [Int]
    /// Where the numbers begin and end, in bytes after the header.
    let begin: Int
    let end: Int

    /// The bytes of one `F32`.
    static let elementSize = 4

    /// All that the format knows; only `F32` is read.
    private static let knownElementTypes: Set = [
        "BOOL", "U8", "I8", "U16", "I16", "F16", "BF16", "U32", "I32", "F32", "U64", "I64", "F64",
        "C64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F4", "F6_E2M3",
        "F6_E3M2",
    ]

    /// Reads the entry of a tensor.
    init(parsing json: inout JSONScanner, name: String) throws {
        var elementType: String?
        var dimensions: [Int]?
        var offsets: [Int]?
        try json.object { json, field in
            switch field {
            case "dtype": elementType = try json.string()
            case "shape": dimensions = try json.integers()
            case "data_offsets": offsets = try json.integers()
            default: throw json.corrupt("dtype, shape and data_offsets", found: field.quoted)
            }
        }
        guard let elementType, let dimensions, let offsets, offsets.count == 2 else {
            let found = [
                elementType ?? "no dtype", dimensions.map { "shape \($0)" } ?? "no shape",
                offsets.map { "data_offsets \($0)" } ?? "no data_offsets",
            ]
            throw json.corrupt(
                "dtype, shape and two data_offsets", found: found.joined(separator: ", "))
        }
        self.name = name
        self.elementType = elementType
        self.dimensions = dimensions
        (begin, end) = (offsets[0], offsets[1])
    }

    /// The shape, if the element type is `F32` and the offsets leave room for just that shape.
    func checkedShape(source: String) throws -> Shape {
        try checkElementType(source: source)
        guard let shape = Shape(exactly: dimensions) else {
            throw corrupt(
                source, expected: "a shape whose product fits 64 bits", found: "\(dimensions)")
        }
        let (size, overflow) = shape.elementCount.multipliedReportingOverflow(by: Self.elementSize)
        guard !overflow, begin <= end, end - begin == size else {
            throw corrupt(
                source,
                expected: "\(overflow ? "an addressable number of" : "\(size)") bytes "
                    + "for shape \(shape)", found: "offsets \(begin) to \(end)")
        }
        return shape
    }

    private func checkElementType(source: String) throws {
        guard Self.knownElementTypes.contains(elementType) else {
            throw corrupt(
                source, expected: "an element type such as \"F32\"", found: elementType.quoted)
        }
        guard elementType == "F32" else {
            throw ModelError(
                .unreadable,
                "\(source): tensor \(name.quoted): element type \(elementType) is not supported; "
                    + "convert the tensor to F32")
        }
    }

    func corrupt(_ source: String, expected: String, found: String) -> ModelError {
        .corrupt(source, "tensor \(name.quoted)", expected: expected, found: found)
    }
}
