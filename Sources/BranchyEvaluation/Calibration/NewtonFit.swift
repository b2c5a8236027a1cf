/// Finds the weights that make a convex function smallest, by Newton's method.
///
/// Steps are halved until the function falls. It begins where it is told and counts its steps, so
/// that the same function gives the same bits.
struct NewtonFit {
    /// A function's value and derivatives at some weights.
    struct Point {
        var value: Double
        /// By weight.
        var gradient: [Double]
        /// By weight and weight; symmetric.
        var hessian: [[Double]]

        /// Zeros, for so many weights, to be added to.
        init(weightCount: Int) {
            value = 0
            gradient = Array(repeating: 0, count: weightCount)
            hessian = Array(repeating: gradient, count: weightCount)
        }
    }

    private static let stepLimit = 50
    private static let halvingLimit = 30

    /// Minimizes a convex function with `|weights|² · ridge / 2` added, which keeps weights finite
    /// where the data do not.
    static func minimum(
        from start: [Double], ridge: Double, of function: ([Double]) -> Point
    ) -> [Double] {
        func ridged(_ weights: [Double]) -> Point {
            var point = function(weights)
            for (index, weight) in weights.enumerated() {
                point.value += ridge / 2 * weight * weight
                point.gradient[index] += ridge * weight
                point.hessian[index][index] += ridge
            }
            return point
        }
        var (weights, point) = (start, ridged(start))
        for _ in 0..<stepLimit {
            let step = solution(of: point.hessian, equalTo: point.gradient)
            guard let next = improved(weights, by: step, point.value, ridged) else { break }
            (weights, point) = next
        }
        return weights
    }

    /// The weights after the longest of the halved steps that lowers the function; `nil` where none
    /// does, so that the minimum is reached.
    private static func improved(
        _ weights: [Double], by step: [Double], _ value: Double, _ function: ([Double]) -> Point
    ) -> ([Double], Point)? {
        var scale = 1.0
        for _ in 0..<halvingLimit {
            let next = zip(weights, step).map { $0 - scale * $1 }
            let point = function(next)
            // Rounding of large sums would let it go on without end.
            if point.value < value - 1e-12 * abs(value) { return (next, point) }
            scale /= 2
        }
        return nil
    }

    /// Solves a positive definite system, by Cholesky decomposition.
    private static func solution(of matrix: [[Double]], equalTo right: [Double]) -> [Double] {
        let count = right.count
        var lower = matrix
        for column in 0..<count {
            for row in column..<count {
                let known = (0..<column).reduce(0) { $0 + lower[row][$1] * lower[column][$1] }
                lower[row][column] = matrix[row][column] - known
            }
            // The ridge keeps it above 0 but for rounding.
            let root = max(lower[column][column], 1e-12).squareRoot()
            for row in column..<count { lower[row][column] /= root }
        }
        var solution = right
        for row in 0..<count {
            let known = (0..<row).reduce(0) { $0 + lower[row][$1] * solution[$1] }
            solution[row] = (solution[row] - known) / lower[row][row]
        }
        for row in (0..<count).reversed() {
            let known = (row + 1..<count).reduce(0) { $0 + lower[$1][row] * solution[$1] }
            solution[row] = (solution[row] - known) / lower[row][row]
        }
        return solution
    }
}
