import BranchyCompute
import CInferenceKernels

/// Some filters of a convolution, those of whole groups, and the source channels that they see.
struct FilterBank: Sendable {
    /// Of shape `[O C/groups k l]`.
    let weight: Tensor
    /// Source channels and filters of a group.
    let groupChannels: Int
    let groupFilters: Int
    /// The groups that are packed together.
    let groups: Range<Int>

    init(_ weight: Tensor, groups: Range<Int>, of groupCount: Int) {
        self.weight = weight
        self.groups = groups
        groupChannels = weight.shape[1]
        groupFilters = weight.shape[0] / groupCount
    }

    var filterCount: Int { groups.count * groupFilters }
    var channelCount: Int { groups.count * groupChannels }
    var height: Int { weight.shape[2] }
    var width: Int { weight.shape[3] }

    /// Filters filled up to whole blocks.
    var filledFilters: Int { filterCount.roundedUp(toMultipleOf: Layout.block) }

    /// Calls `body` with each filter and channel, counted from the first that is packed, that have
    /// weights together, and with these, row by row.
    fileprivate func forEachKernel(
        _ body: (_ filter: Int, _ channel: Int, _ kernel: UnsafePointer<Float>) -> Void
    ) {
        weight.scalars.withUnsafeBufferPointer { scalars in
            guard var kernel = scalars.baseAddress else { return }
            kernel += groups.lowerBound * groupFilters * groupChannels * height * width
            for filter in 0..<filterCount {
                for channel in 0..<groupChannels {
                    body(filter, filter / groupFilters * groupChannels + channel, kernel)
                    kernel += height * width
                }
            }
        }
    }
}

extension WeightPack {
    /// Weights as `[group of O][kx][ky][C][O in group]`, where `O` is filled up to whole blocks.
    ///
    /// - Parameters:
    ///   - group: how many filters lie side by side.
    ///   - channels: how many channels of the source a kernel reads, in blocks those included that
    ///     fill them up.
    ///   - inBFloat16: whether two channels of `C` become one word of each of `O`.
    /// - Returns: where they begin.
    mutating func append(
        blocks bank: FilterBank, group: Int, channels: Int, inBFloat16: Bool
    ) -> Int {
        let (height, width, filled) = (bank.height, bank.width, bank.filledFilters)
        let groupLength = height * width * channels * group
        let write: Writer = { floats in
            bank.forEachKernel { filter, channel, kernel in
                let (index, lane) = filter.quotientAndRemainder(dividingBy: group)
                let lanes = min(group, filled - index * group)
                var place = floats + index * groupLength + channel * lanes + lane
                for column in 0..<width {
                    for row in 0..<height {
                        place.pointee = kernel[row * width + column]
                        place += channels * lanes
                    }
                }
            }
        }
        let count = height * width * channels * filled
        guard inBFloat16 else { return append(count: count, write) }
        return append(
            pairsOf: count, rowLength: { min(group, filled - $0 / groupLength * group) }, write)
    }

    /// Weights in tiles as `[block of O][position][C][O in block]`, with `O` and `C` filled up to
    /// whole blocks.
    ///
    /// - Parameters:
    ///   - bank: filters of 3x3 or 5x5.
    ///   - size: results along a side of a tile.
    ///   - transform: transforms kernels; see `inference_kernels`.
    ///   - inBFloat16: whether two channels of `C` become one word of each of `O`.
    /// - Returns: where they begin.
    mutating func append(
        tiles bank: FilterBank, size: Int, inBFloat16: Bool,
        transform: @escaping inference_tile_transform
    ) -> Int {
        let points = TileTransform(kernelSize: bank.height, tileSize: size)
        let (positions, block) = (points.positionCount, Layout.block)
        let sources = bank.channelCount.roundedUp(toMultipleOf: block)
        let filterDistance = bank.groupChannels * bank.height * bank.width
        let write: Writer = { floats in
            bank.forEachKernel { filter, channel, kernel in
                // Filters of a block that see the same channels are transformed together.
                let lane = filter % block
                guard lane == 0 || filter % bank.groupFilters == 0 else { return }
                let inGroup = bank.groupFilters - filter % bank.groupFilters
                let place =
                    floats + (filter / block * positions * sources + channel) * block + lane
                points.rows.withUnsafeBufferPointer { rows in
                    transform(
                        rows.baseAddress, Int32(bank.height), Int32(points.side), kernel,
                        filterDistance, Int32(min(block - lane, inGroup)), place, sources * block)
                }
            }
        }
        let count = bank.filledFilters * positions * sources
        return inBFloat16
            ? append(pairsOf: count, rowLength: { _ in block }, write) : append(count: count, write)
    }

    /// Weights of 7x7 along lines as `[block of O][ky][C][position][O in block]`, with `O` filled up to
    /// whole blocks.
    ///
    /// - Returns: where they begin.
    mutating func append(lines bank: FilterBank) -> Int {
        let transform = LineTransform()
        let (height, taps, block) = (bank.height, bank.width, Layout.block)
        let (channels, positions) = (bank.channelCount, transform.positionCount)
        return append(count: bank.filledFilters * height * channels * positions) { floats in
            bank.forEachKernel { filter, channel, kernel in
                let (index, lane) = filter.quotientAndRemainder(dividingBy: block)
                for row in 0..<height {
                    let line = ((index * height + row) * channels + channel) * positions
                    for position in 0..<positions {
                        var sum = 0.0
                        for tap in 0..<taps {
                            sum +=
                                transform.rows[position * taps + tap]
                                * Double(kernel[row * taps + tap])
                        }
                        floats[(line + position) * block + lane] = Float(sum)
                    }
                }
            }
        }
    }

    /// Weights of a depthwise convolution as `[block][ky][kx][channel in block]`, the last block
    /// filled up.
    ///
    /// - Returns: where they begin.
    mutating func append(depthwise bank: FilterBank) -> Int {
        let taps = bank.height * bank.width
        return append(count: bank.filledFilters * taps) { floats in
            bank.forEachKernel { filter, _, kernel in
                let (block, lane) = filter.quotientAndRemainder(dividingBy: Layout.block)
                for tap in 0..<taps {
                    floats[(block * taps + tap) * Layout.block + lane] = kernel[tap]
                }
            }
        }
    }
}
