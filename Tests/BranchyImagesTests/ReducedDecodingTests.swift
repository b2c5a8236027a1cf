import BranchyCompute
import BranchyImages
import BranchyNet
import TestSupport
import Testing

/// JPEG files of more pixels than are needed are decoded to fewer.
struct ReducedDecodingTests {
    private func difference(_ one: [UInt8], _ other: [UInt8]) -> (mean: Double, largest: Int) {
        let differences = zip(one, other).map { abs(Int($0) - Int($1)) }
        return (
            Double(differences.reduce(0, +)) / Double(max(differences.count, 1)),
            differences.max() ?? 0
        )
    }

    /// What is decoded in full and then resized is the measure. Eight bits are cut twice on both
    /// ways, and a reduced picture is averaged over whole squares before: less than one step on
    /// average, and a few where colours change fast.
    @Test(arguments: SmoothJPEG.allCases, [30, 60, 100])
    func givesAlmostTheSamePixels(sample: SmoothJPEG, side: Int) throws {
        let file = try EncodedImage(sample.contents)
        let shape: Shape = [3, side, side]
        let reduced = try file.pixels(for: shape, geometry: ImageGeometry())
        let full = try file.decoded(to: .rgb).resized(height: side, width: side).pixels
        let (mean, largest) = difference(reduced, full)
        #expect(mean < 1)
        #expect(largest <= 12)
        // For 100 rows not even a half of the picture suffices.
        if side == 100 { #expect(reduced == full) }
    }

    /// A quarter of 320 x 240 pixels is what 30 x 30 are made of. Files in several scans are kept as a
    /// whole while they are decoded.
    @Test(arguments: [(SmoothJPEG.subsampled, 80 * 60), (.progressive, 320 * 240)])
    func whatIsDecodedCounts(sample: SmoothJPEG, count: Int) throws {
        let file = try EncodedImage(sample.contents)
        let geometry = ImageGeometry()
        let pixels = try file.pixels(for: [3, 30, 30], geometry: geometry, pixelLimit: count)
        #expect(pixels.count == 2700)
        let error = imageError {
            _ = try file.pixels(for: [3, 30, 30], geometry: geometry, pixelLimit: count - 1)
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test(arguments: SmoothJPEG.allCases) func refusesPartsOfFiles(sample: SmoothJPEG) throws {
        let contents = try sample.contents
        for count in [contents.count / 2, contents.count - 40] {
            let error = imageError {
                _ = try EncodedImage(Array(contents[..<count]))
                    .pixels(for: [3, 20, 20], geometry: ImageGeometry())
            }
            #expect(error?.code == .malformed)
        }
    }

    /// The last column of a reduced picture stands for fewer columns of the original; turned
    /// around, it comes first. A shift by a part of a pixel would show in a slope.
    @Test(arguments: ImageOrientation.allCases)
    func turnedPicturesAreNotShifted(orientation: ImageOrientation) throws {
        let plain = try SmoothJPEG.odd.contents
        let turned = try EncodedImage(
            SampleImages.jpeg(plain, withExif: SampleImages.exif(orientation.rawValue)))
        let geometry = ImageGeometry(resize: 24)
        let reduced = try turned.pixels(for: [3, 24, 24], geometry: geometry)
        let whole = try turned.decoded()
        let shorter = min(whole.width, whole.height)
        let full = whole.resized(
            height: 24 * whole.height / shorter, width: 24 * whole.width / shorter
        ).centerCropped(height: 24, width: 24)
        let (mean, largest) = difference(reduced, full.pixels)
        #expect(mean < 1)
        #expect(largest <= 8)
    }
}
