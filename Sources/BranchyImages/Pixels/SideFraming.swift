import BranchyNet

/// What becomes of one side of a picture: a part of it is made longer or shorter, and of what comes of
/// that some is taken, or zeros are added.
struct SideFraming: Hashable {
    /// The part, in pixels of the picture.
    let source: Range<Int>
    /// How long it is made.
    let length: Int
    /// Where in that the result begins; below 0 where zeros stand before it.
    let start: Int
    /// How long the result is.
    let result: Int

    /// What is computed of the length.
    var window: Range<Int> { max(start, 0)..<min(length, start + result) }
    /// Where that begins in the result.
    var offset: Int { max(-start, 0) }

    /// A part that is made as long as the result.
    init(_ source: Range<Int>, to result: Int) {
        (self.source, length, start, self.result) = (source, result, 0, result)
    }

    /// A whole side that is made so long, and of that the middle, as `CenterCrop` of torchvision takes
    /// it: halves are rounded to even, and of two uneven pads the first is the shorter.
    init(side: Int, resizedTo length: Int, middle result: Int) {
        source = 0..<side
        (self.length, self.result) = (length, result)
        let rest = length - result
        start = rest < 0 ? -(-rest / 2) : rest / 2 + (rest % 4 == 3 ? 1 : 0)
    }

    /// A part that is taken as it is.
    init(crop start: Int, _ result: Int, ofSide side: Int) {
        (source, length, self.start, self.result) = (0..<side, side, start, result)
    }
}

/// What becomes of a picture: of its columns and of its rows.
struct ImageFraming: Hashable {
    let columns: SideFraming
    let rows: SideFraming

    init(columns: SideFraming, rows: SideFraming) {
        (self.columns, self.rows) = (columns, rows)
    }

    /// - Parameters:
    ///   - geometry: what is done with the picture.
    ///   - width: how wide the picture is, and so its height.
    ///   - size: how large the result is.
    init(
        _ geometry: ImageGeometry, width: Int, height: Int, to size: (height: Int, width: Int)
    ) {
        guard let resize = geometry.resize else {
            self.init(
                columns: SideFraming(0..<width, to: size.width),
                rows: SideFraming(0..<height, to: size.height))
            return
        }
        let shorter = min(width, height)
        self.init(
            columns: SideFraming(
                side: width, resizedTo: resize * width / shorter, middle: size.width),
            rows: SideFraming(
                side: height, resizedTo: resize * height / shorter, middle: size.height))
    }

    /// By how much a picture may be made smaller beforehand, without more of it being lost than what
    /// resizing loses anyway: it keeps two pixels for each that is needed.
    var reduction: Int {
        [8, 4, 2].first { reduction in
            [columns, rows].allSatisfy { $0.source.count / reduction >= 2 * $0.length }
        } ?? 1
    }

    /// Whether columns are summed up before rows: so does Pillow from version 13 on where many more
    /// rows than columns go away. It saves time, and rounds differently.
    var takesRowsFirst: Bool {
        let lost = rows.source.count - rows.length
        return lost > 0 && lost > 2 * (columns.source.count - columns.length)
    }
}
