import BranchyCompute
import BranchyImages

/// Mixes the images of a batch with one another. What an image is then is said by two classes and the
/// share of each.
///
/// With mixup an image is blended with its partner, pixel by pixel. With CutMix a rectangle of the
/// partner takes the place of the same one of the image; shares are those of the area. Where both are
/// asked for, each batch gets one of them, equally likely. The partner is the image before it in the
/// batch, for the first one the last: batches are in random order anyway. It is what torchvision's
/// `MixUp` and `CutMix` do.
///
/// How a batch is mixed depends on the seed, the epoch and the batch's first image alone, and so not
/// on what was drawn before.
///
/// References: Zhang, Cisse, Dauphin, Lopez-Paz, *mixup: Beyond Empirical Risk Minimization*, ICLR
/// 2018, section 2; Yun et al., *CutMix*, ICCV 2019, section 3.1.
public struct BatchMixing: Hashable, Sendable {
    /// Parameter of the beta distribution that mixup draws an image's own share from; 0 for no mixup.
    public let mixup: Double
    /// The same of CutMix, whose share becomes another one where the rectangle is cut off at an edge.
    public let cutMix: Double
    /// What selects shares and rectangles.
    public let seed: UInt64

    /// Which parameters there may be.
    package static let range = 0.0...100.0

    /// Describes a mixing.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if a parameter is not within 0 and
    ///   100, or both are 0.
    public init(mixup: Double = 0, cutMix: Double = 0, seed: UInt64) throws {
        guard Self.range.contains(mixup), Self.range.contains(cutMix), max(mixup, cutMix) > 0 else {
            throw DatasetError(
                .invalidConfiguration,
                "images mixed by parameters of \(mixup) and \(cutMix); expected \(Self.range), and "
                    + "one of them above 0")
        }
        (self.mixup, self.cutMix, self.seed) = (mixup, cutMix, seed)
    }

    /// How one batch is mixed: a part of each image with the same part of its partner.
    package struct Mix: Hashable, Sendable {
        /// The part.
        let region: ImageRegion
        /// How much of a pixel of it stays, 0 ... 1.
        let kept: Double

        /// How much of a whole image of a size stays, 0 ... 1.
        package func share(height: Int, width: Int) -> Double {
            1 - (1 - kept) * Double(region.height * region.width) / Double(height * width)
        }
    }

    /// How the batch that begins with an image is mixed.
    package func mix(epoch: Int, firstSample: Int, height: Int, width: Int) -> Mix {
        var generator = SplitMix64(
            seed: seed, stream: RandomPurpose.mixing.rawValue,
            UInt64(bitPattern: Int64(epoch)), UInt64(bitPattern: Int64(firstSample)))
        let isHead = generator.integer(below: 2) == 0
        if cutMix == 0 || (mixup > 0 && isHead) {
            return Mix(
                region: ImageRegion(top: 0, left: 0, height: height, width: width),
                kept: generator.nextBeta(mixup))
        }
        let share = generator.nextBeta(cutMix)
        return Mix(
            region: Self.rectangle(of: 1 - share, height: height, width: width, using: &generator),
            kept: 0)
    }

    /// The rectangle of a share of an image's area around any of its pixels, as far as it lies in the
    /// image.
    private static func rectangle(
        of share: Double, height: Int, width: Int, using generator: inout SplitMix64
    ) -> ImageRegion {
        let (column, row) = (generator.integer(below: width), generator.integer(below: height))
        let half = 0.5 * share.squareRoot()
        let (halfRows, halfColumns) = (Int(half * Double(height)), Int(half * Double(width)))
        let rows = max(row - halfRows, 0)..<min(row + halfRows, height)
        let columns = max(column - halfColumns, 0)..<min(column + halfColumns, width)
        return ImageRegion(
            top: rows.lowerBound, left: columns.lowerBound, height: rows.count,
            width: columns.count)
    }
}

extension BatchMixing.Mix {
    /// Mixes images of a shape, one after the other, each with the one before it.
    func apply(to images: inout [Float], shape: Shape) {
        let size = shape.elementCount
        let (own, other) = (Float(kept), Float(1 - kept))
        // From the end, so that a partner is as it was; the last image is the first one's.
        let last = Array(images.suffix(size))
        for start in stride(from: images.count - size, through: 0, by: -size) {
            for line in lines(shape) {
                for place in line {
                    let partner = start == 0 ? last[place] : images[start - size + place]
                    images[start + place] = own * images[start + place] + other * partner
                }
            }
        }
    }

    /// Where the part's rows are in an image.
    private func lines(_ shape: Shape) -> [Range<Int>] {
        (0..<shape[0]).flatMap { channel in
            (region.top..<region.top + region.height).map { row in
                let start = (channel * shape[1] + row) * shape[2] + region.left
                return start..<start + region.width
            }
        }
    }
}
