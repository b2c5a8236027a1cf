public import BranchyCompute

/// The largest element of each window.
///
/// Shapes: `[C, H, W]` to `[C, H', W']` with `H' = (top + H + bottom − kernelSize) / stride + 1`,
/// rounded as `rounding` says, and `W'` likewise; with ceiling sizes the last window still begins
/// inside the source or the padding in front of it.
public struct MaxPool2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Rows and columns of the window.
    public var kernelSize: Extent2D
    /// Rows and columns between windows.
    public var stride: Extent2D
    /// Rows and columns around the source that windows may cover, fewer than the window has. No
    /// maximum comes from them.
    public var padding: Padding2D
    /// What happens to rows and columns that no full window covers.
    public var rounding: Program.Operation.Pooling.Rounding

    enum CodingKeys: String, CodingKey, CaseIterable {
        case kernelSize, stride, padding, rounding
    }

    /// Describes a pooling.
    public init(
        kernelSize: Extent2D, stride: Extent2D, padding: Padding2D = 0,
        rounding: Program.Operation.Pooling.Rounding = .floor
    ) {
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        self.rounding = rounding
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .maxPool2D(self) }
}

extension MaxPool2D {
    /// Reads an object with the properties' names as keys; `padding` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kernelSize: try container.decode(Extent2D.self, forKey: .kernelSize),
            stride: try container.decode(Extent2D.self, forKey: .stride),
            padding: try container.decodeIfPresent(Padding2D.self, forKey: .padding) ?? 0,
            rounding: try container.decode(
                Program.Operation.Pooling.Rounding.self, forKey: .rounding))
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kernelSize, forKey: .kernelSize)
        try container.encode(stride, forKey: .stride)
        try container.encodeIfPresent(padding == 0 ? nil : padding, forKey: .padding)
        try container.encode(rounding, forKey: .rounding)
    }
}

extension MaxPool2D: DescribedLayer {
    var summary: String { "MaxPool2D \(operation.window)" }

    private var operation: Program.Operation.Pooling {
        .init(kernelSize: kernelSize, stride: stride, padding: padding, rounding: rounding)
    }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let place = prefix + summary
        try network.checkWindow(
            .init(size: kernelSize, stride: stride, padding: padding), of: place)
        return try network.append(.maxPooling(operation), [source], at: place)[0]
    }
}

/// The mean of each window, over the elements that it covers.
///
/// Shapes: as ``MaxPool2D``. A window that reaches beyond the edge averages what lies inside, and
/// the zeros of the padding where they count.
public struct AveragePool2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Rows and columns of the window.
    public var kernelSize: Extent2D
    /// Rows and columns between windows.
    public var stride: Extent2D
    /// Rows and columns around the source that windows may cover, fewer than the window has.
    public var padding: Padding2D
    /// What happens to rows and columns that no full window covers.
    public var rounding: Program.Operation.Pooling.Rounding
    /// Whether the padding counts, as zeros; PyTorch's `count_include_pad`.
    public var countsPadding: Bool

    enum CodingKeys: String, CodingKey, CaseIterable {
        case kernelSize, stride, padding, rounding, countsPadding
    }

    /// Describes a pooling.
    public init(
        kernelSize: Extent2D, stride: Extent2D, padding: Padding2D = 0,
        rounding: Program.Operation.Pooling.Rounding = .floor, countsPadding: Bool = false
    ) {
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        self.rounding = rounding
        self.countsPadding = countsPadding
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .averagePool2D(self) }
}

extension AveragePool2D {
    /// Reads an object with the properties' names as keys; `padding` and `countsPadding` may be
    /// missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kernelSize: try container.decode(Extent2D.self, forKey: .kernelSize),
            stride: try container.decode(Extent2D.self, forKey: .stride),
            padding: try container.decodeIfPresent(Padding2D.self, forKey: .padding) ?? 0,
            rounding: try container.decode(
                Program.Operation.Pooling.Rounding.self, forKey: .rounding),
            countsPadding: try container.decodeIfPresent(Bool.self, forKey: .countsPadding) ?? false
        )
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kernelSize, forKey: .kernelSize)
        try container.encode(stride, forKey: .stride)
        try container.encodeIfPresent(padding == 0 ? nil : padding, forKey: .padding)
        try container.encode(rounding, forKey: .rounding)
        try container.encodeIfPresent(countsPadding ? true : nil, forKey: .countsPadding)
    }
}

extension AveragePool2D: DescribedLayer {
    var summary: String { "AveragePool2D \(operation.window)" }

    private var operation: Program.Operation.Pooling {
        .init(
            kernelSize: kernelSize, stride: stride, padding: padding, rounding: rounding,
            countsPadding: countsPadding)
    }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let place = prefix + summary
        try network.checkWindow(
            .init(size: kernelSize, stride: stride, padding: padding), of: place)
        return try network.append(.averagePooling(operation), [source], at: place)[0]
    }
}

extension Program.Operation.Pooling {
    /// A pooling's window as `inspect` prints it.
    fileprivate var window: String {
        ["\(kernelSize)", "stride \(stride.summary)"].appending([
            padding == 0 ? nil : "padding \(padding)\(countsPadding ? ", counted" : "")",
            rounding == .ceiling ? "ceiling" : nil,
        ])
    }
}
