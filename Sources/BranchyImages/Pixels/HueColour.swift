/// A colour as hue, saturation and value, in bytes: Pillow's mode HSV, with its roundings
/// (`Convert.c`, after Python's colorsys).
struct HueColour {
    /// 0 ... 255 for the circle from red to red.
    var hue: UInt8
    let saturation: UInt8
    let value: UInt8

    init(red: UInt8, green: UInt8, blue: UInt8) {
        value = max(red, green, blue)
        let least = min(red, green, blue)
        guard value > least else {
            (hue, saturation) = (0, 0)
            return
        }
        let range = Float(value - least)
        let (toRed, toGreen, toBlue) =
            (Float(value - red) / range, Float(value - green) / range, Float(value - blue) / range)
        // Where Pillow computes in doubles, so do we; what it keeps as floats is rounded to them.
        let sixths =
            red == value
            ? toBlue - toGreen
            : green == value
                ? Float(2.0 + Double(toRed) - Double(toBlue))
                : Float(4.0 + Double(toGreen) - Double(toRed))
        // Between 5/6 and 11/6: the remainder by 1, which is exact, without dividing.
        let shifted = Double(sixths) / 6.0 + 1.0
        let turns = Float(shifted < 1.0 ? shifted : shifted - 1.0)
        hue = UInt8(clamping: Int(Double(turns) * 255.0))
        saturation = UInt8(clamping: Int(Double(range / Float(value)) * 255.0))
    }

    var rgb: (red: UInt8, green: UInt8, blue: UInt8) {
        guard saturation > 0 else { return (value, value, value) }
        let sixths = Double(hue) * 6.0 / 255.0
        let sector = Int(sixths)
        let rest = Float(sixths - Double(sector))
        let strength = Float(Double(saturation) / 255.0)
        let low = scaled(1.0 - Double(strength))
        let falling = scaled(1.0 - Double(strength * rest))
        let rising = scaled(1.0 - Double(strength) * (1.0 - Double(rest)))
        return switch sector % 6 {
        case 0: (value, rising, low)
        case 1: (falling, value, low)
        case 2: (low, value, rising)
        case 3: (low, falling, value)
        case 4: (rising, low, value)
        default: (value, low, falling)
        }
    }

    private func scaled(_ share: Double) -> UInt8 {
        UInt8(clamping: Int((Double(value) * share).rounded(.toNearestOrAwayFromZero)))
    }
}
