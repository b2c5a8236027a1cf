import BranchyCompute
import BranchyImages
import BranchyNet
import CImageKernels
import TestSupport
import Testing

/// The expected numbers are what Pillow 13 gives for the same pixels (`Image.resize`), to the bit.
struct ResamplingTests {
    /// 4 x 6 pixels, `(37x + 91y + 13x²y) % 256`.
    static let pixels: [UInt8] = [
        0, 37, 74, 111, 148, 185, 91, 141, 217, 63, 191, 89, 182, 245, 104, 15, 234, 249, 17, 93,
        247, 223, 21, 153,
    ]

    static func picture() throws -> DecodedImage {
        try DecodedImage(shape: [1, 4, 6], pixels: pixels)
    }

    @Test(
        arguments: [
            (2, 3, [95, 118, 153, 139, 148, 153]), (4, 2, [46, 139, 138, 137, 165, 167, 129, 133]),
            (2, 6, [65, 111, 140, 77, 179, 153, 98, 165, 181, 111, 137, 185]), (1, 1, [134]),
            (
                5, 9,
                [
                    0, 19, 43, 68, 93, 117, 142, 167, 185, 64, 87, 121, 163, 126, 94, 162, 148, 118,
                    137,
                    165, 188, 166, 100, 68, 184, 191, 169, 133, 166, 190, 156, 112, 93, 154, 196,
                    220, 17,
                    55, 119, 221, 235, 189, 55, 87, 153,
                ]
            ),
        ] as [(Int, Int, [UInt8])])
    func resizesBilinearly(height: Int, width: Int, expected: [UInt8]) throws {
        let resized = try Self.picture().resized(height: height, width: width)
        #expect(resized.shape == [1, height, width])
        #expect(resized.pixels == expected)
    }

    /// Cubic curves go below 0 and above 1, so some sums are cut at 0 and 255.
    @Test(
        arguments: [
            (2, 3, [90, 114, 157, 143, 150, 154]), (4, 2, [42, 143, 140, 133, 161, 164, 128, 140]),
            (2, 6, [63, 108, 137, 73, 183, 150, 102, 171, 184, 113, 134, 188]), (1, 1, [134]),
            (
                5, 9,
                [
                    0, 11, 38, 62, 91, 119, 140, 171, 192, 57, 75, 118, 182, 132, 86, 167, 144, 99,
                    149,
                    182, 208, 175, 76, 41, 206, 209, 165, 138, 178, 206, 150, 91, 78, 160, 213, 237,
                    5,
                    36, 111, 235, 255, 203, 30, 71, 158,
                ]
            ),
        ] as [(Int, Int, [UInt8])])
    func resizesByCubicCurves(height: Int, width: Int, expected: [UInt8]) throws {
        let resized = try Self.picture().resized(
            height: height, width: width, interpolation: .bicubic)
        #expect(resized.pixels == expected)
    }

    /// Many more rows than columns go away, so rows are added up first.
    @Test func resizesTallPicturesAsPillowDoes() throws {
        let pixels = (0..<24).map { UInt8($0 * $0 * 29 % 256) }
        let tall = try DecodedImage(shape: [1, 12, 2], pixels: pixels)
        #expect(tall.resized(height: 3, width: 1).pixels == [95, 94, 160])
    }

    @Test(arguments: ImageGeometry.Interpolation.allCases)
    func sizesThatStayKeepEveryPixel(interpolation: ImageGeometry.Interpolation) throws {
        let picture = try Self.picture()
        #expect(picture.resized(height: 4, width: 6, interpolation: interpolation) == picture)
    }

    /// Weights add up to 1, but for what their rounding leaves: less than half a byte.
    @Test(arguments: [(1, 1), (3, 200), (200, 3), (77, 131)], [0, 1, 254, 255] as [UInt8])
    func aPlainSurfaceStaysPlain(size: (height: Int, width: Int), byte: UInt8) throws {
        let shape: Shape = [3, 40, 50]
        let plain = try DecodedImage(
            shape: shape, pixels: [UInt8](repeating: byte, count: shape.elementCount))
        let resized = plain.resized(height: size.height, width: size.width)
        #expect(resized.pixels.allSatisfy { $0 == byte })
    }

