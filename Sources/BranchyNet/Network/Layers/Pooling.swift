public import BranchyCompute

/// The largest element of each square window.
///
/// Shapes: `[C, H, W]` to `[C, H', W']` with `H' = (H − kernelSize) / stride + 1`, rounded as
/// `rounding` says; with ceiling sizes the last window still begins inside the source.
public struct MaxPool2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Rows and columns of the window.
    public var kernelSize: Int
    /// Rows and columns between windows.
    public var stride: Int
    /// What happens to rows and columns that no full window covers.
    public var rounding: Program.Operation.Pooling.Rounding

    enum CodingKeys: String, CodingKey, CaseIterable { case kernelSize, stride, rounding }

    /// Describes a pooling.
    public init(kernelSize: Int, stride: Int, rounding: Program.Operation.Pooling.Rounding = .floor)
    {
        self.kernelSize = kernelSize
        self.stride = stride
        self.rounding = rounding
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .maxPool2D(self) }
}

extension MaxPool2D: DescribedLayer {
    var summary: String { "MaxPool2D \(operation.window)" }

    private var operation: Program.Operation.Pooling {
        .init(kernelSize: kernelSize, stride: stride, rounding: rounding)
    }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let place = prefix + summary
        try network.checkWindow(size: kernelSize, stride: stride, of: place)
        return try network.append(.maxPooling(operation), [source], at: place)[0]
    }
}

/// The mean of each square window, over the elements that it covers.
///
/// Shapes: as ``MaxPool2D``. A window that reaches beyond the edge averages what lies inside.
public struct AveragePool2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Rows and columns of the window.
    public var kernelSize: Int
    /// Rows and columns between windows.
    public var stride: Int
    /// What happens to rows and columns that no full window covers.
    public var rounding: Program.Operation.Pooling.Rounding

    enum CodingKeys: String, CodingKey, CaseIterable { case kernelSize, stride, rounding }

    /// Describes a pooling.
    public init(kernelSize: Int, stride: Int, rounding: Program.Operation.Pooling.Rounding = .floor)
    {
        self.kernelSize = kernelSize
        self.stride = stride
        self.rounding = rounding
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .averagePool2D(self) }
}

extension AveragePool2D: DescribedLayer {
    var summary: String { "AveragePool2D \(operation.window)" }

    private var operation: Program.Operation.Pooling {
        .init(kernelSize: kernelSize, stride: stride, rounding: rounding)
    }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let place = prefix + summary
        try network.checkWindow(size: kernelSize, stride: stride, of: place)
        return try network.append(.averagePooling(operation), [source], at: place)[0]
    }
}

/// The mean of each channel: `[C, H, W]` to `[C]`.
public struct GlobalAveragePool2D: Hashable, Sendable, Codable, LayerConvertible {
    enum CodingKeys: CodingKey, CaseIterable {}

    /// Describes a pooling.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .globalAveragePool2D(self) }
}

extension GlobalAveragePool2D: DescribedLayer {
    var summary: String { "GlobalAveragePool2D" }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        try network.append(.globalAveragePooling, [source], at: prefix + summary)[0]
    }
}

extension Program.Operation.Pooling {
    /// A pooling's window as `inspect` prints it.
    fileprivate var window: String {
        "\(kernelSize)×\(kernelSize), stride \(stride)"
            + (rounding == .ceiling ? ", ceiling" : "")
    }
}
