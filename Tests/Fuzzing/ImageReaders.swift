import BranchyCompute
import BranchyData
import BranchyImages
import BranchyNet

/// An IDX file, read as a whole as data sets are, and image by image as `predict` reads it.
enum IDXImages {
    static func read(_ path: String) throws {
        let file = try IDXFile(path: path)
        try FuzzFinding.require(
            Shape(exactly: file.dimensions)?.elementCount == file.bytes.count,
            "\(file.bytes.count) bytes for \(file.dimensions)")
        guard file.dimensions.count > 1 else {
            _ = try file.asLabels()
            return
        }
        let images = try file.asImages()
        var reader = try IDXImageReader(path)
        var pixels: [UInt8] = []
        while case let next = try reader.next(1000), !next.isEmpty { pixels += next }
        try FuzzFinding.require(
            pixels == images.pixels && reader.imageShape == images.imageShape
                && reader.count == images.count,
            "\(reader.count) images of \(reader.imageShape) in \(pixels.count) bytes one by one, "
                + "\(images.count) of \(images.imageShape) in \(images.pixels.count) as a whole")
    }
}

/// A pickle of labels and three pixels for each.
enum Pickle {
    static func read(_ input: [UInt8]) throws {
        let file = try PickleFile(input, name: "pickle")
        let labels = try file.integers("labels")
        let pixels = try file.rows("data", count: labels.count, of: 3)
        try FuzzFinding.require(
            pixels.count == 3 * labels.count, "\(pixels.count) pixels of \(labels.count) images")
    }
}

/// A PNG, JPEG, WebP or BMP file, in gray and in colour, and as a network reads it.
enum ImageBytes {
    /// Fewer than are usual, so that an input takes no time that others could have.
    private static let pixelLimit = 1 << 22

    static func read(_ input: [UInt8]) throws {
        do {
            try decode(input)
        } catch is ImageError {
            try decode(Checksums.repairedPNG(input))
        }
    }

    private static func decode(_ input: [UInt8]) throws {
        let encoded = try EncodedImage(input)
        let header = encoded.header
        try decodePlain(input, encoded)
        for channels in [ImageChannels.gray, .rgb] {
            let image = try encoded.decoded(to: channels, pixelLimit: pixelLimit)
            let expected: Shape = [channels.count, header.height, header.width]
            try FuzzFinding.require(
                image.shape == expected && image.pixels.count == expected.elementCount,
                "\(image.pixels.count) pixels of \(image.shape), in the header \(expected)")
            try decodeForNetworks(encoded, channels)
        }
    }

    /// What can be decoded can be brought to any size.
    private static func decodeForNetworks(
        _ encoded: EncodedImage, _ channels: ImageChannels
    ) throws {
        let shape: Shape = [channels.count, 7, 5]
        for geometry in [
            ImageGeometry(), ImageGeometry(resize: 6, interpolation: .bicubic),
            ImageGeometry(resize: 300),
        ] {
            let pixels = try encoded.pixels(
                for: shape, geometry: geometry, pixelLimit: pixelLimit)
            try FuzzFinding.require(
                pixels.count == shape.elementCount, "\(pixels.count) pixels for \(shape)")
        }
        let header = encoded.header
        let region = ImageRegion(
            top: header.height / 3, left: header.width / 3, height: header.height / 2 + 1,
            width: header.width / 2 + 1)
        guard region.top + region.height <= header.height,
            region.left + region.width <= header.width
        else { return }
        let part = try encoded.pixels(
            region: region, resizedTo: shape, mirrored: true, pixelLimit: pixelLimit)
        try FuzzFinding.require(
            part.count == shape.elementCount, "\(part.count) pixels for \(shape)")
    }
}

extension ImageBytes {
    /// What the decoder of plain files decodes, the other one decodes to the same pixels.
    private static func decodePlain(_ input: [UInt8], _ encoded: EncodedImage) throws {
        let header = encoded.header
        guard encoded.format == .png, max(header.width, header.height) <= 1024,
            var decoder = PlainPNGDecoder(shape: header.shape)
        else { return }
        var pixels = [UInt8](repeating: 0, count: header.shape.elementCount)
        guard decoder.decode(input.span, into: &pixels) else { return }
        let image = try? encoded.decoded(pixelLimit: pixelLimit)
        try FuzzFinding.require(
            image?.pixels == pixels, "a plain file of other pixels than libpng finds in it")
    }
}

/// An image folder in an archive.
enum ImageArchive {
    static func read(_ path: String) throws {
        var request = ImageFolder.Request()
        // Few inputs have pictures that differ.
        request.allowsDuplicates = true
        let survey = try ImageFolderSurvey(of: path)
        let (train, test) = try ImageFolder.load(survey, name: "images", request)
        try FuzzFinding.require(train.count > 0, "nothing to learn from")
        try FuzzFinding.require(
            train.count + test.count <= survey.images.count, "more images than there are")
    }
}
