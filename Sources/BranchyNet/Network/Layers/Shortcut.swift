import BranchyCompute

/// How the source of a residual block gets the shape of the result, without parameters: every
/// `stride`-th row and column, and channels of zeros around its own.
///
/// References: He et al., CVPR 2016, section 4.2, option A.
public struct Shortcut: Hashable, Sendable, Codable {
    /// The source as it is.
    public static let identity = Shortcut()

    /// Rows and columns between those that are kept, at least 1.
    public var stride: Int
    /// Channels of zeros in front of the source's.
    public var channelsBefore: Int
    /// Channels of zeros behind the source's.
    public var channelsAfter: Int

    /// Describes a shortcut.
    public init(stride: Int = 1, channelsBefore: Int = 0, channelsAfter: Int = 0) {
        self.stride = stride
        self.channelsBefore = channelsBefore
        self.channelsAfter = channelsAfter
    }
}

extension Shortcut: CustomStringConvertible {
    /// The shortcut as `inspect` prints it: `stride 2, 16 channels after`.
    public var description: String {
        guard self != .identity else { return "identity" }
        let parts = [
            stride == 1 ? nil : "stride \(stride)",
            channelsBefore == 0 ? nil : "\(channelsBefore) channels before",
            channelsAfter == 0 ? nil : "\(channelsAfter) channels after",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}

extension Shortcut {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case stride, channelsBefore, channelsAfter
    }

    /// Reads an object with the properties' names as keys.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedByOnly: CodingKeys.self)
        self.init(
            stride: try container.decode(Int.self, forKey: .stride),
            channelsBefore: try container.decode(Int.self, forKey: .channelsBefore),
            channelsAfter: try container.decode(Int.self, forKey: .channelsAfter))
    }
}

extension Shortcut {
    var operation: Program.Operation.Shortcut {
        .init(stride: stride, channelsBefore: channelsBefore, channelsAfter: channelsAfter)
    }
}
