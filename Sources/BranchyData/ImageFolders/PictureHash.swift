import BranchyCompute
import BranchyImages
import BranchyNet

/// What a picture looks like, in 64 bits: whether each pixel of a tiny gray copy is brighter than its
/// left neighbour. Copies in another size, another quality or slightly other colours differ in few
/// bits.
///
/// Known as a difference hash (N. Krawetz, *Kind of Like That*, 2013).
struct PictureHash: Hashable, Sendable {
    private static let shape: Shape = [1, 8, 9]

    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    /// - Throws: `ImageError` where the picture is damaged or too large.
    init(of image: EncodedImage, pixelLimit: Int) throws(ImageError) {
        let pixels = try image.pixels(
            for: Self.shape, geometry: ImageGeometry(resize: nil), pixelLimit: pixelLimit)
        bits = (0..<64).reduce(0) { bits, place in
            let start = place / 8 * 9 + place % 8
            return bits << 1 | (pixels[start + 1] > pixels[start] ? 1 : 0)
        }
    }

    /// Whether it says anything: all plain pictures look alike.
    private var isTelling: Bool { (8...56).contains(bits.nonzeroBitCount) }

    /// For some pictures, which of others each one looks like, in at most three bits of difference.
    ///
    /// Of four quarters of the bits one is the same then, so that only pictures which share one are
    /// compared.
    static func alike(
        _ pictures: [PictureHash], among others: [PictureHash]
    ) -> [(picture: Int, other: Int)] {
        var byQuarter: [[UInt16: [Int]]] = Array(repeating: [:], count: 4)
        for (index, hash) in others.enumerated() where hash.isTelling {
            for quarter in 0..<4 {
                byQuarter[quarter][hash.quarter(quarter), default: []].append(index)
            }
        }
        return pictures.enumerated().flatMap { index, hash -> [(picture: Int, other: Int)] in
            guard hash.isTelling else { return [] }
            let candidates = Set((0..<4).flatMap { byQuarter[$0][hash.quarter($0)] ?? [] })
            return candidates.sorted().filter { (others[$0].bits ^ hash.bits).nonzeroBitCount <= 3 }
                .map { (index, $0) }
        }
    }

    private func quarter(_ number: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: bits >> (16 * number))
    }
}
