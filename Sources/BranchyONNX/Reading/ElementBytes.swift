import BranchyCompute

/// Elements of tensors as they stand in files: little-endian, without gaps.
enum ElementBytes {
    /// Elements from their bytes.
    ///
    /// - Precondition: the bytes are whole elements.
    static func elements(_ bytes: UnsafeRawBufferPointer, _ type: ElementType)
        -> ONNXTensor.Elements
    {
        let count = bytes.count / type.byteCount
        precondition(count * type.byteCount == bytes.count)
        return switch type {
        case .float32: .floats(floats(bytes, count))
        case .float16: .floats((0..<count).map { Float(half: half(bytes, $0)) })
        case .bfloat16: .floats((0..<count).map { Float(bfloat16: half(bytes, $0)) })
        case .int32:
            .integers(
                (0..<count).map {
                    Int(
                        Int32(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: $0 * 4, as: Int32.self)))
                })
        case .int64:
            .integers(
                (0..<count).map {
                    Int(
                        Int64(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: $0 * 8, as: Int64.self)))
                })
        case .bool: .integers(bytes.map { $0 == 0 ? 0 : 1 })
        }
    }

    private static func floats(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { floats, initialized in
            for index in 0..<count {
                // Safety: both have `count` elements.
                let bits = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
                floats[index] = Float(bitPattern: UInt32(littleEndian: bits))
            }
            initialized = count
        }
    }

    private static func half(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt16 {
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    }
}
