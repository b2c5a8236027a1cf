/// What the parts of a JPEG file before its first pixels say, besides what TurboJPEG tells.
struct JPEGMarkers {
    /// How the picture lies.
    private(set) var orientation = ImageOrientation.up
    /// Whether all coefficients of the picture are kept in memory while it is decoded, at any scale:
    /// progressive files, and those that hold one colour after the other.
    private(set) var keepsCoefficients = true

    /// Reads markers up to the first pixels, or as far as they make sense.
    init(_ contents: [UInt8]) {
        let file = FilePart(contents, isBigEndian: true)
        var (position, components, isProgressive) = (2, 0, false)
        var hasExif = false
        while let marker = Self.marker(in: file, at: &position),
            let length = file.number(at: position, byteCount: 2), length >= 2
        {
            let segment = file.part(from: position + 2, byteCount: length - 2)
            switch marker {
            // Frames; of these numbers, three are something else.
            case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker):
                components = segment.number(at: 5, byteCount: 1) ?? 0
                isProgressive = [0xC2, 0xC6, 0xCA, 0xCE].contains(marker)
            case 0xE1 where !hasExif && segment.has(ExifOrientation.prefix, at: 0):
                hasExif = true
                orientation = ExifOrientation.orientation(in: segment)
            case 0xDA:
                let scanned = segment.number(at: 0, byteCount: 1) ?? 0
                keepsCoefficients = isProgressive || scanned < components
                return
            default: break
            }
            position += length
        }
    }

    /// The next marker that has a length behind it, and where that is.
    private static func marker(in file: FilePart, at position: inout Int) -> Int? {
        while let byte = file.number(at: position, byteCount: 1) {
            position += 1
            guard byte == 0xFF else { continue }
            guard let marker = file.number(at: position, byteCount: 1) else { return nil }
            // Fill bytes, escaped bytes and markers that stand alone.
            if marker == 0xFF { continue }
            position += 1
            switch marker {
            case 0, 0x01, 0xD0...0xD8: continue
            case 0xD9: return nil
            default: return marker
            }
        }
        return nil
    }
}
