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
        case .float16: .floats((0..<count).map { float(ofHalf: half(bytes, $0)) })
        case .bfloat16: .floats((0..<count).map { float(ofBFloat16: half(bytes, $0)) })
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

    /// A number of 8 bits of exponent and 7 of fraction.
    static func float(ofBFloat16 bits: UInt16) -> Float {
        Float(bitPattern: UInt32(bits) << 16)
    }

    /// A number of 5 bits of exponent and 10 of fraction; not every processor has the type.
    static func float(ofHalf bits: UInt16) -> Float {
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Float(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 0x1F: return fraction == 0 ? sign * .infinity : .nan
        default:
            return Float(
                sign: .plus, exponent: exponent - 15, significand: sign * (1 + fraction * 0x1p-10))
        }
    }
}
