import BranchyCompute

/// What there is to say about a kind of layer beside its numbers.
///
/// A layer is added by a type that conforms, a case of ``Layer`` and a case of ``Layer/Kind``; what
/// else has to follow does not compile before.
protocol DescribedLayer: Codable, LayerConvertible {
    /// The keys beside `type` that a description has of it.
    associatedtype CodingKeys: CodingKey, CaseIterable

    /// The layer as `inspect` prints it: `conv1: Conv2D 1 → 5, 5×5, padding 3`.
    var summary: String { get }

    /// The layers that it is made of, if it is no operation itself.
    var innerLayers: [Layer] { get }

    /// How many layers it counts as without its inner layers.
    var ownCount: Int { get }

    /// How many instructions of a plain program it is without its inner layers.
    var ownInstructionCount: Int { get }

    /// Under which the last weights in it are found.
    var lastWeights: String? { get }

    /// Appends what it computes to a program, once its sizes are checked.
    ///
    /// - Parameters:
    ///   - source: what it reads.
    ///   - prefix: in front of the names of its parameters.
    /// - Returns: what the next layer reads.
    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value
}

extension DescribedLayer {
    static var keys: [String] { CodingKeys.allCases.map(\.stringValue) }
    var innerLayers: [Layer] { [] }
    var ownCount: Int { 1 }
    var ownInstructionCount: Int { 1 }
    var lastWeights: String? { nil }
}

extension Extent2D {
    /// As a listing prints a stride: one number where both are equal.
    var summary: String { isSquare ? "\(height)" : description }
}

extension [String] {
    /// These and what is there of the others, as a listing prints them.
    func appending(_ others: [String?]) -> String {
        (self + others.compactMap(\.self)).joined(separator: ", ")
    }
}
