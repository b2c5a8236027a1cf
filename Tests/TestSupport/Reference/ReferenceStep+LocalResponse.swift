import BranchyCompute
import RealModule

extension ReferenceStep {
    func normalize(_ normalization: Program.Operation.LocalResponseNormalization) {
        let x = operands[0].floats
        let divisors = divisors(of: normalization)
        results[0].store(
            x.indices.map {
                Double(x[$0]) * .pow(divisors[$0], -Double(normalization.beta))
            })
    }

    /// An element is divided, and it is in the divisors of its neighbours.
    func differentiate(_ normalization: Program.Operation.LocalResponseNormalization) {
        let (x, dy) = (operands[0].floats, operands[1].floats)
        let (alpha, beta) = (Double(normalization.alpha), Double(normalization.beta))
        let divisors = divisors(of: normalization)
        let byDivisors = x.indices.map {
            -beta * Double(x[$0]) * Double(dy[$0]) * .pow(divisors[$0], -beta - 1)
        }
        results[0].store(
            x.indices.map { position in
                let through = operands[0].shape.neighbours(of: position, size: normalization.size)
                    .reduce(0) { $0 + byDivisors[$1] }
                return Double(dy[position]) * .pow(divisors[position], -beta)
                    + 2 * alpha * Double(x[position]) * through
            })
    }

    /// `k + α · Σ x²` around each element.
    private func divisors(of normalization: Program.Operation.LocalResponseNormalization)
        -> [Double]
    {
        let (source, x) = (operands[0].shape, operands[0].floats)
        return x.indices.map { position in
            let sum = source.neighbours(of: position, size: normalization.size)
                .reduce(0) { $0 + Double(x[$1]) * Double(x[$1]) }
            return Double(normalization.k) + Double(normalization.alpha) * sum
        }
    }
}

extension Shape {
    /// The positions at the same pixel in the channels around, its own included.
    fileprivate func neighbours(of position: Int, size: Int) -> [Int] {
        let area = self[2] * self[3]
        let channel = position / area % self[1]
        return window(channel, size: size, stride: 1, padding: size / 2, along: self[1])
            .map { position + ($0 - channel) * area }
    }
}
