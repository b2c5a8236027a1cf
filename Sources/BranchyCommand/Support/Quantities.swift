import ArgumentParser

/// How options read numbers: what is none, or out of range, is named with what was expected.
enum Number {
    /// Whole numbers of a range.
    static func whole<Integer: FixedWidthInteger & Sendable>(
        _ range: ClosedRange<Integer>
    ) -> @Sendable (String) throws -> Integer {
        { argument in
            guard let number = Integer(argument), range.contains(number) else {
                throw ValidationError(
                    "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// Numbers of a range.
    static func real(
        _ range: ClosedRange<Double>
    ) -> @Sendable (String) throws -> Double {
        { argument in
            guard let number: Double = real(argument), range.contains(number) else {
                throw ValidationError(
                    "expected a number from \(shortest(range.lowerBound)) to "
                        + shortest(range.upperBound))
            }
            return number
        }
    }

    /// A decimal number, `inf` and `nan` among them; `nil` for other texts, hexadecimal ones too.
    static func real<Real: BinaryFloatingPoint & LosslessStringConvertible>(
        _ argument: some StringProtocol
    ) -> Real? {
        argument.contains { $0 == "x" || $0 == "X" } ? nil : Real(String(argument))
    }

    private static func shortest(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}

/// A share, written as `99%` or `0.99`.
struct Share: Hashable {
    /// 0 ... 1.
    let fraction: Double

    static func parse(_ argument: String) throws -> Share {
        let isPercent = argument.hasSuffix("%")
        let number: Double? = Number.real(isPercent ? String(argument.dropLast()) : argument)
        let fraction = (number ?? .nan) / (isPercent ? 100 : 1)
        guard (0...1).contains(fraction) else {
            throw ValidationError("expected a share from 0 to 1, such as 0.99 or 99%")
        }
        return Share(fraction: fraction)
    }
}

/// A time, written as `20us`, `0.5ms` or `1s`.
struct Latency: Hashable {
    /// Above 0.
    let microseconds: Double

    private static let units = [("us", 1.0), ("µs", 1.0), ("ms", 1e3), ("s", 1e6)]

    static func parse(_ argument: String) throws -> Latency {
        for (unit, factor) in units where argument.hasSuffix(unit) {
            guard let number: Double = Number.real(argument.dropLast(unit.count)), number > 0,
                (number * factor).isFinite
            else { break }
            return Latency(microseconds: number * factor)
        }
        throw ValidationError("expected a time above 0, such as 20us, 0.5ms or 1s")
    }
}

/// A number of bytes, written as `512M` or `8G`: units are powers of 1024.
struct ByteCount: Hashable {
    let bytes: Int

    private static let range = 1 << 20...1 << 60
    private static let units = ["K": 10, "M": 20, "G": 30, "T": 40]

    static func parse(_ argument: String) throws -> ByteCount {
        let unit = argument.last.flatMap { units[$0.uppercased()] }
        let number: Double? = Number.real(unit == nil ? argument : String(argument.dropLast()))
        let bytes = (number ?? .nan) * Double(1 << (unit ?? 0))
        guard bytes >= Double(range.lowerBound), bytes <= Double(range.upperBound) else {
            throw ValidationError("expected a size from 1M to 1048576T, such as 512M or 8G")
        }
        return ByteCount(bytes: Int(bytes))
    }
}
