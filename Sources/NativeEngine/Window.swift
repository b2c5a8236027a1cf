import BranchyCompute
import CInferenceKernels

extension inference_extent {
    fileprivate init(_ extent: Extent2D) {
        self.init(rows: Int32(clamping: extent.height), columns: Int32(clamping: extent.width))
    }
}

extension inference_step {
    /// Kernels count rows and columns, those of the padding included, in 32 bits.
    private static let widestPadding = 1 << 24

    /// Nothing steps by as much: it is another way to say so, and leaves kernels room to add.
    private static let widestStep = 1 << 28

    /// Sets the window of a convolution. A stride or dilation that nothing steps by can be any
    /// number, and is none that kernels could stumble over.
    mutating func setWindow(
        _ convolution: Program.Operation.Convolution, kernelSize: Extent2D
    ) throws(EngineError) {
        let (stride, padding) = (convolution.stride, convolution.padding)
        guard padding.sides.allSatisfy({ $0 <= Self.widestPadding }) else {
            throw EngineError(
                .outOfMemory, "a padding of \(padding) does not fit the machine's memory")
        }
        let dilation = convolution.dilation
        geometry.window = inference_window(
            size: inference_extent(kernelSize), stride: Self.steps(stride),
            dilation: inference_extent(
                Extent2D(
                    height: kernelSize.height > 1 ? dilation.height : 1,
                    width: kernelSize.width > 1 ? dilation.width : 1)),
            padding: inference_extent(Extent2D(height: padding.top, width: padding.left)))
    }

    /// Sets the window of a pooling, which need not reach further than the source does.
    mutating func setWindow(_ pooling: Program.Operation.Pooling) {
        let padding = pooling.padding
        let largest = max(
            Int(geometry.height) + padding.top + padding.bottom,
            Int(geometry.width) + padding.left + padding.right)
        let window = Extent2D(
            height: min(pooling.kernelSize.height, largest),
            width: min(pooling.kernelSize.width, largest))
        geometry.window = inference_window(
            size: inference_extent(window), stride: Self.steps(pooling.stride),
            dilation: inference_extent(rows: 1, columns: 1),
            padding: inference_extent(Extent2D(height: padding.top, width: padding.left)))
        self.pooling = inference_pooling(
            counts_padding: pooling.countsPadding,
            padding_behind: inference_extent(
                Extent2D(height: padding.bottom, width: padding.right)))
    }

    private static func steps(_ stride: Extent2D) -> inference_extent {
        inference_extent(
            Extent2D(
                height: min(stride.height, widestStep), width: min(stride.width, widestStep)))
    }
}
