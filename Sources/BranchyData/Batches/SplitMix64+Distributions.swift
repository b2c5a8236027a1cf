import RealModule

extension SplitMix64 {
    /// A number in 0 ..< 1, a multiple of 2⁻²⁴.
    package mutating func nextUnitFloat() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// A number of mean 0 and variance 1, normally distributed (Box and Muller).
    package mutating func nextNormal() -> Double {
        let radius = (-2 * nextLogarithm()).squareRoot()
        return radius * Double.cos(2 * .pi * Double(next() >> 11) * 0x1p-53)
    }

    /// A number in 0 ... 1 of the beta distribution whose two parameters are the same: near 0 or 1
    /// for a small one, each equally likely for 1, near 0.5 for a large one.
    ///
    /// It is the share that one of two numbers of a gamma distribution has of their sum. Both are
    /// kept as logarithms, since for a small parameter they are often nearer to 0 than any number.
    ///
    /// - Precondition: the parameter is above 0.
    package mutating func nextBeta(_ parameter: Double) -> Double {
        let (own, other) = (nextLogGamma(parameter), nextLogGamma(parameter))
        return 1 / (1 + Double.exp(other - own))
    }

    /// The logarithm of a number of the gamma distribution of a shape and a scale of 1.
    ///
    /// # References
    /// George Marsaglia, Wai Wan Tsang: *A Simple Method for Generating Gamma Variables*, ACM TOMS
    /// 26, 2000; section 6 for shapes below 1, which holds for any.
    private mutating func nextLogGamma(_ shape: Double) -> Double {
        let center = shape + 1 - 1.0 / 3
        let spread = 1 / (9 * center).squareRoot()
        while true {
            let normal = nextNormal()
            let root = 1 + spread * normal
            guard root > 0 else { continue }
            let (cube, logCube) = (root * root * root, 3 * Double.log(root))
            if nextLogarithm() < normal * normal / 2 + center * (1 - cube + logCube) {
                return Double.log(center) + logCube + nextLogarithm() / shape
            }
        }
    }

    /// The logarithm of a number above 0 and at most 1, each equally likely, so that it is finite.
    private mutating func nextLogarithm() -> Double {
        Double.log(Double((next() >> 11) + 1) * 0x1p-53)
    }
}
