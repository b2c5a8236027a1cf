import BranchyImages
import RealModule

/// A part of an image, drawn anew in each epoch: of random size and random shape, brought to the
/// input's size afterwards.
///
/// What torchvision calls `RandomResizedCrop(size, scale, ratio)`, after Szegedy et al., *Going Deeper
/// with Convolutions*, CVPR 2015, section 6.
public struct RandomResizedCrop: Hashable, Sendable {
    /// The part's share of the image's area, within 0 and 1.
    public let areas: ClosedRange<Double>
    /// Its width by its height; equally likely on a logarithmic scale.
    public let ratios: ClosedRange<Double>

    /// Describes parts.
    ///
    /// - Parameters:
    ///   - areas: shares of the image's area, above 0 and at most 1.
    ///   - ratios: width by height, above 0.
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if an area is not above 0 and at most
    ///   1, or a ratio not above 0 and finite.
    public init(
        areas: ClosedRange<Double> = 0.35...1, ratios: ClosedRange<Double> = 0.75...(4.0 / 3)
    ) throws {
        guard areas.lowerBound > 0, areas.upperBound <= 1, ratios.lowerBound > 0,
            ratios.upperBound.isFinite
        else {
            throw DatasetError(
                .invalidConfiguration,
                "crops of \(areas) of the area and ratios of \(ratios); expected areas above 0 and "
                    + "up to 1, and ratios above 0")
        }
        (self.areas, self.ratios) = (areas, ratios)
    }

    private static let attemptCount = 10

    /// The part of an image of a size, in its upright pixels. Where ten draws do not fit, the
    /// largest part in the middle whose ratio is allowed.
    func region(
        width: Int, height: Int, using generator: inout SplitMix64
    ) -> ImageRegion {
        for _ in 0..<Self.attemptCount {
            let area = Double(width * height) * generator.uniform(in: areas)
            let ratio = Double.exp(
                generator.uniform(
                    in: Double.log(ratios.lowerBound)...Double.log(ratios.upperBound)))
            let columns = (area * ratio).squareRoot().rounded()
            let rows = (area / ratio).squareRoot().rounded()
            guard columns >= 1, rows >= 1, columns <= Double(width), rows <= Double(height) else {
                continue
            }
            return ImageRegion(
                top: generator.integer(below: height - Int(rows) + 1),
                left: generator.integer(below: width - Int(columns) + 1), height: Int(rows),
                width: Int(columns))
        }
        return middle(width: width, height: height)
    }

    private func middle(width: Int, height: Int) -> ImageRegion {
        let ratio = Double(width) / Double(height)
        let columns =
            ratio > ratios.upperBound
            ? Int((Double(height) * ratios.upperBound).rounded()) : width
        let rows =
            ratio < ratios.lowerBound
            ? Int((Double(width) / ratios.lowerBound).rounded()) : height
        return ImageRegion(
            top: (height - rows) / 2, left: (width - columns) / 2, height: max(rows, 1),
            width: max(columns, 1))
    }
}
