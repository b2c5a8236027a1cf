import ArgumentParser

/// A share, written as `99%` or `0.99`.
struct Share: ExpressibleByArgument {
    /// 0 ... 1.
    let fraction: Double

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else {
            return nil
        }
        fraction = isPercent ? number / 100 : number
        guard (0...1).contains(fraction) else { return nil }
    }
}

/// A time, written as `20us`, `0.5ms` or `1s`.
struct Latency: ExpressibleByArgument {
    /// Above 0.
    let microseconds: Double

    private static let units = [("us", 1.0), ("µs", 1.0), ("ms", 1e3), ("s", 1e6)]

    init?(argument: String) {
        for (unit, factor) in Self.units where argument.hasSuffix(unit) {
            guard let number = Double(argument.dropLast(unit.count)), number > 0, number.isFinite
            else { return nil }
            microseconds = number * factor
            return
        }
        return nil
    }
}
