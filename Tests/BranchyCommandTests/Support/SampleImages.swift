import BranchyData
import Foundation
import TestSupport

/// Files of random images as large as those of MNIST.
struct SampleImages {
    private static let size = 28
    private let images: [[UInt8]]

    init(count: Int, seed: UInt64 = 1) {
        var generator = SplitMix64(seed: seed)
        images = (0..<count).map { _ in
            (0..<Self.size * Self.size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
    }

    /// All images in an IDX file.
    var idx: [UInt8] {
        let sizes = [images.count, Self.size, Self.size]
        return [0, 0, 8, 3] + sizes.flatMap { SampleBytes.bigEndian(UInt32($0)) } + images.joined()
    }

    /// The same in a gzip file.
    var gzip: [UInt8] { Self.gzip(idx) }

    /// A gzip file whose data is stored, not compressed (RFC 1952, RFC 1951 section 3.2.4), in one
    /// stream for every 60,000 bytes.
    static func gzip(_ data: [UInt8]) -> [UInt8] {
        stride(from: 0, to: data.count, by: 60_000).flatMap {
            SampleBytes.gzip(Array(data[$0..<min($0 + 60_000, data.count)]))
        }
    }

    /// One image in a PNG file.
    func png(_ index: Int) -> [UInt8] {
        SampleBytes.png(images[index], width: Self.size, height: Self.size, channels: 1)
    }
}
