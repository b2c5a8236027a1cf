import BranchyCompute

extension Safetensors {
    /// The bytes of a file: the same for equal content, and those of the Python library.
    ///
    /// Tensors are sorted by name, byte by byte (the format's order is by descending element size,
    /// then by name; here all elements have one size), metadata by key. The header is padded with
    /// spaces to a multiple of 8 bytes, so that a program can map the numbers into memory.
    ///
    /// - Precondition: no tensor is called `__metadata__`, and the header, which grows with names
    ///   and metadata, stays within 100,000,000 bytes.
    public func serialized() -> [UInt8] {
        precondition(
            tensors[Self.metadataName] == nil, "\(Self.metadataName) is not a tensor's name")
        let sorted = tensors.sorted { precedes($0.name, $1.name) }
        let header = header(of: sorted)
        precondition(header.count <= Self.headerLimit, "a header of \(header.count) bytes")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            Self.prefixLength + header.count + HeaderEntry.elementSize * tensors.scalarCount)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes += $0 }
        bytes += header
        for (_, tensor) in sorted {
            for scalar in tensor.scalars {
                withUnsafeBytes(of: scalar.bitPattern.littleEndian) { bytes += $0 }
            }
        }
        return bytes
    }

    private func header(of sorted: [(name: String, tensor: Tensor)]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { precedes($0.key, $1.key) }
                .map { "\(jsonString($0.key)):\(jsonString($0.value))" }
            members.append("\(jsonString(Self.metadataName)):{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in sorted {
            let end = offset + HeaderEntry.elementSize * tensor.scalars.count
            let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
            members.append(
                jsonString(name)
                    + #":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#)
            offset = end
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        let padding = header.count.roundedUp(toMultipleOf: Self.prefixLength) - header.count
        header += repeatElement(UInt8(ascii: " "), count: padding)
        return header
    }

    /// The order of names in a file, which is not Swift's order of strings.
    private func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// A string as JSON, with only those escapes that are required.
    private func jsonString(_ string: String) -> String {
        let isPlain = string.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        guard !isPlain else { return "\"\(string)\"" }
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += #"\""#
            case "\\": result += #"\\"#
            case "\u{08}": result += #"\b"#
            case "\u{0C}": result += #"\f"#
            case "\n": result += #"\n"#
            case "\r": result += #"\r"#
            case "\t": result += #"\t"#
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                result += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
