import BranchyCompute
import BranchyData
import BranchyImages
import Foundation

/// An image of a data set as a page holds it, shrunk where it is large, so that the page stays
/// small.
struct PictureFile {
    private static let largestSide = 64

    /// The PNG file in base 64.
    let base64: String

    /// - Throws: `ImageError` where the image has other than one or three channels.
    init(_ split: some DataSplit, at index: Int) throws {
        let shape = split.imageShape
        let side = max(shape[1], shape[2])
        let factor = (side + Self.largestSide - 1) / Self.largestSide
        let (pixels, small) = Self.shrunk(Array(try split.pixels(at: index)), shape, by: factor)
        base64 = Data(try ImageEncoder.png(pixels, shape: small)).base64EncodedString()
    }

    /// Each pixel the mean of a square; what does not fill a square at the edges is left out.
    private static func shrunk(
        _ pixels: [UInt8], _ shape: Shape, by factor: Int
    ) -> (pixels: [UInt8], shape: Shape) {
        guard factor > 1 else { return (pixels, shape) }
        let small: Shape = [shape[0], max(shape[1] / factor, 1), max(shape[2] / factor, 1)]
        let (rows, columns) = (min(factor, shape[1]), min(factor, shape[2]))
        var shrunk: [UInt8] = []
        shrunk.reserveCapacity(small.elementCount)
        for channel in 0..<small[0] {
            for row in 0..<small[1] {
                for column in 0..<small[2] {
                    let corner = (channel * shape[1] + row * rows) * shape[2] + column * columns
                    var sum = 0
                    for y in 0..<rows {
                        for x in 0..<columns { sum += Int(pixels[corner + y * shape[2] + x]) }
                    }
                    shrunk.append(UInt8(sum / (rows * columns)))
                }
            }
        }
        return (shrunk, small)
    }
}
