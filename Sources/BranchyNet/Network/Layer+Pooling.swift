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

/// The mean of each channel: `[C, H, W]` to `[C]`.
public struct GlobalAveragePool2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Describes a pooling.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .globalAveragePool2D(self) }
}
