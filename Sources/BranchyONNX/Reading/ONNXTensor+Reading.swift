#if ONNX
import BranchyCompute
import BranchyNet
import SwiftProtobuf

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ONNXTensor {
    /// Reads a tensor whose numbers stand in the message or in a file beside it.
    ///
    /// - Parameter place: what messages name it by.
    /// - Throws: ``ONNXError`` where type, sizes and numbers do not fit one another, before anything is
    ///   allocated; `ModelError` where a file of numbers cannot be read.
    init(_ proto: Onnx_TensorProto, _ external: ExternalData, place: String) throws {
        guard let type = ElementType(rawValue: proto.dataType) else {
            throw ONNXError.unsupported(
                "\(place): elements of \(ElementType.title(proto.dataType)), \(ElementType.expected)"
            )
        }
        let dimensions = proto.dims.map(Int.init)
        guard let shape = Shape(exactly: dimensions), shape.elementCount <= Int(Int32.max) else {
            throw ONNXError.corrupt(
                "\(place): sizes of \(dimensions.prefix(8)), which is no tensor")
        }
        guard type.isFloat || shape.elementCount <= Self.computedLimit else {
            throw ONNXError.unsupported(
                "\(place): \(shape.elementCount) integers, expected at most \(Self.computedLimit)")
        }
        let elements = try Self.elements(proto, type, count: shape.elementCount, external, place)
        self.init(dimensions, elements, name: proto.name)
    }

    private static func elements(
        _ proto: Onnx_TensorProto, _ type: ElementType, count: Int, _ external: ExternalData,
        _ place: String
    ) throws -> Elements {
        let byteCount = count * type.byteCount
        if proto.dataLocation == 1 {
            let entries = Dictionary(
                proto.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            return try external.bytes(entries, byteCount: byteCount, of: place).withUnsafeBytes {
                ElementBytes.elements($0, type)
            }
        }
        if !proto.rawData.isEmpty {
            guard proto.rawData.count == byteCount else {
                throw ONNXError.corrupt(
                    "\(place): \(proto.rawData.count) bytes, expected \(byteCount)")
            }
            return proto.rawData.withUnsafeBytes { ElementBytes.elements($0, type) }
        }
        return try typedElements(proto, type, count: count, place)
    }

    /// Numbers that stand in the field of their type instead of in bytes.
    private static func typedElements(
        _ proto: Onnx_TensorProto, _ type: ElementType, count: Int, _ place: String
    ) throws -> Elements {
        let found =
            switch type {
            case .float32: proto.floatData.count
            case .int64: proto.int64Data.count
            case .int32, .bool, .float16, .bfloat16: proto.int32Data.count
            }
        guard found == count else {
            throw ONNXError.corrupt("\(place): \(found) numbers, expected \(count)")
        }
        return switch type {
        case .float32: .floats(proto.floatData)
        case .int64: .integers(proto.int64Data.map(Int.init))
        case .int32: .integers(proto.int32Data.map(Int.init))
        case .bool: .integers(proto.int32Data.map { $0 == 0 ? 0 : 1 })
        case .float16:
            .floats(proto.int32Data.map { Float(half: UInt16(truncatingIfNeeded: $0)) })
        case .bfloat16:
            .floats(proto.int32Data.map { Float(bfloat16: UInt16(truncatingIfNeeded: $0)) })
        }
    }
}
#endif
