import BranchyCompute
import Testing

@Suite struct PoolingTests {
    /// By hand: where windows of 2 begin at 0, 2, 4 …, and whether the last one is whole.
    @Test(arguments: [
        (30, 15, 15), (15, 7, 8), (17, 8, 9), (11, 5, 6), (2, 1, 1), (3, 1, 2), (1, 0, 1),
        (0, 0, 0),
    ])
    func countsWindowsOfTwo(_ size: Int, floor: Int, ceiling: Int) {
        #expect(count(size, kernelSize: 2, stride: 2, .floor) == floor)
        #expect(count(size, kernelSize: 2, stride: 2, .ceiling) == ceiling)
    }

    /// By hand: overlapping windows of 3 that begin at 0, 2, 4 …
    @Test(arguments: [
        (32, 15, 16), (31, 15, 15), (7, 3, 3), (8, 3, 4), (3, 1, 1), (4, 1, 2), (2, 0, 1),
    ])
    func countsOverlappingWindows(_ size: Int, floor: Int, ceiling: Int) {
        #expect(count(size, kernelSize: 3, stride: 2, .floor) == floor)
        #expect(count(size, kernelSize: 3, stride: 2, .ceiling) == ceiling)
    }

    /// By hand: with a stride of 3 a window of 2 skips every third element, and a window that
    /// would begin beyond the source does not count.
    @Test(arguments: [(5, 2, 2), (6, 2, 2), (7, 2, 3), (8, 3, 3), (4, 1, 2)])
    func countsWindowsWithGaps(_ size: Int, floor: Int, ceiling: Int) {
        #expect(count(size, kernelSize: 2, stride: 3, .floor) == floor)
        #expect(count(size, kernelSize: 2, stride: 3, .ceiling) == ceiling)
    }

    @Test(arguments: 1...4, 1...4)
    func windowsBeginInsideAndCeilingCoversAll(kernelSize: Int, stride: Int) {
        for size in 1...20 {
            let count = count(size, kernelSize: kernelSize, stride: stride, .ceiling)
            let lastStart = (count - 1) * stride
            #expect(lastStart < size)
            #expect(lastStart + max(kernelSize, stride) >= size)
        }
    }

    private func count(
        _ size: Int, kernelSize: Int, stride: Int, _ rounding: Program.Operation.Pooling.Rounding
    ) -> Int {
        Program.Operation.Pooling(
            kernelSize: Extent2D(kernelSize), stride: Extent2D(stride), rounding: rounding
        ).windowCounts(height: size, width: size).width
    }
}
