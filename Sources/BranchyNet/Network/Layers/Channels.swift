import BranchyCompute

/// Some channels of an image, as the paths of a ``Parallel`` begin that share them out.
///
/// Shapes: `[C, H, W]` to `[count, H, W]`.
public struct SelectChannels: Hashable, Sendable, Codable, LayerConvertible {
    /// The first of the channels, counted from 0.
    public var first: Int
    /// How many, at least 1.
    public var count: Int

    enum CodingKeys: String, CodingKey, CaseIterable { case first, count }

    /// Describes a selection of neighbouring channels.
    public init(first: Int, count: Int) {
        self.first = first
        self.count = count
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .selectChannels(self) }
}

extension SelectChannels: DescribedLayer {
    var summary: String { "SelectChannels \(count) from \(first)" }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let place = prefix + summary
        guard first >= 0, count >= 1, !first.addingReportingOverflow(count).overflow else {
            throw network.error(
                .invalidValue, "layer \(place): expected 1 channel or more from 0 or more")
        }
        return try network.append(.selectChannels(first..<first + count), [source], at: place)[0]
    }
}

/// Deals the channels of groups out, so that each group of the next convolution sees channels of all
/// of them. Keeps the shape.
///
/// Channel `g·(C/groups) + i` goes to place `i·groups + g`.
///
/// References: Zhang et al., *ShuffleNet*, CVPR 2018, section 3.1.
public struct ChannelShuffle: Hashable, Sendable, Codable, LayerConvertible {
    /// Into how many groups the channels are cut; it divides their number.
    public var groups: Int

    enum CodingKeys: String, CodingKey, CaseIterable { case groups }

    /// Describes a shuffle.
    public init(groups: Int) {
        self.groups = groups
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .channelShuffle(self) }
}

extension ChannelShuffle: DescribedLayer {
    var summary: String { "ChannelShuffle \(groups) groups" }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        try network.append(
            .shuffleChannels(groups: groups), [source], at: prefix + summary)[0]
    }
}
