import BranchyCompute
import BranchyImages
import RealModule

/// A rectangle of an image is painted over, another one in each epoch, so that no single part of a
/// thing is all that a network knows it by.
///
/// What torchvision calls `RandomErasing(p, scale, ratio, value)`, on what a network reads: images
/// that are normalized already.
///
/// References: Zhong, Zheng, Kang, Li, Yang, *Random Erasing Data Augmentation*, AAAI 2020,
/// algorithm 1.
public struct RandomErasing: Hashable, Sendable {
    /// What the rectangle is painted with.
    public enum Filling: Hashable, Sendable {
        /// A number that the network reads there: 0 is the mean colour.
        case number(Float)
        /// Numbers of mean 0 and variance 1, another one for each pixel and channel.
        case noise
    }

    /// How likely an image is erased from, 0 ... 1.
    public let probability: Double
    /// The rectangle's share of the image's area, within 0 and 1.
    public let areas: ClosedRange<Double>
    /// Its height by its width; equally likely on a logarithmic scale.
    public let ratios: ClosedRange<Double>
    /// What it is painted with.
    public let filling: Filling

    /// Describes rectangles.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if the probability or an area is not
    ///   within 0 and 1, a ratio not above 0 and finite, or the number not finite.
    public init(
        probability: Double = 0.5, areas: ClosedRange<Double> = 0.02...0.33,
        ratios: ClosedRange<Double> = 0.3...3.3, filling: Filling = .number(0)
    ) throws {
        guard 0...1 ~= probability, areas.lowerBound >= 0, areas.upperBound <= 1,
            ratios.lowerBound > 0, ratios.upperBound.isFinite, filling.isFinite
        else {
            throw DatasetError(
                .invalidConfiguration,
                "parts of \(areas) of the area and ratios of \(ratios) erased with a probability of "
                    + "\(probability) by \(filling); expected areas and a probability within 0 and "
                    + "1, ratios above 0, and finite numbers")
        }
        (self.probability, self.areas, self.ratios) = (probability, areas, ratios)
        self.filling = filling
    }

    private static let attemptCount = 10

    /// The rectangle of an image of a size; `nil` where nothing is erased, which is also where ten
    /// draws do not fit.
    func region(height: Int, width: Int, using generator: inout SplitMix64) -> ImageRegion? {
        guard generator.uniform(in: 0...1) < probability else { return nil }
        for _ in 0..<Self.attemptCount {
            let area = Double(height * width) * generator.uniform(in: areas)
            let ratio = Double.exp(
                generator.uniform(
                    in: Double.log(ratios.lowerBound)...Double.log(ratios.upperBound)))
            let rows = (area * ratio).squareRoot().rounded()
            let columns = (area / ratio).squareRoot().rounded()
            guard rows < Double(height), columns < Double(width) else { continue }
            return ImageRegion(
                top: generator.integer(below: height - Int(rows) + 1),
                left: generator.integer(below: width - Int(columns) + 1), height: Int(rows),
                width: Int(columns))
        }
        return nil
    }

    /// Paints over a part of the image of a shape that begins at a place.
    func erase(
        _ images: inout MutableSpan<Float>, at start: Int, shape: Shape,
        using generator: inout SplitMix64
    ) {
        let (height, width) = (shape[1], shape[2])
        guard let region = region(height: height, width: width, using: &generator) else { return }
        for channel in 0..<shape[0] {
            for row in region.top..<region.top + region.height {
                let line = start + (channel * height + row) * width + region.left
                for place in line..<line + region.width {
                    images[place] = filling.next(using: &generator)
                }
            }
        }
    }
}

extension RandomErasing.Filling {
    fileprivate var isFinite: Bool {
        if case .number(let number) = self { number.isFinite } else { true }
    }

    fileprivate func next(using generator: inout SplitMix64) -> Float {
        switch self {
        case .number(let number): number
        case .noise: Float(generator.nextNormal())
        }
    }
}
