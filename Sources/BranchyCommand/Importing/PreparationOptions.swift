import ArgumentParser
import BranchyCompute
import BranchyNet

/// How pictures are prepared for a network whose file does not say.
struct PreparationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Mean of each channel, the brightest being 1; 0.485,0.456,0.406 by default for three "
                + "channels, as torchvision's models are trained, and 0 for others.",
            valueName: "a,b,c"), transform: Self.numbers)
    var mean: [Float]?

    @Option(
        help: ArgumentHelp(
            "Standard deviation of each channel; 0.229,0.224,0.225 by default for three channels, and "
                + "1 for others.", valueName: "a,b,c"), transform: Self.numbers)
    var std: [Float]?

    @Option(
        help: ArgumentHelp(
            "Pixels of the shorter side before the middle is cut out, or stretch to fit both sides; by "
                + "default 8/7 of the network's, such as 256 for 224.", valueName: "n"),
        transform: Resize.parse)
    var resize: Resize?

    @Option(help: "How pixels between others are computed.")
    var interpolation: InterpolationOption = .bilinear

    /// What was asked for, and else what networks of such images are commonly given.
    func preprocessing(for shape: Shape) throws -> Preprocessing {
        let channels = shape[0]
        let standard = Self.standard(channels: channels)
        let (mean, deviation) = (mean ?? standard.mean, std ?? standard.deviation)
        guard mean.count == channels, deviation.count == channels, deviation.allSatisfy({ $0 > 0 })
        else {
            throw ValidationError(
                "--mean and --std: expected \(channels) numbers each, one for each channel, the "
                    + "deviations above 0")
        }
        let side = min(shape[1], shape[2])
        let standardSide = min((side * 8 + 6) / 7, ImageGeometry.largestResize)
        let resize =
            switch resize ?? .shorterSide(standardSide) {
            case .stretch: Int?.none
            case .shorterSide(let length): length
            }
        return Preprocessing(
            mean: mean, standardDeviation: deviation,
            geometry: ImageGeometry(resize: resize, interpolation: interpolation.interpolation))
    }

    /// What is taken for granted, in words; `nil` where all was said.
    func assumption(for shape: Shape) -> String? {
        let options = [
            mean == nil ? "--mean" : nil, std == nil ? "--std" : nil,
            resize == nil ? "--resize" : nil,
        ].compactMap(\.self)
        guard !options.isEmpty else { return nil }
        let whose =
            shape[0] == 3 ? "as torchvision's models expect" : "by shares of the brightest byte"
        return "\(whose), which the file does not say; for others pass "
            + options.joined(separator: ", ")
    }

    private static func standard(channels: Int) -> (mean: [Float], deviation: [Float]) {
        guard channels == 3 else {
            return (
                Array(repeating: 0, count: channels), Array(repeating: 1, count: channels)
            )
        }
        // Of ImageNet's images: torchvision, `transforms.Normalize` in its documentation of models.
        return ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    }

    private static func numbers(_ argument: String) throws -> [Float] {
        try argument.split(separator: ",", omittingEmptySubsequences: false).map {
            guard let number: Float = Number.real($0), number.isFinite else {
                throw ValidationError(
                    "expected numbers with commas between them, such as 0.5,0.5,0.5")
            }
            return number
        }
    }
}

extension PreparationOptions {
    /// How a picture comes to the network's size.
    enum Resize {
        case shorterSide(Int)
        case stretch

        static func parse(_ argument: String) throws -> Resize {
            if argument == "stretch" { return .stretch }
            return .shorterSide(try Number.whole(1...ImageGeometry.largestResize)(argument))
        }
    }
}

/// ``ImageGeometry/Interpolation`` as an option.
enum InterpolationOption: String, ExpressibleByArgument, CaseIterable {
    case bilinear
    case bicubic

    var interpolation: ImageGeometry.Interpolation {
        switch self {
        case .bilinear: .bilinear
        case .bicubic: .bicubic
        }
    }
}
