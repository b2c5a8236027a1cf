/// A small picture in a terminal: two rows of pixels in each row of characters.
struct Thumbnail {
    /// Columns of characters that a picture takes.
    static let width = 14

    /// The rows of characters, each ``width`` wide.
    let rows: [String]

    /// Draws a grey image, shrunk to half its size.
    ///
    /// - Parameters:
    ///   - pixels: row-major, 0 for dark.
    ///   - side: rows and columns of the image.
    init(_ pixels: some RandomAccessCollection<UInt8>, side: Int) {
        let image = Array(pixels)
        let size = side / 2
        let isInk = { (row: Int, column: Int) -> Bool in
            guard row < size, column < size else { return false }
            let corner = 2 * row * side + 2 * column
            let sum = [0, 1, side, side + 1].reduce(0) { $0 + Int(image[corner + $1]) }
            return sum > 4 * 90
        }
        rows = stride(from: 0, to: size, by: 2).map { row in
            let cells = (0..<min(size, Self.width)).map { column -> Character in
                switch (isInk(row, column), isInk(row + 1, column)) {
                case (true, true): "█"
                case (true, false): "▀"
                case (false, true): "▄"
                case (false, false): " "
                }
            }
            return String(cells) + String(repeating: " ", count: max(0, Self.width - size))
        }
    }
}
