import BranchyCompute

/// A convolution: the numbers that are packed, and what is fused with it.
struct ConvolutionLayer {
    let convolution: Program.Operation.Convolution
    let source: Program.Value
    let weight: Tensor
    let bias: [Float]?
    let fusion: Fusion

    /// Whether each channel has a kernel of its own.
    var isDepthwise: Bool {
        convolution.groups > 1 && weight.shape[1] == 1 && weight.shape[0] == convolution.groups
    }

    /// Whether it multiplies every pixel by one matrix.
    var isProduct: Bool {
        weight.shape[2] == 1 && weight.shape[3] == 1 && convolution.stride == 1
            && convolution.padding == 0
    }

    /// How many numbers a kernel has per channel.
    var tapCount: Int { weight.shape[2] * weight.shape[3] }

    /// The biases of some filters.
    func biases(of filters: Range<Int>) -> [Float]? { bias.map { Array($0[filters]) } }
}

/// Groups of a convolution in parts, each of which begins and ends where blocks do, and which have
/// places as far apart as each other.
struct Portion {
    let parts: [Range<Int>]
}

extension ConvolutionLayer {
    /// The groups in parts as small as blocks allow, and what is left over.
    var portions: [Portion] {
        let groups = convolution.groups
        guard groups > 1 else { return [Portion(parts: [0..<1])] }
        let (channels, filters) = (weight.shape[1], weight.shape[0] / groups)
        let inPart = max(groupsToFillBlocks(channels), groupsToFillBlocks(filters))
        let whole = groups / inPart * inPart
        let parts = stride(from: 0, to: whole, by: inPart).map { $0..<$0 + inPart }
        let rest = whole < groups ? [Portion(parts: [whole..<groups])] : []
        return (parts.isEmpty ? [] : [Portion(parts: parts)]) + rest
    }

    /// The least number of groups, a power of two, whose channels together fill blocks.
    private func groupsToFillBlocks(_ channels: Int) -> Int {
        var count = 1
        while !(count * channels).isMultiple(of: Layout.block) { count *= 2 }
        return count
    }
}
