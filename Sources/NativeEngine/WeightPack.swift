import BranchyCompute

/// Parameters in the order in which kernels read them, one after the other in one block of memory.
///
/// What is appended says how many floats it takes and how they are written; they are written once
/// there is memory for all, so that no number is kept twice.
package struct WeightPack: Sendable {
    /// Writes to memory of zeros.
    typealias Writer = @Sendable (UnsafeMutablePointer<Float>) -> Void

    /// Floats to a cache line; every kernel's weights begin at one.
    private static let line = MemoryPlan.alignment / 4

    /// How many floats there are.
    package private(set) var count = 0
    private var parts: [(start: Int, count: Int, write: Writer)] = []

    /// Writes all of them, and lets go of each tensor when it is written, the largest first: so the
    /// originals and what has become of them take the least memory together.
    ///
    /// - Parameter base: room for ``count`` floats, all 0.
    package consuming func write(to base: UnsafeMutablePointer<Float>) {
        parts.sort { ($0.count, $1.start) < ($1.count, $0.start) }
        while let part = parts.popLast() { part.write(base + part.start) }
    }

    /// Room for some floats.
    ///
    /// - Returns: where they begin.
    mutating func append(count: Int, _ write: @escaping Writer) -> Int {
        let start = self.count.roundedUp(toMultipleOf: Self.line)
        parts.append((start, count, write))
        self.count = start + count
        return start
    }

    /// The same of words, each of which is two numbers in bfloat16 that follow each other.
    ///
    /// - Parameters:
    ///   - count: how many numbers.
    ///   - length: how many numbers a row has; rows are paired, the first number of one and that of
    ///     the next in one word. There is an even number of them.
    mutating func append(
        pairsOf count: Int, rowLength length: @escaping @Sendable (Int) -> Int,
        _ write: @escaping Writer
    ) -> Int {
        append(count: count / 2) { words in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { floats in
                guard let base = floats.baseAddress else { return }
                floats.initialize(repeating: 0)
                write(base)
                var position = 0
                while position < count {
                    let length = length(position)
                    for lane in 0..<length {
                        let lower = base[position + lane].bfloat16Bits
                        let upper = base[position + length + lane].bfloat16Bits
                        words[position / 2 + lane] = Float(bitPattern: lower | upper << 16)
                    }
                    position += 2 * length
                }
            }
        }
    }

    /// A number per result channel, zeros where there is none, filled up to whole vectors.
    ///
    /// - Returns: where they begin.
    mutating func append(biases: [Float]?, count: Int, lanes: Int) -> Int {
        append(count: count.roundedUp(toMultipleOf: lanes)) { floats in
            for (index, bias) in (biases ?? []).enumerated() { floats[index] = bias }
        }
    }

    /// Biases as `[group of O][lane]`, zeros where there are none.
    ///
    /// - Returns: where they begin.
    mutating func append(biases: [Float]?, groups: [[Int?]]) -> Int {
        let filters = Array(groups.joined())
        return append(count: filters.count) { floats in
            for (index, filter) in filters.enumerated() {
                floats[index] = filter.flatMap { biases?[$0] } ?? 0
            }
        }
    }

    /// Weights of a convolution as `[group of O][C][k][k][lane]`.
    ///
    /// - Parameters:
    ///   - weight: of shape `[O C k k]`.
    ///   - groups: the filter of each lane of each group, `nil` for a lane of zeros.
    /// - Returns: where they begin.
    mutating func append(convolution weight: Tensor, groups: [[Int?]]) -> Int {
        let taps = weight.shape.elementCount / weight.shape[0]
        return append(count: groups.joined().count * taps) { floats in
            var next = floats
            for lanes in groups {
                for tap in 0..<taps {
                    for filter in lanes {
                        next.pointee = filter.map { weight.scalars[$0 * taps + tap] } ?? 0
                        next += 1
                    }
                }
            }
        }
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
        // No input is what −1 stands for: half the memory, and quicker to ask.
        let order = features.map { Int32($0 ?? -1) }
        let filled = order.count.roundedUp(toMultipleOf: lanes)
        let write: Writer = { floats in
            weight.scalars.withUnsafeBufferPointer { scalars in
                for output in 0..<outputs {
                    let first = output / group * group
                    let rows = min(group, outputs - first)
                    let row = scalars.baseAddress.map { $0 + output * inputs }
                    var next = floats + first * filled + (output - first) * lanes
                    for position in stride(from: 0, to: order.count, by: lanes) {
                        let end = min(position + lanes, order.count)
                        for lane in position..<end where order[lane] >= 0 {
                            next[lane - position] = row?[Int(order[lane])] ?? 0
                        }
                        next += rows * lanes
                    }
                }
            }
        }
        return inBFloat16
            ? append(pairsOf: outputs * filled, rowLength: { _ in 1 }, write)
            : append(count: outputs * filled, write)
    }
}

extension Float {
    /// The nearest number in bfloat16, the one with an even significand in the middle.
    fileprivate var bfloat16Bits: UInt32 {
        guard !isNaN else { return (bitPattern | 0x40_0000) >> 16 }
        return (bitPattern + 0x7FFF + (bitPattern >> 16 & 1)) >> 16
    }
}
