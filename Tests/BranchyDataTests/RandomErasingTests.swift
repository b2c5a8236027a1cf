import BranchyCompute
import BranchyData
import BranchyNet
import Testing

/// Images of 2x8x8 whose pixels are all 100, read as 1.
struct RandomErasingTests {
    private func loaded(
        _ erasing: RandomErasing, _ samples: Range<Int> = 0..<1, seed: UInt64 = 3, epoch: Int = 0
    ) throws -> [[Float]] {
        let count = samples.upperBound
        let dataset = try ImageDataset(
            name: "even", imageShape: [2, 8, 8], classNames: ["a"],
            pixels: [UInt8](repeating: 100, count: count * 128),
            labels: [UInt8](repeating: 0, count: count))
        let loader = try BatchLoader(
            dataset, preprocessing: Preprocessing(scale: [0.01, 0.01], offset: [0, 0]),
            augmentation: Augmentation(maximumShift: 0, erasing: erasing, seed: seed))
        var floats = [Float](repeating: 0, count: samples.count * 128)
        var span = floats.mutableSpan
        try loader.loadImages(Array(samples)[...], epoch: epoch, into: &span)
        return (0..<samples.count).map { Array(floats[$0 * 128..<($0 + 1) * 128]) }
    }

    /// The rows and columns of one channel that are not as they were.
    private func erased(_ plane: ArraySlice<Float>) -> (rows: Set<Int>, columns: Set<Int>) {
        let places = plane.enumerated().filter { $0.element != 1 }.map(\.offset)
        return (Set(places.map { $0 / 8 }), Set(places.map { $0 % 8 }))
    }

    /// A quarter of 64 pixels, as high as wide: 4x4, anywhere in the image.
    @Test func paintsARectangleInAllChannels() throws {
        let erasing = try RandomErasing(
            probability: 1, areas: 0.25...0.25, ratios: 1...1, filling: .number(-3))
        var corners: Set<[Int]> = []
        for image in try loaded(erasing, 0..<500) {
            let (rows, columns) = erased(image[..<64])
            #expect(image.count { $0 == -3 } == 32 && image.count { $0 == 1 } == 96)
            #expect(rows.count == 4 && columns.count == 4)
            #expect(image[..<64] == image[64...])
            corners.insert([rows.min() ?? 0, columns.min() ?? 0])
        }
        #expect(corners.count == 25)
    }

    /// An eighth of 64 pixels, twice as high as wide: 4x2.
    @Test func ratioIsHeightByWidth() throws {
        let erasing = try RandomErasing(probability: 1, areas: 0.125...0.125, ratios: 2...2)
        let (rows, columns) = try erased(loaded(erasing)[0][..<64])
        #expect(rows.count == 4 && columns.count == 2)
    }

    // 1,000 images: 300, standard deviation 14.5; five of them allowed.
    @Test func isAsLikelyAsAsked() throws {
        func count(_ probability: Double) throws -> Int {
            let erasing = try RandomErasing(probability: probability, areas: 0.1...0.3)
            return try loaded(erasing, 0..<1_000).count { $0.contains(0) }
        }
        #expect(try count(0) == 0)
        #expect(try abs(count(0.3) - 300) < 73)
        #expect(try count(1) == 1_000)
    }

    @Test func areasStayInTheirRange() throws {
        let erasing = try RandomErasing(probability: 1, areas: 0.1...0.3)
        let counts = try loaded(erasing, 0..<500).map { image in image.count { $0 == 0 } / 2 }
        // 6.4 to 19.2 pixels; each side is rounded to whole ones.
        #expect(counts.allSatisfy { (4...25).contains($0) })
        #expect(Set(counts).count > 5)
    }

    /// As torchvision has it: a rectangle is smaller than the image.
    @Test func whatFitsNowhereIsNotErased() throws {
        let erasing = try RandomErasing(probability: 1, areas: 1...1)
        #expect(try loaded(erasing, 0..<20).allSatisfy { $0.allSatisfy { $0 == 1 } })
    }

    /// 500 images of 32 numbers: a mean of 0 within 5/√16,000, a variance of 1 within 5·√(2/16,000).
    @Test func noiseIsNormal() throws {
        let erasing = try RandomErasing(
            probability: 1, areas: 0.25...0.25, ratios: 1...1, filling: .noise)
        let images = try loaded(erasing, 0..<500)
        let numbers = images.flatMap { $0.filter { $0 != 1 } }
        let mean = numbers.reduce(0, +) / Float(numbers.count)
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(numbers.count)
        #expect(numbers.count == 16_000)
        #expect(abs(mean) < 0.04 && abs(variance - 1) < 0.056)
        #expect(Set(images[0]).count == 33)
    }

    @Test func dependsOnSeedEpochAndImageAlone() throws {
        let erasing = try RandomErasing(probability: 1, filling: .noise)
        let images = try loaded(erasing, 0..<20)
        #expect(try loaded(erasing, 0..<20) == images)
        #expect(try loaded(erasing, 5..<8) == Array(images[5..<8]))
        #expect(try loaded(erasing, 0..<20, epoch: 1) != images)
        #expect(try loaded(erasing, 0..<20, seed: 4) != images)
        #expect(Set(images).count == 20)
    }

    @Test(arguments: [
        (-0.1, 0.1, 0.2, 1.0, 1.0, 0.0), (1.1, 0.1, 0.2, 1, 1, 0), (.nan, 0.1, 0.2, 1, 1, 0),
        (1, -0.1, 0.2, 1, 1, 0), (1, 0.1, 1.1, 1, 1, 0), (1, 0.1, 0.2, 0, 1, 0),
        (1, 0.1, 0.2, 1, .infinity, 0), (1, 0.1, 0.2, 1, 1, .infinity), (1, 0.1, 0.2, 1, 1, .nan),
    ])
    func refusesNumbersThatAreNone(
        probability: Double, low: Double, high: Double, flat: Double, tall: Double, number: Double
    ) {
        let error = datasetError {
            _ = try RandomErasing(
                probability: probability, areas: low...high, ratios: flat...tall,
                filling: .number(Float(number)))
        }
        #expect(error?.code == .invalidConfiguration)
    }
}
