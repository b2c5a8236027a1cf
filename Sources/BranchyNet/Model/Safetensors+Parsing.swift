import BranchyCompute

extension Safetensors {
    /// Reads the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - source: the file's name, for messages.
    /// - Throws: ``ModelError`` with `corruptFile` where the bytes are not a safetensors file, and
    ///   with `unreadable` where they are one with another element type than `F32`.
    public init(parsing bytes: [UInt8], source: String) throws {
        let (header, entries, start) = try Self.entries(
            bytes, byteCount: bytes.count, isStrict: true, source: source)
        var tensors = ParameterStore()
        for (entry, shape) in entries {
            let range = start + entry.begin..<start + entry.end
            tensors[entry.name] = Tensor(shape, Self.floats(bytes, in: range))
        }
        self.init(tensors, metadata: header.metadata)
    }

    /// Reads a file, numbers straight to where tensors keep them.
    ///
    /// - Parameter take: is lent every byte that is read, in their order.
    /// - Throws: as ``init(parsing:source:)``.
    init(reading file: inout PassingFile, _ take: (Span<UInt8>) -> Void) throws {
        var start = try file.bytes(min(Self.prefixLength, file.byteCount), take)
        let end = try Self.startOfNumbers(in: start, byteCount: file.byteCount, source: file.path)
        start += try file.bytes(end - start.count, take)
        let (header, entries, _) = try Self.entries(
            start, byteCount: file.byteCount, isStrict: true, source: file.path)
        var tensors = ParameterStore()
        for (entry, shape) in entries {
            tensors[entry.name] = Tensor(shape, try file.floats(shape.elementCount, take))
        }
        self.init(tensors, metadata: header.metadata)
    }

    /// Reads the bytes of a file whose tensors may be of other element types: `F16` and `BF16` become
    /// 32-bit floats, and what is no floating-point number of at most 32 bits is left out.
    ///
    /// - Returns: the tensors, and the names of those that are left out with their types.
    /// - Throws: as ``init(parsing:source:)``.
    static func converting(
        _ bytes: [UInt8], source: String
    ) throws -> (tensors: ParameterStore, leftOut: [(name: String, elementType: String)]) {
        let (_, entries, start) = try entries(
            bytes, byteCount: bytes.count, isStrict: false, source: source)
        var tensors = ParameterStore()
        var leftOut: [(name: String, elementType: String)] = []
        for (entry, shape) in entries {
            let range = start + entry.begin..<start + entry.end
            switch entry.elementType {
            case "F32": tensors[entry.name] = Tensor(shape, floats(bytes, in: range))
            case "F16":
                tensors[entry.name] = Tensor(shape, halves(bytes, range).map(Float.init(half:)))
            case "BF16":
                tensors[entry.name] = Tensor(shape, halves(bytes, range).map(Float.init(bfloat16:)))
            default: leftOut.append((entry.name, entry.elementType))
            }
        }
        return (tensors, leftOut)
    }

    /// What the header says, checked, and where the numbers start.
    ///
    /// - Parameters:
    ///   - bytes: the file up to there at least.
    ///   - byteCount: how many the file has.
    private static func entries(
        _ bytes: [UInt8], byteCount: Int, isStrict: Bool, source: String
    ) throws -> (header: SafetensorsHeader, entries: [(HeaderEntry, Shape)], start: Int) {
        let start = try startOfNumbers(in: bytes, byteCount: byteCount, source: source)
        let header = try SafetensorsHeader(
            parsing: bytes, in: prefixLength..<start, source: source)
        let entries = try checkedEntries(
            header.entries, byteCount: byteCount - start, isStrict: isStrict, source: source)
        return (header, entries, start)
    }

    /// Where the header ends, checked against the limit and the size of the file.
    private static func startOfNumbers(
        in bytes: [UInt8], byteCount: Int, source: String
    ) throws -> Int {
        guard bytes.count >= prefixLength else {
            throw ModelError.corrupt(
                source, "header length", expected: "\(prefixLength) bytes", found: "\(bytes.count)")
        }
        let length = bytes.prefix(prefixLength).reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        guard length <= UInt64(headerLimit) else {
            throw ModelError.corrupt(
                source, "header length", expected: "at most \(headerLimit)", found: "\(length)")
        }
        let start = prefixLength + Int(length)
        guard start <= byteCount else {
            throw ModelError.corrupt(
                source, "header", expected: "\(length) bytes",
                found: "\(byteCount - prefixLength) up to the end of the file")
        }
        return start
    }

    /// The entries in the order of their numbers, with their shapes, which cover all numbers
    /// without holes or overlaps.
    private static func checkedEntries(
        _ entries: [HeaderEntry], byteCount: Int, isStrict: Bool, source: String
    ) throws -> [(HeaderEntry, Shape)] {
        // Empty tensors share their offset with what follows them: the end decides, then the header.
        let byOffset = entries.indices.sorted {
            (entries[$0].begin, entries[$0].end, $0) < (entries[$1].begin, entries[$1].end, $1)
        }
        var covered = 0
        let checked = try byOffset.map { index in
            let entry = entries[index]
            guard entry.begin == covered else {
                throw entry.corrupt(
                    source, expected: "numbers from offset \(covered) on, without hole or overlap",
                    found: "offset \(entry.begin)")
            }
            covered = entry.end
            return (entry, try entry.checkedShape(isStrict: isStrict, source: source))
        }
        guard covered == byteCount else {
            throw ModelError.corrupt(
                source, "numbers", expected: "\(covered) bytes", found: "\(byteCount)")
        }
        return checked
    }

    /// Words of 16 bits from bytes that need not be aligned.
    private static func halves(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt16] {
        stride(from: range.lowerBound, to: range.upperBound, by: 2).map {
            UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        }
    }

    /// Numbers from bytes that need not be aligned.
    private static func floats(_ bytes: [UInt8], in range: Range<Int>) -> [Float] {
        bytes.withUnsafeBytes { bytes in
            // Safety: the range lies within the bytes, as the entries that cover them do; the
            // slice checks it once more.
            let source = UnsafeRawBufferPointer(rebasing: bytes[range])
            return stride(from: 0, to: source.count, by: HeaderEntry.elementSize).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: source.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
            }
        }
    }
}
