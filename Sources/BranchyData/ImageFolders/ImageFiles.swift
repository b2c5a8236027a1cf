import BranchyChecksum
import BranchyCompute
import BranchyImages
import BranchyNet

/// Images that stay in their files, which are read and decoded when an image is asked for.
///
/// In the checksum of a data set the fingerprints of the files stand for the pixels: their size, and
/// a SHA-256 of their first and last 4 KiB. A folder of any size is known at once that way.
struct ImageFiles: Sendable {
    /// One of them.
    struct File: Sendable {
        /// Where it is, from the folder on.
        let path: String
        let fingerprint: FileFingerprint
        /// Columns and rows of the upright picture.
        let width: Int
        let height: Int
    }

    let contents: ImageContents
    private(set) var files: [File]
    /// What every image becomes: `[C, H, W]`.
    private(set) var shape: Shape
    /// How; `nil` where all of them have that size already.
    private(set) var geometry: ImageGeometry?
    let limits: ImageFolder.Limits
    /// Where their pixels are already; `nil` where nobody kept them.
    var cache: ImageCache?
    /// What every image becomes before a part of it is cut out; `nil` to cut it out of the file.
    var cropShape: Shape?
    /// Where images of that shape are already.
    var cropCache: ImageCache?

    /// The same images, as parts are cut out of them; `nil` where that is the file.
    var cropSource: ImageFiles? {
        guard let cropShape else { return nil }
        var source = self
        (source.shape, source.cache) = (cropShape, cropCache)
        source.geometry = geometry.map { ImageGeometry(interpolation: $0.interpolation) }
        return source
    }

    /// The images at some indices, in their order.
    func subset(_ indices: [Int]) -> ImageFiles {
        var chosen = self
        chosen.files = indices.map { files[$0] }
        return chosen
    }

    /// Adds what stands for the images in a checksum.
    func update(_ hasher: inout SHA256Hasher) {
        for file in files { hasher.update(file.fingerprint.bytes) }
    }

    /// The pixels of one image, as evaluation and prediction have them.
    ///
    /// - Throws: ``DatasetError`` where the file is gone, damaged or another one by now.
    func pixels(at index: Int) throws -> [UInt8] {
        if let cache { return try cache.pixels(of: files[index].fingerprint) }
        return try decode(index) { image throws(ImageError) in
            try image.pixels(for: shape, geometry: geometry, pixelLimit: limits.pixelCount)
        }
    }

    /// A part of one image, brought to the shape of all.
    ///
    /// - Parameter region: the part, in pixels of the upright picture.
    /// - Throws: as above.
    func pixels(at index: Int, region: ImageRegion) throws -> [UInt8] {
        let interpolation = geometry?.interpolation ?? .bilinear
        guard let source = cropSource else {
            return try decode(index) { image throws(ImageError) in
                try image.pixels(
                    region: region, resizedTo: shape, interpolation: interpolation,
                    pixelLimit: limits.pixelCount)
            }
        }
        let part = region.scaled(
            fromHeight: files[index].height, width: files[index].width,
            toHeight: source.shape[1], width: source.shape[2])
        return try DecodedImage(shape: source.shape, pixels: source.pixels(at: index))
            .cropped(to: part)
            .resized(height: shape[1], width: shape[2], interpolation: interpolation).pixels
    }

    private func decode(
        _ index: Int, _ body: (EncodedImage) throws(ImageError) -> [UInt8]
    ) throws -> [UInt8] {
        let file = files[index]
        let path = contents.name(of: file.path)
        do {
            let bytes = try contents.bytes(of: file.path, limit: limits.fileByteCount)
            guard FileFingerprint(of: bytes) == file.fingerprint else {
                throw DatasetError(
                    .invalidDataset, file: path, "changed since the folder was looked at",
                    remedy: "Begin again")
            }
            return try body(EncodedImage(bytes))
        } catch let error as ImageError {
            let damage = DatasetError(error, file: path)
            throw DatasetError(damage.code, damage.message + ". " + ImageFolder.damageRemedy)
        } catch let error as ModelError {
            throw DatasetError(.unreadableFile, error.message)
        }
    }
}

extension ImageRegion {
    /// The same part of a picture that was brought to another size: the nearest whole pixels, and one
    /// each way at least.
    func scaled(
        fromHeight oldHeight: Int, width oldWidth: Int, toHeight newHeight: Int, width newWidth: Int
    ) -> ImageRegion {
        func side(_ start: Int, _ length: Int, _ old: Int, _ new: Int) -> Range<Int> {
            let scale = Double(new) / Double(old)
            let first = min(Int((Double(start) * scale).rounded()), new - 1)
            return first..<max(first + 1, min(Int((Double(start + length) * scale).rounded()), new))
        }
        let rows = side(top, height, oldHeight, newHeight)
        let columns = side(left, width, oldWidth, newWidth)
        return ImageRegion(
            top: rows.lowerBound, left: columns.lowerBound, height: rows.count, width: columns.count
        )
    }
}
