/// A head at a place of a backbone.
public struct BranchPlacement: Hashable, Sendable {
    /// Where.
    public let point: BranchPoint
    /// What it is made of.
    public let head: BranchHead

    /// Puts a head at a place.
    public init(_ head: BranchHead, at point: BranchPoint) {
        (self.head, self.point) = (head, point)
    }
}
