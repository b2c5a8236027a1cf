import BranchyCompute

extension BranchedNetwork {
    /// This network with branches at some of its ``branchPoints()``.
    ///
    ///     let network = try plain.branched(at: ["layer1", "layer2"], head: .conv)
    ///
    /// The backbone stays as it is, and so do the names of its parameters. The branches are called
    /// `branch1` and so on, from the image on, and the network `b-` and its name.
    ///
    /// - Parameters:
    ///   - places: names of branch points, as ``branchPoint(at:)`` reads them, in any order.
    ///   - share: how much of the backbone's work a branch may take, above 0; at most 4 times as much.
    /// - Throws: ``NetworkError`` where a place is none or is named twice, a head does not fit into
    ///   the share, the network has branches, or it is none.
    public func branched(
        at places: [String], head: BranchHead, share: Double = BranchHead.standardShare
    ) throws(NetworkError) -> BranchedNetwork {
        var placements: [BranchPlacement] = []
        for place in places {
            placements.append(BranchPlacement(head, at: try branchPoint(at: place)))
        }
        return try branched(placements, share: share)
    }

    /// This network with branches that may be of several kinds.
    ///
    /// - Parameters:
    ///   - placements: in any order, at points of this network.
    ///   - share: as in ``branched(at:head:share:)``.
    /// - Throws: as ``branched(at:head:share:)``.
    public func branched(
        _ placements: [BranchPlacement], share: Double = BranchHead.standardShare
    ) throws(NetworkError) -> BranchedNetwork {
        guard exitCount == 1 else {
            throw fault(
                "it has \(exitCount) exits, expected 1: branches are put on a plain network")
        }
        let placements = placements.sorted { $0.point.layerCount < $1.point.layerCount }
        let points = placements.map(\.point)
        if let twice = zip(points, points.dropFirst()).first(where: { $0 == $1 })?.0 {
            throw fault("two branches behind \(twice.name), expected one at each place")
        }
        var network = self
        network.name = "b-\(name)"
        network.stages = []
        var start = 0
        for (index, placement) in placements.enumerated() {
            let point = placement.point
            let branch = Branch(
                name: "branch\(index + 1)",
                layers: try layers(of: placement.head, at: point, share))
            network.stages.append(
                Stage(
                    backbone: Array(stages[0].backbone[start..<point.layerCount]), branch: branch))
            start = point.layerCount
        }
        network.stages.append(Stage(backbone: Array(stages[0].backbone[start...]), branch: nil))
        _ = try network.plainProgram()
        return network
    }

    /// The place that a name stands for: that of a ``BranchPoint``, what names of several begin with,
    /// such as `layer1` for `layer1.0` and `layer1.1`, or a share of the work, such as `50%`.
    ///
    /// Of several places the last is taken, of shares the nearest.
    ///
    /// - Throws: ``NetworkError`` of code `unknownName`, with those that there are.
    public func branchPoint(at place: String) throws(NetworkError) -> BranchPoint {
        let points = try branchPoints()
        if let share = Self.share(place), let nearest = try nearest(to: share, of: points) {
            return nearest
        }
        let found =
            points.last { $0.name == place } ?? points.last { $0.name.hasPrefix(place + ".") }
        guard let found else {
            let names = points.map(\.name).reduce(into: [String]()) { names, name in
                if names.last != name { names.append(name) }
            }
            throw NetworkError(
                .unknownName,
                "network '\(name)': no branch may go behind '\(place)'; "
                    + (names.isEmpty
                        ? "there is no place where all that follows reads one image"
                        : "places are \(names.joined(separator: ", ")), or a share of the work, such "
                            + "as 50%"))
        }
        return found
    }

    private static func share(_ text: String) -> Double? {
        guard text.hasSuffix("%"), let number = Double(text.dropLast()), 0...100 ~= number else {
            return nil
        }
        return number / 100
    }

    private func nearest(
        to share: Double, of points: [BranchPoint]
    ) throws(NetworkError) -> BranchPoint? {
        let wanted = share * Double(try backboneWork())
        return points.min {
            abs(Double($0.multiplyAccumulates) - wanted)
                < abs(Double($1.multiplyAccumulates) - wanted)
        }
    }

    /// Multiply-accumulates of an image without branches.
    private func backboneWork() throws(NetworkError) -> Int {
        try withoutBranches(name: name).plainProgram().program.multiplyAccumulates(inSegment: 0)
    }

    private func layers(
        of head: BranchHead, at point: BranchPoint, _ share: Double
    ) throws(NetworkError) -> [Layer] {
        let whole = Double(try backboneWork())
        // No network's work is so large that four times as much would not fit an integer.
        let allowed = Int(min(max(share, 0), 4) * whole)
        guard
            let (layers, work) = try head.layers(
                reading: point.shape, classCount: classCount, allowed: allowed)
        else {
            throw fault(
                "behind \(point.name) there is no \(head.rawValue) head: it reads \(point.shape); "
                    + "take a linear one, or another place")
        }
        guard let layers else {
            throw fault(
                "behind \(point.name) the smallest \(head.rawValue) head takes "
                    + "\(Self.percent(Double(work) / whole)) of the network's work, and "
                    + "\(Self.percent(share)) may be taken; allow more, or take another head or "
                    + "place")
        }
        return layers
    }

    /// Two digits, rounded up, so that what is named suffices.
    private static func percent(_ share: Double) -> String {
        let number = (share * 1e4).rounded(.up) / 100
        return "\(number) %"
    }

    private func fault(_ text: String) -> NetworkError {
        NetworkError(.invalidValue, "network '\(name)': \(text)")
    }
}
