import BranchyCompute
import CInferenceKernels

/// How a step may be shared out, so that its parts write different places and compute every number as
/// the whole step does.
///
/// Wherever that can be, a thread computes the same part of every image: what it reads is then in its
/// own cache, and not in that of the thread which wrote it.
enum Division {
    /// Not at all.
    case none
    /// A convolution to blocks, by rows of the result or by its channels.
    case blockConvolution
    /// The same by tiles, by these or by channels.
    case tileConvolution
    /// Windows on blocks, by rows of the result; so many multiplications for each number, or what
    /// takes as long.
    case windows(work: Int)
    /// By rows of pixels, each of which is made of one of the source.
    case pixels
    /// By numbers, each of which is made of one of the source, where blocks are taken for rows.
    case numbers
    /// By blocks of channels, each of which is made of one of the source.
    case blocks
    /// By features of a fully connected layer, each of which has so many weights.
    case features(weights: Int)
}

extension Step {
    /// The step in parts of about the same work, two to so many; none where it is too small.
    ///
    /// - Parameters:
    ///   - leastWork: of a part, see ``NativeEngine/leastSharedWork``.
    ///   - scratch: gives a part scratch memory of its own, as large as the step's.
    func divided(
        into count: Int, leastWork: Int64, scratch: (Placement) -> Placement
    ) -> [Step] {
        let count = min(count, Int(clamping: work / leastWork))
        guard count > 1 else { return [] }
        var parts: [Step] =
            switch division {
            case .none: []
            case .blockConvolution, .tileConvolution: dividedConvolution(into: count)
            case .windows:
                Self.ranges(of: Int(call.geometry.rows), count).map(part(ofResultRows:))
            case .pixels: Self.ranges(of: Int(call.geometry.height), count).map(part(ofPixelRows:))
            case .numbers:
                Self.ranges(of: Int(call.geometry.width), count, by: Layout.block)
                    .map(part(ofNumbers:))
            case .blocks:
                Self.ranges(of: Int(call.geometry.channels + 15) / Layout.block, count)
                    .map(part(ofBlocks:))
            case .features(let weights):
                Self.ranges(
                    of: Int(call.geometry.result_channels), count, by: Int(call.linear.group)
                ).map { part(ofFeatures: $0, weights: weights) }
            }
        guard parts.count > 1 else { return [] }
        for index in parts.indices.dropFirst() {
            parts[index].scratch = parts[index].scratch.map(scratch)
        }
        return parts
    }

    /// Multiplications, or what takes as long: a number that is only read and written counts as eight.
    private var work: Int64 {
        let geometry = call.geometry
        let written =
            Int64(geometry.samples) * Int64(geometry.result_channels) * Int64(geometry.rows)
            * Int64(geometry.columns)
        switch division {
        case .none: return 0
        case .blockConvolution, .tileConvolution:
            return written * Int64(groupCount) * Int64(geometry.channels) * taps
        case .windows(let work): return written * Int64(work)
        case .pixels, .blocks: return written * 8
        case .numbers:
            return Int64(geometry.samples) * Int64(geometry.channels) * Int64(geometry.width) * 8
        case .features(let weights):
            return Int64(geometry.samples) * Int64(geometry.result_channels) * Int64(weights)
        }
    }

    private var taps: Int64 {
        Int64(call.geometry.window.size.rows) * Int64(call.geometry.window.size.columns)
    }

    /// Ranges as even as they can be whose bounds are multiples of a step but for the last; none is
    /// empty.
    private static func ranges(of count: Int, _ parts: Int, by step: Int = 1) -> [Range<Int>] {
        let steps = (count + step - 1) / step
        let parts = min(parts, steps)
        return (0..<parts).map {
            $0 * steps / parts * step..<min(count, ($0 + 1) * steps / parts * step)
        }
    }
}

// MARK: - Convolutions

extension Step {
    /// Where the weights take much more memory than the source, each thread reads its own of them; else
    /// its own part of the source.
    private func dividedConvolution(into count: Int) -> [Step] {
        let geometry = call.geometry
        let blocks = (Int(geometry.result_channels) + Layout.block - 1) / Layout.block
        let group = isTiles ? 1 : Int(call.blocks.group) / Layout.block
        let source = Int64(geometry.channels) * Int64(geometry.height) * Int64(geometry.width)
        if groupCount == 1, Int64(filterWeights) * Int64(geometry.result_channels) > 8 * source,
            blocks.isMultiple(of: group * count)
        {
            return Self.ranges(of: blocks, count, by: group).map {
                part(ofFilterBlocks: $0)
            }
        }
        if isTiles {
            return Self.ranges(of: Int(call.tiles.end), count).map { range in
                var part = self
                (part.call.tiles.first, part.call.tiles.end) =
                    (Int32(range.lowerBound), Int32(range.upperBound))
                return part
            }
        }
        return geometry.rows == 1 && geometry.height == 1
            ? Self.ranges(of: Int(geometry.columns), count).map(part(ofColumns:))
            : Self.ranges(of: Int(geometry.rows), count).map(part(ofResultRows:))
    }

