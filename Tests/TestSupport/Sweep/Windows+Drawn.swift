import BranchyCompute

extension Draw {
    fileprivate mutating func extent(_ sizes: [Int]) -> Extent2D {
        let height = pick(sizes)
        return Extent2D(height: height, width: flag() ? height : pick(sizes))
    }

    /// Even on all sides, or any on each.
    fileprivate mutating func padding(below limit: Extent2D) -> Padding2D {
        let (height, width) = (pick(Array(0..<limit.height)), pick(Array(0..<limit.width)))
        guard flag() else { return Padding2D(Extent2D(height: height, width: width)) }
        return Padding2D(
            top: height, left: width, bottom: pick(Array(0..<limit.height)),
            right: pick(Array(0..<limit.width)))
    }
}

extension ConvolutionSample {
    /// Sides of a window, its stride, padding and dilation that need not be equal.
    static func drawnAnyWindow(
        _ draw: inout Draw, activation: Program.Operation.Activation? = nil
    ) -> (ConvolutionSample, batchSize: Int) {
        draw.fitting { draw in
            var sample = ConvolutionSample(channels: draw.channels(), filters: draw.channels())
            sample.drawWindow(&draw)
            sample.activation = activation ?? (draw.flag() ? .relu : nil)
            return sample.withBatch(&draw)
        }
    }

    /// Groups of one channel and more.
    static func drawnInGroups(_ draw: inout Draw) -> (ConvolutionSample, batchSize: Int) {
        draw.fitting { draw in
            let groups = draw.pick([2, 2, 3, 4, 5, 8, 16])
            let sizes = [1, 2, 3, 4, 5, 8, 15, 16, 17, 32]
            var sample = ConvolutionSample(
                channels: groups * draw.pick(sizes), filters: groups * draw.pick(sizes))
            sample.groups = groups
            sample.drawWindow(&draw)
            return sample.withBatch(&draw)
        }
    }

    /// Each channel for itself, with one result or several.
    static func drawnDepthwise(_ draw: inout Draw) -> (ConvolutionSample, batchSize: Int) {
        draw.fitting { draw in
            let channels = draw.channels()
            var sample = ConvolutionSample(
                channels: channels, filters: channels * draw.pick([1, 1, 1, 2, 3]))
            sample.groups = channels
            sample.drawWindow(&draw)
            return sample.withBatch(&draw)
        }
    }

    private mutating func drawWindow(_ draw: inout Draw) {
        kernelSize = draw.extent([1, 1, 2, 3, 3, 3, 4, 5, 5, 7])
        stride = draw.extent([1, 1, 1, 2, 2, 3])
        dilation = draw.pick([0, 1]) == 0 ? 1 : draw.extent([1, 2, 2, 3, 4])
        padding = draw.padding(
            below: Extent2D(
                height: dilation.height * (kernelSize.height - 1) + 1,
                width: dilation.width * (kernelSize.width - 1) + 1))
        (hasBias, activation) = (draw.flag(), draw.flag() ? .relu : nil)
        (height, width) = (draw.size(), draw.size())
    }

    private func withBatch(
        _ draw: inout Draw
    ) -> (sample: (ConvolutionSample, batchSize: Int), work: Int?) {
        let batchSize = draw.batchSize()
        let rows = padding.top + height + padding.bottom
        let columns = padding.left + width + padding.right
        guard rows > dilation.height * (kernelSize.height - 1),
            columns > dilation.width * (kernelSize.width - 1)
        else { return ((self, batchSize), nil) }
        return (
            (self, batchSize),
            work(
                channels / groups, filters, kernelSize.height, kernelSize.width, height, width,
                batchSize)
        )
    }
}

extension PoolingSample {
    /// - Parameter counts: whether means count the padding.
    static func drawnWithPadding(
        _ draw: inout Draw, counts: Bool = false
    ) -> (PoolingSample, batchSize: Int) {
        draw.fitting { draw in
            let kernelSize = draw.extent([1, 2, 2, 3, 3, 4, 5, 7])
            let pooling = Program.Operation.Pooling(
                kernelSize: kernelSize, stride: draw.extent([1, 2, 2, 3, 4]),
                padding: draw.padding(below: kernelSize),
                rounding: draw.flag() ? .floor : .ceiling, countsPadding: counts)
            let sample = PoolingSample(
                channels: draw.channels(), height: draw.size(), width: draw.size(),
                pooling: pooling)
            let batchSize = draw.batchSize()
            let windows = pooling.windowCounts(height: sample.height, width: sample.width)
            guard windows.height > 0, windows.width > 0 else { return ((sample, batchSize), nil) }
            return (
                (sample, batchSize),
                work(sample.channels, sample.height, sample.width, batchSize, 8)
            )
        }
    }
}
