#if OneDNN
import COneDNN
import BranchyCompute

/// How numbers lie in memory: sizes, and strides or blocks.
struct Layout: Sendable {
    var descriptor: dnnl_memory_desc_t

    init(_ descriptor: dnnl_memory_desc_t) {
        self.descriptor = descriptor
    }

    /// Row-major, outermost first.
    static func plain(
        _ dimensions: [Int], _ type: dnnl_data_type_t = dnnl_f32
    ) throws(EngineError) -> Layout {
        var strides = [Int](repeating: 1, count: dimensions.count)
        for index in dimensions.indices.dropLast().reversed() {
            strides[index] = strides[index + 1] * dimensions[index + 1]
        }
        return try Layout(dimensions, strides: strides, type)
    }

    /// `[N, C, H, W]` with the channels of a pixel side by side.
    static func channelsLast(
        _ dimensions: [Int], _ type: dnnl_data_type_t
    ) throws(EngineError) -> Layout {
        let (channels, height, width) = (dimensions[1], dimensions[2], dimensions[3])
        return try Layout(
            dimensions, strides: [height * width * channels, 1, width * channels, channels], type)
    }

    /// Some channels of an image, where they lie in it.
    func channels(_ range: Range<Int>) throws(EngineError) -> Layout {
        var (whole, part) = (descriptor, dnnl_memory_desc_t())
        var sizes = dimensions.map(Int64.init)
        sizes[1] = Int64(range.count)
        try check(
            dnnl_memory_desc_init_submemory(
                &part, &whole, sizes, [0, Int64(range.lowerBound), 0, 0]),
            "channels \(range) of \(dimensions)")
        return Layout(part)
    }

    /// Whatever the library likes best.
    static func any(
        _ dimensions: [Int], _ type: dnnl_data_type_t
    ) throws(EngineError) -> Layout {
        var descriptor = dnnl_memory_desc_t()
        let sizes = dimensions.map(Int64.init)
        try check(
            dnnl_memory_desc_init_by_tag(
                &descriptor, Int32(sizes.count), sizes, type, dnnl_format_tag_any),
            "layout of \(dimensions)")
        return Layout(descriptor)
    }

    private init(
        _ dimensions: [Int], strides: [Int], _ type: dnnl_data_type_t
    ) throws(EngineError) {
        var descriptor = dnnl_memory_desc_t()
        let sizes = dimensions.map(Int64.init)
        try check(
            dnnl_memory_desc_init_by_strides(
                &descriptor, Int32(sizes.count), sizes, type, strides.map(Int64.init)),
            "layout of \(dimensions)")
        self.descriptor = descriptor
    }

    /// What the numbers are.
    var type: dnnl_data_type_t { descriptor.data_type }

    /// How many bytes the numbers take.
    var byteCount: Int {
        var descriptor = descriptor
        return dnnl_memory_desc_get_size(&descriptor)
    }

    /// The sizes, outermost first.
    var dimensions: [Int] {
        withUnsafeBytes(of: descriptor.dims) { bytes in
            bytes.bindMemory(to: Int64.self).prefix(Int(descriptor.ndims)).map(Int.init)
        }
    }

    /// Whether two layouts put every number at the same place, as the same type.
    func matches(_ other: Layout) -> Bool {
        var (mine, theirs) = (descriptor, other.descriptor)
        if dnnl_memory_desc_equal(&mine, &theirs) != 0 { return true }
        guard type == other.type, dimensions == other.dimensions, let strides = significantStrides
        else { return false }
        return strides == other.significantStrides
    }

    /// The strides along dimensions that have more than one element, or `nil` for blocks: along
    /// the others a stride says nothing, and one-channel images would be copied for it.
    private var significantStrides: [Int64]? {
        guard descriptor.format_kind == dnnl_blocked,
            descriptor.format_desc.blocking.inner_nblks == 0
        else { return nil }
        return withUnsafeBytes(of: descriptor.format_desc.blocking.strides) { bytes in
            zip(dimensions, bytes.bindMemory(to: Int64.self)).map { $0 > 1 ? $1 : 0 }
        }
    }
}
#endif
