import BranchyCompute

/// Parameters in the order in which kernels read them, one after the other in one block.
struct WeightPack {
    /// Floats to a cache line; every kernel's weights begin at one.
    private static let line = MemoryPlan.alignment / 4

    private(set) var floats: [Float] = []

    /// Weights of a convolution as `[group of O][C][k][k][lane]`.
    ///
    /// - Parameters:
    ///   - weight: of shape `[O C k k]`.
    ///   - groups: the filter of each lane of each group, `nil` for a lane of zeros.
    /// - Returns: where they begin.
    mutating func append(convolution weight: Tensor, groups: [[Int?]]) -> Int {
        let taps = weight.shape.elementCount / weight.shape[0]
        let start = beginLine()
        for lanes in groups {
            for tap in 0..<taps {
                for filter in lanes {
                    floats.append(filter.map { weight.scalars[$0 * taps + tap] } ?? 0)
                }
            }
        }
        return start
    }

    /// Biases as `[group of O][lane]`, zeros where there are none.
    ///
    /// - Returns: where they begin.
    mutating func append(biases: [Float]?, groups: [[Int?]]) -> Int {
        let start = beginLine()
        for filter in groups.joined() {
            floats.append(filter.flatMap { biases?[$0] } ?? 0)
        }
        return start
    }

    /// Weights of a convolution as `[group of O][kx][ky][C][O in group]`, where `O` and, of a source
    /// in blocks, `C` are filled up to whole blocks.
    ///
    /// - Parameters:
    ///   - weight: of shape `[O C k k]`.
    ///   - group: how many filters lie side by side.
    ///   - channels: how many channels of the source a kernel reads.
    ///   - inBFloat16: whether two channels of `C` become one word of each of `O`.
    /// - Returns: where they begin.
    mutating func append(
        blocks weight: Tensor, group: Int, channels: Int, inBFloat16: Bool
    ) -> Int {
        let shape = weight.shape
        let filled = shape[0].roundedUp(toMultipleOf: Layout.block)
        let start = beginLine()
        for first in stride(from: 0, to: filled, by: group) {
            let filters = first..<min(first + group, filled)
            let groupStart = floats.count
            for column in 0..<shape[3] {
                for row in 0..<shape[2] {
                    for channel in 0..<channels {
                        append(weight, filters, channel, row, column)
                    }
                }
            }
            if inBFloat16 { pairRows(of: filters.count, from: groupStart) }
        }
        return start
    }

    private mutating func append(
        _ weight: Tensor, _ filters: Range<Int>, _ channel: Int, _ row: Int, _ column: Int
    ) {
        let shape = weight.shape
        guard channel < shape[1] else { return appendZeros(filters.count) }
        for filter in filters {
            let position = ((filter * shape[1] + channel) * shape[2] + row) * shape[3] + column
            floats.append(filter < shape[0] ? weight.scalars[position] : 0)
        }
    }

    /// Weights of a convolution in tiles as `[block of O][position][C][O in block]`, with `O` and
    /// `C` filled up to whole blocks.
    ///
    /// - Parameters:
    ///   - weight: of shape `[O C k k]`, where `k` is 3 or 5.
    ///   - size: results along a side of a tile.
    ///   - inBFloat16: whether two channels of `C` become one word of each of `O`.
    /// - Returns: where they begin.
    mutating func append(tiles weight: Tensor, size tileSize: Int, inBFloat16: Bool) -> Int {
        let (filters, channels, size) = (weight.shape[0], weight.shape[1], weight.shape[2])
        let transform = TileTransform(kernelSize: size, tileSize: tileSize)
        let side = size + tileSize - 1
        let (positions, block) = (side * side, Layout.block)
        let sources = channels.roundedUp(toMultipleOf: block)
        let start = beginLine()
        appendZeros(filters.roundedUp(toMultipleOf: block) * positions * sources)
        for filter in 0..<filters {
            for channel in 0..<channels {
                let first = (filter * channels + channel) * size * size
                let kernel = weight.scalars[first..<first + size * size]
                for (position, value) in transform.apply(to: kernel).enumerated() {
                    let line = (filter / block * positions + position) * sources + channel
                    floats[start + line * block + filter % block] = Float(value)
                }
            }
        }
        if inBFloat16 { pairRows(of: block, from: start) }
        return start
    }

    /// Weights of a fully connected layer as `[group of O][I / lanes][O in group][lanes]`.
    ///
    /// - Parameters:
    ///   - weight: of shape `[O I]`.
    ///   - features: the input of each lane that is read, `nil` for a lane of zeros, in the order of
    ///     reading.
    ///   - group: how many outputs are computed together.
    ///   - lanes: how many inputs are read together.
    ///   - inBFloat16: whether two inputs become one word; twice as many fill the lanes then.
    /// - Returns: where they begin.
    mutating func append(
        linear weight: Tensor, features: [Int?], group: Int, lanes: Int, inBFloat16: Bool
    ) -> Int {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let lanes = inBFloat16 ? 2 * lanes : lanes
        let start = beginLine()
        for first in stride(from: 0, to: outputs, by: group) {
            for position in stride(from: 0, to: features.count, by: lanes) {
                let read = features[position..<min(position + lanes, features.count)]
                for output in first..<min(first + group, outputs) {
                    for feature in read {
                        floats.append(feature.map { weight.scalars[output * inputs + $0] } ?? 0)
                    }
                    appendZeros(lanes - read.count)
                }
            }
        }
        if inBFloat16 { pairRows(of: 1, from: start) }
        return start
    }

    /// A bias per result channel, zeros where there is none, filled up to whole vectors.
    ///
    /// - Returns: where they begin.
    mutating func append(biases: [Float]?, count: Int, lanes: Int) -> Int {
        let start = beginLine()
        floats.append(contentsOf: biases ?? [])
        appendZeros(count.roundedUp(toMultipleOf: lanes) - (floats.count - start))
        return start
    }

    /// Rounds what was appended since `start`, an even number of rows, and lays each two rows side by
    /// side: a number of each in one word, that of the first row in the lower half.
    private mutating func pairRows(of length: Int, from start: Int) {
        let rows = Array(floats[start...])
        floats.removeSubrange(start...)
        for first in stride(from: 0, to: rows.count, by: 2 * length) {
            for lower in first..<first + length {
                let word = rows[lower].bfloat16Bits | rows[lower + length].bfloat16Bits << 16
                floats.append(Float(bitPattern: word))
            }
        }
    }

    private mutating func beginLine() -> Int {
        appendZeros(floats.count.roundedUp(toMultipleOf: Self.line) - floats.count)
        return floats.count
    }

    private mutating func appendZeros(_ count: Int) {
        floats.append(contentsOf: repeatElement(0, count: count))
    }
}

extension Float {
    /// The nearest number in bfloat16, the one with an even significand in the middle.
    fileprivate var bfloat16Bits: UInt32 {
        guard !isNaN else { return (bitPattern | 0x40_0000) >> 16 }
        return (bitPattern + 0x7FFF + (bitPattern >> 16 & 1)) >> 16
    }
}
