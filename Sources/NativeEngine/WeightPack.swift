import Compute

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
    /// - Returns: where they begin.
    mutating func append(blocks weight: Tensor, group: Int, channels: Int) -> Int {
        let shape = weight.shape
        let filled = shape[0].roundedUp(toMultipleOf: Layout.block)
        let start = beginLine()
        for first in stride(from: 0, to: filled, by: group) {
            let filters = first..<min(first + group, filled)
            for column in 0..<shape[3] {
                for row in 0..<shape[2] {
                    for channel in 0..<channels {
                        append(weight, filters, channel, row, column)
                    }
                }
            }
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
    /// - Parameter weight: of shape `[O C k k]`, where `k` is 3 or 5.
    /// - Returns: where they begin.
    mutating func append(tiles weight: Tensor) -> Int {
        let (filters, channels, size) = (weight.shape[0], weight.shape[1], weight.shape[2])
        let transform = TileTransform(kernelSize: size)
        let (positions, block) = ((size + 1) * (size + 1), Layout.block)
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
        return start
    }

    /// Weights of a fully connected layer as `[group of O][I / lanes][O in group][lanes]`.
    ///
    /// - Parameters:
    ///   - weight: of shape `[O I]`.
    ///   - group: how many outputs are computed together.
    ///   - lanes: to this many a row's inputs are filled up with zeros.
    /// - Returns: where they begin.
    mutating func append(linear weight: Tensor, group: Int, lanes: Int) -> Int {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let start = beginLine()
        for first in stride(from: 0, to: outputs, by: group) {
            for input in stride(from: 0, to: inputs, by: lanes) {
                let count = min(lanes, inputs - input)
                for output in first..<min(first + group, outputs) {
                    let row = output * inputs + input
                    floats.append(contentsOf: weight.scalars[row..<row + count])
                    appendZeros(lanes - count)
                }
            }
        }
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

    private mutating func beginLine() -> Int {
        appendZeros(floats.count.roundedUp(toMultipleOf: Self.line) - floats.count)
        return floats.count
    }

    private mutating func appendZeros(_ count: Int) {
        floats.append(contentsOf: repeatElement(0, count: count))
    }
}
