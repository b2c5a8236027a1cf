/// Cyan, magenta, yellow and black, as JPEG files for print hold them.
///
/// They are taken for inverted, 255 being no ink, as Adobe's programs write them and Pillow reads all
/// of them.
enum PrintColours {
    /// Turns four inks per pixel into red, green, blue and 255: Pillow's `convert("RGB")`, which knows
    /// nothing of the inks of a certain press.
    static func convert(_ bytes: inout [UInt8]) {
        for pixel in stride(from: 0, to: bytes.count - 3, by: 4) {
            let black = Int(bytes[pixel + 3])
            for ink in pixel..<pixel + 3 {
                let covered = (255 - Int(bytes[ink])).share(of: black)
                bytes[ink] = UInt8(clamping: black - covered)
            }
            bytes[pixel + 3] = 255
        }
    }
}

extension Int {
    /// The share of a byte that this one says, 255 being all of it; rounded.
    func share(of byte: Int) -> Int {
        let product = self * byte + 128
        return (product >> 8 + product) >> 8
    }
}
