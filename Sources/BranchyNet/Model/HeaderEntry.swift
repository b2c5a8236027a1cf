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

    /// All that the format knows, with the bytes of an element; `nil` where one takes less.
    private static let elementSizes: [String: Int?] = [
        "BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4, "I32": 4,
        "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8, "F8_E4M3": 1, "F8_E5M2": 1,
        "F8_E8M0": 1, "F8_E4M3FNUZ": 1, "F8_E5M2FNUZ": 1, "F4": nil, "F6_E2M3": nil, "F6_E3M2": nil,
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

    /// The shape, if the offsets leave room for just that shape.
    ///
    /// - Parameter isStrict: whether elements have to be `F32`.
    func checkedShape(isStrict: Bool, source: String) throws -> Shape {
        let elementSize = try checkedElementSize(isStrict: isStrict, source: source)
        guard let shape = Shape(exactly: dimensions) else {
            throw corrupt(
                source, expected: "a shape whose product fits 64 bits", found: "\(dimensions)")
        }
        let (size, overflow) = shape.elementCount.multipliedReportingOverflow(by: elementSize)
        guard !overflow, begin <= end, end - begin == size else {
            throw corrupt(
                source,
                expected: "\(overflow ? "an addressable number of" : "\(size)") bytes "
                    + "for shape \(shape)", found: "offsets \(begin) to \(end)")
        }
        return shape
    }

    private func checkedElementSize(isStrict: Bool, source: String) throws -> Int {
        guard let known = Self.elementSizes[elementType] else {
            throw corrupt(
                source, expected: "an element type such as \"F32\"", found: elementType.quoted)
        }
        guard let size = known, !isStrict || elementType == "F32" else {
            throw ModelError(
                .unreadable,
                "\(source): tensor \(name.quoted): element type \(elementType) is not supported; "
                    + "convert the tensor to F32")
        }
        return size
    }

    func corrupt(_ source: String, expected: String, found: String) -> ModelError {
        .corrupt(source, "tensor \(name.quoted)", expected: expected, found: found)
    }
}