    /// Every instruction set gives the same bytes, for lengths on both sides of what is added up at
    /// once.
    @Test(arguments: [1, 31, 32, 33, 100]) func kernelsAgree(length: Int) throws {
        var tables = [UnsafePointer<image_kernels>?](repeating: nil, count: 2)
        let count = image_kernels_available(&tables)
        let kernels = try tables.prefix(count).map { try #require($0).pointee }
        var noise = SeededGenerator(seed: 5)
        let source = (0..<5 * length).map { _ in UInt8.random(in: 0...255, using: &noise) }
        let weights: [Int32] = [-400_000, 900_000, 3_000_000, 1_000_000, -305_696]
        let sums = try kernels.map { kernels in
            var target = [UInt8](repeating: 0, count: length)
            let sum = try #require(kernels.sum_rows)
            source.withUnsafeBufferPointer {
                sum(
                    image_rows(memory: $0.baseAddress, capacity: 5, row_bytes: length), 3, weights,
                    5, &target, length)
            }
            return target
        }
        // From row 3 on around the ring, by hand.
        let expected = (0..<length).map { place in
            let sum = (0..<5).reduce(1 << 21) { sum, tap in
                sum + Int(source[(3 + tap) % 5 * length + place]) * Int(weights[tap])
            }
            return UInt8(clamping: sum >> 22)
        }
        #expect(sums.allSatisfy { $0 == expected })
    }

    /// Colours and grays take different kernels.
    @Test(arguments: [(9, 7), (3, 40), (30, 2)])
    func coloursAreResizedLikeGrays(size: (height: Int, width: Int)) throws {
        var noise = SeededGenerator(seed: 9)
        let shape: Shape = [3, 21, 17]
        let pixels = (0..<shape.elementCount).map { _ in UInt8.random(in: 0...255, using: &noise) }
        let file = try EncodedImage(ImageEncoder.png(pixels, shape: shape))
        let target: Shape = [3, size.height, size.width]
        for interpolation in ImageGeometry.Interpolation.allCases {
            let geometry = ImageGeometry(interpolation: interpolation)
            let planes = try DecodedImage(shape: shape, pixels: pixels)
                .resized(height: size.height, width: size.width, interpolation: interpolation)
            #expect(try file.pixels(for: target, geometry: geometry) == planes.pixels)
        }
    }

    @Test func cropsAndFillsWithZeros() throws {
        let picture = try Self.picture()
        let inside = picture.cropped(to: ImageRegion(top: 1, left: 2, height: 2, width: 3))
        #expect(inside.pixels == [217, 63, 191, 104, 15, 234])
        let across = picture.cropped(to: ImageRegion(top: -1, left: 4, height: 2, width: 3))
        #expect(across.pixels == [0, 0, 0, 148, 185, 0])
        let far = picture.cropped(to: ImageRegion(top: .max, left: .min, height: 1, width: 2))
        #expect(far.pixels == [0, 0])
    }

    /// As torchvision's `center_crop`: of half pixels the even side is taken, and of two uneven pads
    /// the first is the shorter.
    @Test(
        arguments: [
            (2, 3, [217, 63, 191, 104, 15, 234]), (1, 3, [104, 15, 234]), (1, 1, [104]),
            (3, 4, [37, 74, 111, 148, 141, 217, 63, 191, 245, 104, 15, 234]),
            (
                7, 3,
                [0, 0, 0, 74, 111, 148, 217, 63, 191, 104, 15, 234, 247, 223, 21, 0, 0, 0, 0, 0, 0]
            ),
            (1, 8, [0, 182, 245, 104, 15, 234, 249, 0]),
        ] as [(Int, Int, [UInt8])])
    func takesTheMiddle(height: Int, width: Int, expected: [UInt8]) throws {
        let middle = try Self.picture().centerCropped(height: height, width: width)
        #expect(middle.shape == [1, height, width])
        #expect(middle.pixels == expected)
    }

    @Test func mirrors() throws {
        let picture = try DecodedImage(shape: [3, 1, 2], pixels: [1, 2, 3, 4, 5, 6])
        #expect(picture.mirrored().pixels == [2, 1, 4, 3, 6, 5])
    }

    @Test(arguments: [([2, 1, 1], 2), ([1, 2, 2], 3), ([1, 0, 2], 0), ([4], 4)])
    func refusesWhatIsNoPicture(sizes: [Int], count: Int) {
        let error = imageError {
            _ = try DecodedImage(shape: Shape(sizes), pixels: [UInt8](repeating: 0, count: count))
        }
        #expect(error?.code == .invalidPixels)
    }
}
