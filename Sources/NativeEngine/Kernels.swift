import BranchyCompute
import CInferenceKernels

/// The kernels of one variant, and what compiling has to know about them.
struct Kernels {
    let variant: KernelVariant
    let precision: InferencePrecision
    let table: inference_kernels

    /// Floats in a vector of output columns or features.
    var columnLanes: Int { Int(table.column_lanes) }
    /// Floats in a vector of output channels.
    var channelLanes: Int { Int(table.channel_lanes) }
}

/// How a convolution is computed.
enum ConvolutionScheme: Hashable {
    /// From and to blocks of channels.
    case blocks
    /// The same in tiles of so many results along a side, with fewer multiplications.
    case tiles(Int)
    /// From planes to blocks along lines of the image, by tiles of theirs.
    case lines
    /// Each vector along output columns.
    case columns
    /// Each vector along output channels.
    case channels

    var name: String {
        switch self {
        case .blocks: "blocks of channels"
        case .tiles(let size): "tiles of \(size)x\(size) in blocks"
        case .lines: "lines of planes"
        case .columns: "vectors of columns"
        case .channels: "vectors of channels"
        }
    }
}

extension Kernels {
    /// Whether so many result channels fill blocks well enough: from planes to blocks at least four
    /// fifths, or as much as 24 do. Few channels that come out of blocks stay there, since planes
    /// would cost a copy, and vectors of columns more than they save.
    static func fillsBlocks(channels: Int, fromBlocks: Bool = false) -> Bool {
        let filled = channels.roundedUp(toMultipleOf: Layout.block)
        return fromBlocks
            ? 2 * channels >= Layout.block
            : channels >= Layout.block && 4 * filled <= 5 * channels || channels >= 24
    }

    /// How a convolution from and to blocks is fastest: in tiles where that multiplies a third less.
    ///
    /// Of two sizes of tiles the one counts more that multiplies less, and that has fewer weights:
    /// these come from memory, where as many multiplications pass as `multiplicationsPerWeight`
    /// says. Tiles of 4x4 stay in 32 bits: in bfloat16 they would be six times as far off as those
    /// of 2x2, whose weights take half the memory and whose products, measured with their transforms,
    /// two thirds of the time.
    func scheme(
        _ geometry: inference_geometry, result convolution: Program.Operation.Convolution
    ) -> ConvolutionScheme {
        let kernelSize = Int(geometry.window.size.rows)
        let (height, width) = (Int(geometry.rows), Int(geometry.columns))
        guard convolution.stride == 1, convolution.dilation == 1,
            kernelSize == 3 || kernelSize == 5,
            geometry.window.size.rows == geometry.window.size.columns
        else { return .blocks }
        let taps = kernelSize * kernelSize * height * width
        let costs = (kernelSize == 3 ? [4, 2] : [2]).compactMap { size -> (size: Int, cost: Int)? in
            let side = kernelSize + size - 1
            // Tiles that the edge cuts have as many points as results and taps, less one.
            let points = [height, width].map { results in
                let rest = results % size
                return results / size * side + (rest > 0 ? rest + kernelSize - 1 : 0)
            }
            let multiplications = points[0] * points[1]
            guard 3 * multiplications <= 2 * taps else { return nil }
            let weights = side * side * Self.multiplicationsPerWeight
            return precision == .bfloat16 && size == 2
                ? (size, 4 * multiplications + 3 * weights)
                : (size, 6 * (multiplications + weights))
        }
        return costs.min { $0.cost < $1.cost }.map { .tiles($0.size) } ?? .blocks
    }

    /// How a convolution from planes to blocks is fastest: along lines where the kernel is 7x7, the
    /// stride 2, and rows fill the register blocks, of 16 results, well enough.
    func scheme(fromPlanes geometry: inference_geometry) -> ConvolutionScheme {
        let window = geometry.window
        let size = Int32(LineTransform.tapCount)
        guard table.prefers_lines, window.size.rows == size, window.size.columns == size,
            window.stride.rows == 2, window.stride.columns == 2,
            window.dilation.rows == 1, window.dilation.columns == 1
        else { return .blocks }
        let columns = Int(geometry.columns)
        return 3 * columns.roundedUp(toMultipleOf: 16) <= 4 * columns ? .lines : .blocks
    }

    /// Vectors that are multiplied in the time in which one of weights comes from memory.
    private static let multiplicationsPerWeight = 8

    /// Cuts the columns of a convolution of few channels into parts, each computed by the scheme
    /// that multiplies fewer lanes.
    ///
    /// Vectors along columns waste lanes at the end of a row, vectors along channels at the last
    /// channels. So 17 columns of 10 channels are one vector of 16 columns and a rest of one.
    func parts(
        columns: Int, channels: Int, stride: Int
    ) -> [(scheme: ConvolutionScheme, columns: Range<Int>)] {
        let all = 0..<columns
        guard stride == 1 else { return [(.channels, all)] }
        let whole = columns / columnLanes * columnLanes
        let byColumns = cost(byColumns: columns, channels)
        let byChannels = cost(byChannels: columns, channels)
        let split = cost(byColumns: whole, channels) + cost(byChannels: columns - whole, channels)
        if whole > 0, split < min(byColumns, byChannels) {
            return [(.columns, 0..<whole), (.channels, whole..<columns)]
        }
        return byColumns <= byChannels ? [(.columns, all)] : [(.channels, all)]
    }

    /// Whether a fully connected layer reads rows in a frame sooner than a copy without it.
    ///
    /// The end of each row leaves lanes empty, for every output; copying a row takes, measured, about
    /// as long as 16 vectors do.
    func prefersRows(of size: ImageSize, outputs: Int) -> Bool {
        let rows = size.channels * size.height
        let inRows = rows * size.width.roundedUp(toMultipleOf: columnLanes)
        let inCopy = (rows * size.width).roundedUp(toMultipleOf: columnLanes)
        return outputs * (inRows - inCopy) <= 16 * rows * columnLanes
    }

    /// Which result channel each lane of each group of a convolution holds: groups as large as the
    /// scheme wants them, for vectors of channels filled up to whole ones, of which the last holds
    /// its channels twice where they fill half of it at most.
    func groups(_ scheme: ConvolutionScheme, channels: Int, columns: Int) -> [[Int?]] {
        let isAlongColumns = scheme == .columns
        let size = Int(
            isAlongColumns
                ? table.columns_group(Int32(channels), Int32(columns))
                : table.channels_group(Int32(channels)))
        return stride(from: 0, to: channels, by: size).map { first in
            var lanes: [Int?] = Array(first..<min(first + size, channels))
            guard !isAlongColumns else { return lanes }
            lanes += [Int?](repeating: nil, count: size - lanes.count)
            if table.channels_fill_half(Int32(channels)), first + size >= channels {
                let half = channelLanes / 2
                lanes.replaceSubrange(
                    (size - half)..., with: lanes[(size - 2 * half)..<(size - half)])
            }
            return lanes
        }
    }

    /// Lanes that are multiplied per row and tap.
    private func cost(byColumns columns: Int, _ channels: Int) -> Int {
        columns.roundedUp(toMultipleOf: columnLanes) * channels
    }

    private func cost(byChannels columns: Int, _ channels: Int) -> Int {
        columns * channels.roundedUp(toMultipleOf: channelLanes / 2)
    }
}
