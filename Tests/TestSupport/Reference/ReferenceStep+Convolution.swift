import BranchyCompute

/// Every multiplication of a convolution, as positions in source, weight and result.
///
/// Forward and both derivatives multiply two of the three and add to the third, so they walk over
/// the same taps. Those that fall on padding are left out.
private struct ConvolutionTaps {
    /// `[N C H W]`
    let source: Shape
    /// `[O C/groups k l]`
    let weight: Shape
    /// `[N O H' W']`
    let result: Shape
    let convolution: Program.Operation.Convolution

    func forEach(_ body: (_ source: Int, _ weight: Int, _ result: Int) -> Void) {
        let (height, width, perGroup) = (source[2], source[3], weight[1])
        let (allRows, allColumns) = ((0..<result[2]).map(rows), (0..<result[3]).map(columns))
        for position in 0..<result.elementCount {
            let (sample, output, y, x) = result.coordinates(of: position)
            let (rows, columns) = (allRows[y], allColumns[x])
            let first = output / (result[1] / convolution.groups) * perGroup
            for channel in 0..<perGroup {
                let plane = (sample * source[1] + first + channel) * height
                let kernel = (output * perGroup + channel) * weight[2]
                for (tapRow, row) in rows {
                    for (tapColumn, column) in columns {
                        body(
                            (plane + row) * width + column,
                            (kernel + tapRow) * weight[3] + tapColumn, position)
                    }
                }
            }
        }
    }

    /// The taps of a window that lie on the source, and the rows that they see.
    private func rows(at index: Int) -> [(tap: Int, row: Int)] {
        let top = index * convolution.stride.height - convolution.padding.top
        return (0..<weight[2]).map { ($0, top + $0 * convolution.dilation.height) }
            .filter { (0..<source[2]).contains($0.1) }
    }

    private func columns(at index: Int) -> [(tap: Int, column: Int)] {
        let left = index * convolution.stride.width - convolution.padding.left
        return (0..<weight[3]).map { ($0, left + $0 * convolution.dilation.width) }
            .filter { (0..<source[3]).contains($0.1) }
    }
}

/// A fully connected layer is the convolution of an image of one pixel, and goes the same way.
extension ReferenceStep {
    func convolve(_ convolution: Program.Operation.Convolution) {
        let (source, weight, result) = (operands[0], operands[1], results[0])
        let (x, w) = (source.floats, weight.floats)
        var sums = result.zeros
        if operands.count > 2 { addBias(operands[2].floats, to: &sums) }
        ConvolutionTaps(
            source: source.image, weight: weight.image, result: result.image,
            convolution: convolution
        ).forEach { sums[$2] += Double(x[$0]) * Double(w[$1]) }
        result.store(sums.map(convolution.activation.value))
    }

    func differentiateSource(of convolution: Program.Operation.Convolution) {
        let (gradient, weight, result) = (operands[0], operands[1], results[0])
        let (dy, w) = (gradient.floats, weight.floats)
        var sums = result.zeros
        ConvolutionTaps(
            source: result.image, weight: weight.image, result: gradient.image,
            convolution: convolution
        ).forEach { sums[$0] += Double(dy[$2]) * Double(w[$1]) }
        result.store(sums)
    }

    func differentiateParameters(of convolution: Program.Operation.Convolution) {
        let (source, gradient, result) = (operands[0], operands[1], results[0])
        let (x, dy) = (source.floats, gradient.floats)
        var sums = result.zeros
        ConvolutionTaps(
            source: source.image, weight: result.image, result: gradient.image,
            convolution: convolution
        ).forEach { sums[$1] += Double(x[$0]) * Double(dy[$2]) }
        result.store(sums)
        if results.count > 1 { differentiateBias() }
    }

    private func addBias(
        _ bias: UnsafeMutableBufferPointer<Float>, to sums: inout [Double]
    ) {
        let image = results[0].image
        for position in sums.indices {
            sums[position] += Double(bias[image.coordinates(of: position).1])
        }
    }

    private func differentiateBias() {
        let (gradient, result) = (operands[1], results[1])
        let dy = gradient.floats
        var sums = result.zeros
        for position in dy.indices {
            sums[gradient.image.coordinates(of: position).1] += Double(dy[position])
        }
        result.store(sums)
    }
}

extension ReferenceValue {
    /// The shape with dimensions of 1 behind it until there are four.
    fileprivate var image: Shape {
        Shape(shape.dimensions + [Int](repeating: 1, count: 4 - shape.rank))
    }
}
