extension Float {
    /// The number of a `bfloat16`'s bits: 8 of exponent and 7 of fraction.
    package init(bfloat16 bits: UInt16) {
        self.init(bitPattern: UInt32(bits) << 16)
    }

    /// The number of a half-precision number's bits, 5 of exponent and 10 of fraction; not every
    /// processor has the type.
    package init(half bits: UInt16) {
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Float(bits & 0x3FF)
        switch exponent {
        case 0: self = sign * fraction * 0x1p-24
        case 0x1F: self = fraction == 0 ? sign * .infinity : .nan
        default:
            self =
                sign
                * Float(
                    sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
        }
    }
}