    private var isTiles: Bool { if case .tileConvolution = division { true } else { false } }

    /// In how many parts of the channels it is computed, each from the same part of the source.
    private var groupCount: Int32 { isTiles ? call.tiles.parts.count : call.blocks.parts.count }

    /// Floats of the packed weights of one filter.
    private var filterWeights: Int {
        let channels = Int(call.geometry.channels)
        guard isTiles else {
            return channels * Int(taps) / (call.blocks.in_bfloat16 ? 2 : 1)
        }
        let side = Int(call.geometry.window.size.rows + call.tiles.size) - 1
        return side * side * channels.roundedUp(toMultipleOf: Layout.block)
            / (call.tiles.in_bfloat16 ? 2 : 1)
    }

    private func part(ofFilterBlocks blocks: Range<Int>) -> Step {
        var part = self
        let first = blocks.lowerBound * Layout.block
        part.call.geometry.result_channels =
            min(call.geometry.result_channels, Int32(blocks.upperBound * Layout.block))
            - Int32(first)
        part.result = result.fromBlock(blocks.lowerBound)
        part.other = other?.fromBlock(blocks.lowerBound)
        part.weights = weights.map { $0 + first * filterWeights }
        part.biases = biases.map { $0 + first }
        return part
    }

    /// Some rows of the result, from the rows of the source that they are made of.
    private func part(ofResultRows rows: Range<Int>) -> Step {
        var part = self
        let (window, height) = (call.geometry.window, Int(call.geometry.height))
        let side = SourceSide(
            of: rows, size: window.size.rows, stride: window.stride.rows,
            dilation: window.dilation.rows, padding: window.padding.rows, length: height)
        part.call.geometry.rows = Int32(rows.count)
        part.call.geometry.height = Int32(side.range.count)
        part.call.geometry.window.padding.rows = Int32(side.padding)
        part.source.move(by: side.range.lowerBound * source.row)
        part.result.move(by: rows.lowerBound * result.row)
        part.other?.move(by: rows.lowerBound * (other?.row ?? 0))
        return part
    }

    /// Some columns of a result that has one row.
    private func part(ofColumns columns: Range<Int>) -> Step {
        var part = self
        let window = call.geometry.window
        let side = SourceSide(
            of: columns, size: window.size.columns, stride: window.stride.columns,
            dilation: window.dilation.columns, padding: window.padding.columns,
            length: Int(call.geometry.width))
        part.call.geometry.columns = Int32(columns.count)
        part.call.geometry.width = Int32(side.range.count)
        part.call.geometry.window.padding.columns = Int32(side.padding)
        part.source.move(by: side.range.lowerBound * Int(call.blocks.source_block))
        part.result.move(by: columns.lowerBound * Layout.block)
        part.other?.move(by: columns.lowerBound * Layout.block)
        return part
    }
}

/// What of one side of a source some windows see.
private struct SourceSide {
    /// Never empty, although windows may see padding alone.
    let range: Range<Int>
    /// From the first window's beginning to that of the range.
    let padding: Int

    init(
        of results: Range<Int>, size: Int32, stride: Int32, dilation: Int32, padding: Int32,
        length: Int
    ) {
        let begin = results.lowerBound * Int(stride) - Int(padding)
        let end =
            (results.upperBound - 1) * Int(stride) - Int(padding) + Int(size - 1) * Int(dilation)
            + 1
        let first = min(max(0, begin), length - 1)
        range = first..<max(first + 1, min(end, length))
        self.padding = first - begin
    }
}

// MARK: - Others

extension Step {
    private func part(ofBlocks blocks: Range<Int>) -> Step {
        var part = self
        let first = blocks.lowerBound * Layout.block
        let end = min(call.geometry.channels, Int32(blocks.upperBound * Layout.block))
        part.call.geometry.channels = end - Int32(first)
        part.call.geometry.result_channels = end - Int32(first)
        part.source = source.fromBlock(blocks.lowerBound)
        part.result = result.fromBlock(blocks.lowerBound)
        return part
    }

    /// A second operand has one number per channel here.
    private func part(ofPixelRows rows: Range<Int>) -> Step {
        var part = self
        part.call.geometry.height = Int32(rows.count)
        part.call.geometry.rows = Int32(rows.count)
        part.source.move(by: rows.lowerBound * source.row)
        part.result.move(by: rows.lowerBound * result.row)
        return part
    }

    private func part(ofNumbers numbers: Range<Int>) -> Step {
        var part = self
        part.call.geometry.width = Int32(numbers.count)
        part.call.geometry.columns = Int32(numbers.count)
        part.source.move(by: numbers.lowerBound)
        part.result.move(by: numbers.lowerBound)
        part.other?.move(by: numbers.lowerBound)
        return part
    }

    private func part(ofFeatures features: Range<Int>, weights count: Int) -> Step {
        var part = self
        part.call.geometry.result_channels = Int32(features.count)
        part.result.move(by: features.lowerBound)
        part.weights = weights.map { $0 + features.lowerBound * count }
        part.biases = biases.map { $0 + features.lowerBound }
        return part
    }
}
