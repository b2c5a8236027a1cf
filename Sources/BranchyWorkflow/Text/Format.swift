package import BranchyEvaluation
package import BranchyNet

/// Numbers as people read them.
package enum Format {
    /// `0.99162` as `99.16 %`; `-` where there is no number.
    package static func percent(_ fraction: Double?) -> String {
        guard let fraction else { return "-" }
        return fixed(fraction * 100, digits: 2) + " %"
    }

    /// A share's interval as `98.95 to 99.33 %`; `-` where there is none.
    package static func percents(_ interval: Estimate?) -> String {
        guard let interval else { return "-" }
        return "\(fixed(interval.low * 100, digits: 2)) to \(percent(interval.high))"
    }

    /// A difference of shares in points, `0.0004` as `+0.04`; `-` where there is none.
    package static func points(_ difference: Double?) -> String {
        guard let difference else { return "-" }
        let number = fixed(difference * 100, digits: 2)
        return number.hasPrefix("-") || !number.contains { "123456789".contains($0) }
            ? number : "+" + number
    }

    /// The interval of a difference, as `-0.09 to +0.17`; `-` where there is none.
    package static func points(_ interval: Estimate?) -> String {
        guard let interval else { return "-" }
        return "\(points(interval.low)) to \(points(interval.high))"
    }

    /// A time in microseconds as `12.3 µs`; `-` where there is none.
    package static func microseconds(_ number: Double?) -> String {
        guard let number else { return "-" }
        return fixed(number, digits: 1) + " µs"
    }

    /// A gain with its interval, called one only where the interval leaves out 1.
    package static func gain(_ gain: Estimate?) -> String {
        guard let gain else { return "-" }
        let numbers = [gain.estimate, gain.low, gain.high].map { fixed($0, digits: 2) }
        return gain.excludes(1)
            ? "\(numbers[0]) (\(numbers[1]) to \(numbers[2]))"
            : "none: \(numbers[1]) to \(numbers[2])"
    }

    /// A number with a fixed count of digits behind the point.
    package static func fixed(_ number: Double, digits: Int) -> String {
        var text: [UInt8] = []
        text.append(number, digits: digits)
        return String(decoding: text, as: UTF8.self)
    }

    /// `1234567` as `1,234,567`.
    package static func grouped(_ number: Int) -> String {
        var text: [UInt8] = []
        if number < 0 { text.append(UInt8(ascii: "-")) }
        text.append(grouped: number.magnitude)
        return String(decoding: text, as: UTF8.self)
    }

    /// `9912422` as `9.9 MB`, `28881` as `28.9 kB`.
    package static func bytes(_ count: Int) -> String {
        if count < 1_000 { return "\(count) bytes" }
        let (unit, name) = count < 999_950 ? (1e3, "kB") : (1e6, "MB")
        return "\(fixed(Double(count) / unit, digits: 1)) \(name)"
    }

    /// `9663676416` as `9.0 GiB`, `1048576` as `1.0 MiB`.
    package static func memory(_ count: Int) -> String {
        let (unit, name) = count < 1 << 30 ? (1 << 20, "MiB") : (1 << 30, "GiB")
        return "\(fixed(Double(count) / Double(unit), digits: 1)) \(name)"
    }

    /// A duration as `1:02:03`, `2:03` or `3 s`.
    package static func duration(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        let twoDigits = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
        if hours > 0 { return "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" }
        return minutes > 0 ? "\(minutes):\(twoDigits(rest))" : "\(rest) s"
    }
}

extension BranchedNetwork {
    /// What people call the exits, counted from 1, such as `exit 1, branch1`.
    package var exitTitles: [String] {
        exitNames.enumerated().map { exit, name in
            exit == exitCount - 1 ? name : "exit \(exit + 1), \(name)"
        }
    }
}

extension Duration {
    /// This duration in seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
