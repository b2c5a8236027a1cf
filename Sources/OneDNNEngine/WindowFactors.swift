#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    /// What means that count padding are multiplied by: the library divides by all that a window
    /// covers, and what lies behind the padding does not count. `nil` where no window reaches there.
    ///
    /// - Parameters:
    ///   - source: `[N C H W]`
    ///   - means: the pooling's result.
    /// - Returns: a number per window, `[1 1 H' W']`.
    mutating func factors(
        of pooling: Program.Operation.Pooling, source: [Int], like means: View
    ) throws(EngineError) -> View? {
        guard pooling.countsPadding else { return nil }
        let (kernel, stride, padding) = (pooling.kernelSize, pooling.stride, pooling.padding)
        let sizes = means.layout.dimensions
        let rows = shares(
            count: sizes[2], kernel: kernel.height, stride: stride.height,
            along: padding.top + source[2] + padding.bottom)
        let columns = shares(
            count: sizes[3], kernel: kernel.width, stride: stride.width,
            along: padding.left + source[3] + padding.right)
        guard (rows + columns).contains(where: { $0 != 1 }) else { return nil }
        let factors = rows.flatMap { row in columns.map { Float(row * $0) } }
        return try constant(Tensor([1, 1, sizes[2], sizes[3]], factors))
    }

    /// Of each window, its size by how much of it lies on the padded source.
    private func shares(count: Int, kernel: Int, stride: Int, along size: Int) -> [Double] {
        (0..<count).map { Double(kernel) / Double(min(kernel, size - $0 * stride)) }
    }
}
#endif
