/// A colour, such as what transparent pixels are laid over.
public struct ImageColor: Hashable, Sendable {
    /// How much red, 0 ... 255.
    public var red: UInt8
    /// How much green, 0 ... 255.
    public var green: UInt8
    /// How much blue, 0 ... 255.
    public var blue: UInt8

    /// Names a colour.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// 255 of everything.
    public static let white = ImageColor(red: 255, green: 255, blue: 255)
    /// 0 of everything.
    public static let black = ImageColor(red: 0, green: 0, blue: 0)

    /// ITU-R 601 luma in 16 bits of fraction, rounded: Pillow's numbers.
    var luma: UInt8 { Self.luma(red, green, blue) }

    @inline(__always)
    static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let sum =
            UInt32(red) &* 19595 &+ UInt32(green) &* 38470 &+ UInt32(blue) &* 7471 &+ 0x8000
        return UInt8(truncatingIfNeeded: sum >> 16)
    }
}
